-- The browsers in which people have signed in, each person's their own, and where a session was begun.
CREATE TABLE device (
    seq           INTEGER PRIMARY KEY,
    user_id       TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    id            TEXT    NOT NULL,
    name          TEXT,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    UNIQUE (user_id, id)
) STRICT;

CREATE INDEX device_by_use ON device (last_seen_at);

-- No reference: a device may be forgotten while its session goes on.
ALTER TABLE session ADD COLUMN device_id TEXT;

-- Every session up to and with this one was ended together with all others: one write, however many there were. Their rows go in batches.
CREATE TABLE session_floor (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;

INSERT INTO session_floor (id, seq) VALUES (1, 0);
