-- SHA-256 of the token before the present one, when it was replaced, and when its successor was first shown. All three are null
-- while a session has its first token.
ALTER TABLE session ADD COLUMN predecessor_hash BLOB CHECK (length(predecessor_hash) = 32);
ALTER TABLE session ADD COLUMN rotated_at INTEGER;
ALTER TABLE session ADD COLUMN shown_at INTEGER;

-- Without rotation it is empty and costs nothing.
CREATE UNIQUE INDEX session_by_predecessor ON session (predecessor_hash) WHERE predecessor_hash IS NOT NULL;
