-- What the session was that a family was begun with: its absolute limit is the family's too, when the session itself is long gone. Null in families
-- whose session was gone before this was noted. And for whom the family's access tokens are made, where not for the usual audience.
ALTER TABLE token_family ADD COLUMN parent_kind TEXT;
ALTER TABLE token_family ADD COLUMN parent_began_at INTEGER;
ALTER TABLE token_family ADD COLUMN audience TEXT;

UPDATE token_family SET (parent_kind, parent_began_at) =
    (SELECT kind, created_at FROM session WHERE session.id = token_family.parent_id);
