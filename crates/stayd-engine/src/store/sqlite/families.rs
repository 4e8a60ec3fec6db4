//! The statements on families of refresh tokens.

use rusqlite::{Connection, OptionalExtension, Row, params};
use stayd_protocol::{Timestamp, TokenHash};

use super::error::Outcome;
use super::rows::{self, SESSION_COLUMNS, session_columns};
use super::sessions;
use crate::SessionKind;
use crate::store::{
    EndedSession, FamilyParent, FamilyPredecessor, FamilyRecord, FamilyRotation, FamilyWithSession,
    RotatedFamily, SessionRecord, StoreError,
};

pub(super) fn create(connection: &Connection, session: &SessionRecord, family: &FamilyRecord) -> Outcome<()> {
    let has_parent: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM session WHERE id = ?1 AND user_id = ?2
             AND session.seq > (SELECT seq FROM session_floor))",
        )?
        .query_row([&family.parent_id, &session.user_id], |row| row.get(0))?;
    if !has_parent {
        return Err(StoreError::NotFound.into());
    }
    sessions::insert(connection, session)?;
    let rotation = family.rotation.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO token_family (session_id, parent_id, client_id, scope, token_hash, generation,
                                       predecessor_hash, rotated_at, parent_kind, parent_began_at, audience)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            family.session_id,
            family.parent_id,
            family.client_id,
            family.scope,
            family.token_hash.as_bytes(),
            family.generation,
            rotation.map(|rotation| rotation.token_hash.as_bytes()),
            rotation.map(|rotation| rotation.rotated_at.as_ms()),
            family.parent.map(|parent| parent.kind.name()),
            family.parent.map(|parent| parent.began_at.as_ms()),
            family.audience,
        ])?;
    Ok(())
}

pub(super) fn by_id(connection: &Connection, session_id: &str) -> Outcome<Option<FamilyWithSession>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        ", family.parent_id, family.client_id, family.scope, family.token_hash,
           family.generation, family.predecessor_hash, family.rotated_at,
           family.parent_kind, family.parent_began_at, family.audience
         FROM token_family AS family JOIN session ON session.id = family.session_id
         WHERE family.session_id = ?1 AND session.seq > (SELECT seq FROM session_floor)"
    ))?;
    Ok(statement.query_row([session_id], found).optional()?)
}

/// Of many who show one token, the first gets a new one.
pub(super) fn rotate(connection: &Connection, rotation: &FamilyRotation) -> Outcome<Option<RotatedFamily>> {
    let changed = connection
        .prepare_cached(
            "UPDATE token_family SET predecessor_hash = token_hash, rotated_at = ?4, token_hash = ?3,
                                     generation = generation + 1
             WHERE session_id = ?1 AND token_hash = ?2
               AND EXISTS (SELECT 1 FROM session WHERE id = ?1 AND expires_at > ?4
                           AND session.seq > (SELECT seq FROM session_floor))",
        )?
        .execute(params![
            rotation.session_id,
            rotation.token_hash.as_bytes(),
            rotation.successor.as_bytes(),
            rotation.at.as_ms(),
        ])?;
    if changed > 0 {
        connection
            .prepare_cached(
                "UPDATE session SET expires_at = max(expires_at, ?2), updated_at = ?3,
                                    last_active_at = max(last_active_at, ?3)
                 WHERE id = ?1",
            )?
            .execute(params![rotation.session_id, rotation.expires_at.as_ms(), rotation.at.as_ms()])?;
    }
    let found = by_id(connection, &rotation.session_id)?;
    let found = found.filter(|found| found.session.expires_at > rotation.at);
    Ok(found.map(|found| RotatedFamily { found, is_new: changed > 0 }))
}

/// Ends the families that were asked for with a session that an act has ended.
pub(super) fn end_with(connection: &Connection, ended: EndedSession) -> Outcome<EndedSession> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM session WHERE id IN (SELECT session_id FROM token_family WHERE parent_id = ?1)
         RETURNING id, user_id, token_hash, predecessor_hash, created_at, expires_at",
    )?;
    let families = statement.query_map([&ended.id], rows::ended)?.collect::<Result<_, _>>()?;
    Ok(EndedSession { families, ..ended })
}

fn found(row: &Row<'_>) -> rusqlite::Result<FamilyWithSession> {
    const FIRST: usize = SESSION_COLUMNS;
    let session = rows::session(row)?;
    let hash = |bytes: [u8; 32]| TokenHash::from_bytes(bytes);
    let predecessor: Option<[u8; 32]> = row.get(FIRST + 5)?;
    let rotation = match predecessor {
        None => None,
        Some(predecessor) => Some(FamilyPredecessor {
            token_hash: hash(predecessor),
            rotated_at: Timestamp::from_ms(row.get(FIRST + 6)?),
        }),
    };
    let parent_kind: Option<String> = row.get(FIRST + 7)?;
    let parent_began_at: Option<i64> = row.get(FIRST + 8)?;
    let family = FamilyRecord {
        session_id: session.id.clone(),
        parent_id: row.get(FIRST)?,
        parent: parent_of(parent_kind.as_deref(), parent_began_at),
        client_id: row.get(FIRST + 1)?,
        scope: row.get(FIRST + 2)?,
        audience: row.get(FIRST + 9)?,
        token_hash: hash(row.get(FIRST + 3)?),
        generation: row.get(FIRST + 4)?,
        rotation,
    };
    Ok(FamilyWithSession { session, family })
}

fn parent_of(kind: Option<&str>, began_at: Option<i64>) -> Option<FamilyParent> {
    Some(FamilyParent { kind: SessionKind::from_name(kind?)?, began_at: Timestamp::from_ms(began_at?) })
}
