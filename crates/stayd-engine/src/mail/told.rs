//! What may be told of a failure.

use super::CarryError;
use crate::causes;

/// The error and its causes in one line. Servers that refuse a letter like to repeat from it, in any encoding: what could be a
/// piece of a link or an address is left out.
pub(super) fn told(error: &CarryError) -> String {
    let line = causes(error);
    let words = line.split(|character: char| character.is_whitespace() || character.is_control());
    let words =
        words.filter(|word| !word.is_empty()).map(|word| if could_be_secret(word) { "[..]" } else { word });
    words.take(MOST_WORDS).collect::<Vec<_>>().join(" ")
}

fn could_be_secret(word: &str) -> bool {
    word.len() > LONGEST_WORD || word.contains(['/', '=', '@', '%', '&'])
}

/// A secret in a link has 24 characters or more.
const LONGEST_WORD: usize = 18;

/// Of a server's answer that are worth a log line.
const MOST_WORDS: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_of_a_letter_is_not_told() {
        let answer = "5.7.1 relay denied\r\nby policy: https://example.com/x?token=3Dabc 0123456789abcdefghijklmn ada@example.com";
        let told = told(&CarryError::Never(answer.into()));
        assert_eq!(told, "the letter was refused: 5.7.1 relay denied by policy: [..] [..] [..]");
    }
}
