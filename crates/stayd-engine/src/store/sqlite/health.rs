//! Whether a database works, and whether it is whole.

use rusqlite::{Connection, ErrorCode};

use super::error::Outcome;

/// Writes one row, which commits to the disk like any other write.
pub(super) fn write_probe(connection: &Connection) -> Outcome<i64> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO probe (id, count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = count + 1 RETURNING count",
    )?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Reads that row.
pub(super) fn read_probe(connection: &Connection) -> Outcome<i64> {
    let mut statement = connection.prepare_cached("SELECT count FROM probe WHERE id = 1")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// What is wrong with the file, at most a hundred findings; nothing when it is whole.
pub(super) fn integrity(connection: &Connection) -> Outcome<Vec<String>> {
    let check = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare("PRAGMA integrity_check(100)")?;
        statement.query_map([], |row| row.get(0))?.collect()
    };
    match check() {
        Ok(findings) => Ok(findings.into_iter().filter(|finding| finding != "ok").collect()),
        // Damage beyond which the check does not get.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            Ok(vec![error.to_string()])
        }
        Err(error) => Err(error.into()),
    }
}
