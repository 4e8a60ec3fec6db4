//! `stayd session`: who is signed in, from the command line. A running server honours an end within 50 ms.

use crate::{
    cli::{EndSession, ListSessions},
    database::with_engine,
    failure::Failure,
    table::table,
    users::id_of,
};

/// Lists sessions that have not ended. Tokens are not stored, so there are none to show.
pub(crate) fn list(options: &ListSessions) -> Result<(), Failure> {
    let sessions = with_engine(&options.common, async |engine| match &options.user {
        None => Ok(engine.all_sessions(options.limit).await?),
        Some(email) => {
            let sessions = engine.sessions_of(&id_of(&engine, email).await?).await?;
            let newest_first = sessions.into_iter().rev().take(options.limit);
            Ok(newest_first.map(|session| (session, email.clone())).collect())
        }
    })?;
    let row = |(session, email): (stayd_engine::store::SessionRecord, String)| {
        let moments =
            [session.created_at, session.last_active_at, session.expires_at].map(|moment| moment.to_string());
        let mut row = vec![session.id, email, session.kind.name().to_owned()];
        row.extend(moments);
        row.push(session.ip_address.unwrap_or_default());
        row.push(session.user_agent.unwrap_or_default());
        row
    };
    let rows: Vec<_> = sessions.into_iter().map(row).collect();
    print!(
        "{}",
        table(&["id", "email", "kind", "since", "last active", "ends", "address", "browser"], &rows)
    );
    Ok(())
}

/// Ends one session, or all of a person.
pub(crate) fn end(options: &EndSession) -> Result<(), Failure> {
    let ended = with_engine(&options.common, async |engine| match (&options.id, &options.user) {
        (Some(id), _) if engine.end_session_by_handle(id).await? => Ok(1),
        (Some(id), _) => Err(Failure::NoSuchSession(id.clone())),
        (None, Some(email)) => Ok(engine.end_all_sessions_by_operator(&id_of(&engine, email).await?).await?),
        // The command line does not allow it.
        (None, None) => Ok(0),
    })?;
    println!("ended {ended} session{}", if ended == 1 { "" } else { "s" });
    Ok(())
}
