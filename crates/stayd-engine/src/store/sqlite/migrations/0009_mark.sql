-- The time that the server has told last, in milliseconds: no moment that it takes place after a restart is earlier, and a file that
-- knows a later one than this database shows that the database was restored.
CREATE TABLE mark (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    told_at INTEGER NOT NULL
) STRICT;
