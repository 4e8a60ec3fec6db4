//! Columns of text for a terminal.

/// Lays rows out in columns. What strangers have typed loses the characters that could steer the terminal.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|title| (*title).to_owned()).collect();
    let rows: Vec<Vec<String>> =
        [&head].into_iter().chain(rows).map(|row| row.iter().map(|cell| printable(cell)).collect()).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .take(LONGEST_CELL)
        .collect()
}

const LONGEST_CELL: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_nobody_steers_the_terminal() {
        let rows = vec![vec!["a\u{1b}[2J".to_owned(), "x".to_owned()], vec!["Zoë".to_owned(), String::new()]];
        assert_eq!(table(&["name", "id"], &rows), "name   id\na\u{fffd}[2J  x\nZoë\n");
    }
}
