-- What a session is for: 'default', 'remember' or 'api'. It says all that `remembered` said.
ALTER TABLE session ADD COLUMN kind TEXT NOT NULL DEFAULT 'default';
UPDATE session SET kind = 'remember' WHERE remembered = 1;
ALTER TABLE session DROP COLUMN remembered;
