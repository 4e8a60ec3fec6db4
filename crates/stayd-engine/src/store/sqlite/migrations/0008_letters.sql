-- Letters that wait to be carried, each written together with what it tells of and removed once it was carried. What it says is sealed under
-- the secret that `sealed_by` names. While `leased_until` lies ahead, `holder` is carrying it.
CREATE TABLE letter (
    seq          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    sealed_by    TEXT    NOT NULL,
    sealed       BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    failures     INTEGER NOT NULL DEFAULT 0,
    holder       TEXT,
    leased_until INTEGER
) STRICT;

CREATE INDEX letter_by_due ON letter (due_at);
CREATE INDEX letter_by_holder ON letter (holder) WHERE holder IS NOT NULL;
