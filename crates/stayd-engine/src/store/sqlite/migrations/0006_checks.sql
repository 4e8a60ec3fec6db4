-- When the person last proved who they are in this session: at the sign-in, or later, when asked again. 0 where that counts no more.
ALTER TABLE session ADD COLUMN authenticated_at INTEGER NOT NULL DEFAULT 0;
UPDATE session SET authenticated_at = created_at;

-- What a person has signed in from. Nothing of the device itself: a hash, and a place to the tenth of a degree where places are known.
CREATE TABLE known_device (
    user_id       TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    key           BLOB    NOT NULL CHECK (length(key) = 32),
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    place         TEXT,
    latitude      INTEGER,
    longitude     INTEGER,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX known_device_by_use ON known_device (last_seen_at);
