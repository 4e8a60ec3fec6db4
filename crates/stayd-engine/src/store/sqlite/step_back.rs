//! The clock went back, and the times that it noted go with it.

use rusqlite::Connection;

use super::error::Outcome;
use crate::store::StepBack;

/// A column, and the one that says when it was noted.
type Noted = (&'static str, &'static str);

const SESSION: &[Noted] = &[
    ("expires_at", "updated_at"),
    ("created_at", "created_at"),
    ("updated_at", "updated_at"),
    ("authenticated_at", "authenticated_at"),
    ("last_active_at", "last_active_at"),
    ("rotated_at", "rotated_at"),
    ("shown_at", "shown_at"),
];
const FAMILY: &[Noted] = &[("rotated_at", "rotated_at"), ("parent_began_at", "parent_began_at")];
const VERIFICATION: &[Noted] = &[("expires_at", "created_at"), ("created_at", "created_at")];
const ACCOUNT: &[Noted] = &[("updated_at", "updated_at")];
const KEY: &[Noted] = &[("signs_from", "created_at"), ("created_at", "created_at")];
const LETTER: &[Noted] =
    &[("created_at", "created_at"), ("due_at", "due_at"), ("leased_until", "leased_until")];

const TABLES: &[(&str, &[Noted])] = &[
    ("session", SESSION),
    ("token_family", FAMILY),
    ("verification", VERIFICATION),
    ("account", ACCOUNT),
    ("signing_key", KEY),
    ("letter", LETTER),
];

pub(super) fn put_times_back(connection: &Connection, step: StepBack) -> Outcome<()> {
    let by = i64::try_from(step.by.as_millis()).unwrap_or(i64::MAX);
    for (table, columns) in TABLES {
        connection.execute(&statement(table, columns), [step.after.as_ms(), by])?;
    }
    Ok(())
}

/// What was never noted is NULL, is later than nothing, and stays so.
fn statement(table: &str, columns: &[Noted]) -> String {
    let changes =
        columns.iter().map(|(column, noted)| format!("{column} = {column} - iif({noted} > ?1, ?2, 0)"));
    let any = columns.iter().map(|(_, noted)| format!("{noted} > ?1"));
    let (changes, any) = (changes.collect::<Vec<_>>().join(", "), any.collect::<Vec<_>>().join(" OR "));
    format!("UPDATE {table} SET {changes} WHERE {any}")
}
