//! `stayd session`: who is signed in, from the command line. A running server honours an end within 50 ms.

use stayd_engine::{EndReason, Engine, InventoryEntry, store::SessionFilter};

use crate::{
    cli::{EndSession, ListSessions},
    database::with_engine,
    failure::Failure,
    logging,
    table::table,
    users::id_of,
};

const HEAD: [&str; 10] =
    ["id", "email", "kind", "since", "last active", "ends", "address", "place", "browser", "device"];

/// Lists sessions that have not ended. Tokens are not stored, so there are none to show.
pub(crate) fn list(options: &ListSessions) -> Result<(), Failure> {
    let entries = with_engine(&options.common, async |engine| match &options.user {
        None => {
            let sessions = engine.all_sessions(options.limit).await?;
            let describe = |(session, email)| (engine.describe(session, None), email);
            Ok(sessions.into_iter().map(describe).collect())
        }
        Some(email) => {
            let mut entries = engine.inventory(&id_of(&engine, email).await?).await?;
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.session.created_at));
            Ok(entries
                .into_iter()
                .take(options.limit)
                .map(|entry| (entry, email.clone()))
                .collect::<Vec<_>>())
        }
    })?;
    let rows: Vec<_> = entries.into_iter().map(row).collect();
    print!("{}", table(&HEAD, &rows));
    Ok(())
}

fn row((entry, email): (InventoryEntry, String)) -> Vec<String> {
    let InventoryEntry { session, device, user_agent, place } = entry;
    let browser = match user_agent.to_string() {
        unknown if unknown.is_empty() => session.user_agent.unwrap_or_default(),
        known => known,
    };
    let name = device.and_then(|device| device.name).map(|name| format!(" ({name})")).unwrap_or_default();
    let device = session.device_id.map(|id| id + &name).unwrap_or_default();
    let moments =
        [session.created_at, session.last_active_at, session.expires_at].map(|moment| moment.to_string());
    let mut row = vec![session.id, email, session.kind.name().to_owned()];
    row.extend(moments);
    row.push(session.ip_address.unwrap_or_default());
    row.push(place.map(|place| place.to_string()).unwrap_or_default());
    row.extend([browser, device]);
    row
}

/// Ends one session, those of a person, or everybody's. Each end is logged with its reason.
pub(crate) fn end(options: &EndSession) -> Result<(), Failure> {
    logging::start(&options.common.load()?.log);
    let ended = with_engine(&options.common, async |engine| match (&options.id, &options.user) {
        (Some(id), _) if engine.end_session_by_handle(id).await? => Ok(1),
        (Some(id), _) => Err(Failure::NoSuchSession(id.clone())),
        (None, Some(email)) => end_of(&engine, email, options).await,
        (None, None) => Ok(engine.end_everybodys_sessions().await?),
    })?;
    println!("ended {ended} session{}", if ended == 1 { "" } else { "s" });
    Ok(())
}

async fn end_of(engine: &Engine, email: &str, options: &EndSession) -> Result<usize, Failure> {
    let id = id_of(engine, email).await?;
    let meant = SessionFilter { kind: options.kind, device: options.device.clone(), kept: None };
    if meant == SessionFilter::default() {
        return Ok(engine.end_all_sessions_by_operator(&id).await?);
    }
    Ok(engine.end_meant_sessions(&id, meant, EndReason::Administrator).await?)
}
