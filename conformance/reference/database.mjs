import { SqliteDialect } from "kysely";
import sqlite from "node-sqlite3-wasm";

/**
 * An SQLite database in memory, in the form that the package's own SQL adapter takes.
 * (Its memory adapter will not do: it leaves out what SQL answers as null.)
 *
 * @returns {{dialect: SqliteDialect, type: "sqlite"}}
 */
export function database() {
  const db = new sqlite.Database();
  db.exec("PRAGMA foreign_keys = ON");
  return { dialect: new SqliteDialect({ database: { prepare: (sql) => statement(db, sql), close: () => db.close() } }), type: "sqlite" };
}

/** The part of a prepared statement that Kysely uses. */
function statement(db, sql) {
  const reader = /^\s*(select|pragma|with)\b/i.test(sql) || /\breturning\b/i.test(sql);
  return {
    reader,
    all: (values) => db.all(sql, [...values]),
    run: (values) => db.run(sql, [...values]),
    iterate: (values) => db.all(sql, [...values])[Symbol.iterator](),
  };
}
