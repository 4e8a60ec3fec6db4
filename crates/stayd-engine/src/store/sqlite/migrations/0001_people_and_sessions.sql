-- Times are milliseconds since the Unix epoch. `seq` is the order in which rows were added.

CREATE TABLE user (
    seq            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    email          TEXT    NOT NULL UNIQUE,
    email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
    image          TEXT,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX user_by_age ON user (created_at);

CREATE TABLE account (
    seq           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    account_id    TEXT    NOT NULL,
    provider_id   TEXT    NOT NULL,
    user_id       TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    password_hash TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    UNIQUE (provider_id, account_id)
) STRICT;

CREATE INDEX account_by_user ON account (user_id, provider_id);

CREATE TABLE session (
    seq            INTEGER PRIMARY KEY,
    -- SHA-256 of the token; the token itself is kept nowhere.
    token_hash     BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    id             TEXT    NOT NULL UNIQUE,
    user_id        TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    expires_at     INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    ip_address     TEXT,
    user_agent     TEXT,
    remembered     INTEGER NOT NULL CHECK (remembered IN (0, 1)),
    last_active_at INTEGER NOT NULL
) STRICT;

CREATE INDEX session_by_user ON session (user_id);
-- Both grow at their right edge, so that they cost little: one for the sweep, one for the operator's list.
CREATE INDEX session_by_end ON session (expires_at);
CREATE INDEX session_by_age ON session (created_at);

CREATE TABLE verification (
    seq        INTEGER PRIMARY KEY,
    -- SHA-256 of the purpose and the secret of the link.
    key        BLOB    NOT NULL UNIQUE CHECK (length(key) = 32),
    value      TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX verification_by_value ON verification (value);
CREATE INDEX verification_by_end ON verification (expires_at);

-- One row that is written to find out whether writing works.
CREATE TABLE probe (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL
) STRICT;

INSERT INTO probe (id, count) VALUES (1, 0);
