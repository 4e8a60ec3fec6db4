-- Documents of people: JSON under a name.
CREATE TABLE document (
    seq        INTEGER PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    -- Counts the changes of all documents of the person.
    revision   INTEGER NOT NULL CHECK (revision > 0),
    updated_at INTEGER NOT NULL,
    -- NULL where the document was removed: its last change is remembered for those who were away.
    value      TEXT,
    UNIQUE (user_id, name),
    UNIQUE (user_id, revision)
) STRICT;
