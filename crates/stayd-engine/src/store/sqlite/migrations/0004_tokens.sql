-- Keys that sign access tokens, in the order in which they were made. The private half is sealed under the secret that `sealed_by` names.
CREATE TABLE signing_key (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    algorithm  TEXT    NOT NULL,
    public     BLOB    NOT NULL,
    sealed_by  TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL
) STRICT;

-- What a session of kind 'api' has beside its row in `session`. Its refresh tokens are kept nowhere: of the present one and the one before there
-- is SHA-256. `parent_id` is the session it was asked for with, which may be over by now.
CREATE TABLE token_family (
    session_id       TEXT    PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
    parent_id        TEXT    NOT NULL,
    client_id        TEXT,
    scope            TEXT,
    token_hash       BLOB    NOT NULL CHECK (length(token_hash) = 32),
    generation       INTEGER NOT NULL,
    predecessor_hash BLOB    CHECK (length(predecessor_hash) = 32),
    rotated_at       INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX token_family_by_parent ON token_family (parent_id);
