-- People who may not sign in. Sessions of theirs are refused here, so that no way to begin one can be forgotten.
CREATE TABLE disabled_user (
    user_id TEXT    PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
    since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER session_of_disabled_user BEFORE INSERT ON session
WHEN EXISTS (SELECT 1 FROM disabled_user WHERE user_id = NEW.user_id)
BEGIN
    SELECT RAISE(ABORT, 'the person is disabled');
END;
