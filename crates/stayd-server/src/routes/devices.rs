//! `GET /devices`, `POST /devices/rename`, `/devices/end`: a person's sessions with device, place and last activity, and how they end (AA-6, L-10).
//!
//! Routes of our own, beside the protocol's `list-sessions` and `revoke-session`, and guarded as those are: the list needs a fresh session.

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::{ApiError, ApiResult},
    schema::{BodyError, Field, Fields},
    who::Current,
};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use stayd_engine::{EndReason, InventoryEntry, SessionKind, store::SessionFilter};
use stayd_protocol::ErrorCode;

/// The longest name of a device (characters).
const LONGEST_NAME: usize = 64;

pub(crate) async fn devices(State(app): State<App>, call: Call) -> ApiResult {
    let current = app.require_fresh(&call).await?;
    let mut entries = app.engine.inventory(&current.live.user.id).await?;
    let own = current.live.session.id.as_str();
    // The one that asks goes first; the others stay in their order.
    entries.sort_by_key(|entry| entry.session.id != own);
    let sessions: Vec<Value> = entries.iter().map(|entry| told(entry, own)).collect();
    Ok(Answer::json(&json!({"sessions": sessions})).with(current.cookies))
}

/// A session as its person is told of it: by its handle, never by its token.
fn told(entry: &InventoryEntry, own: &str) -> Value {
    let InventoryEntry { session, device, user_agent, place } = entry;
    let browser = user_agent.browser.as_ref();
    json!({
        "id": session.id,
        "current": session.id == own,
        "kind": session.kind.name(),
        "label": entry.label(),
        "device": device.as_ref().map(|device| json!({
            "id": device.id,
            "name": device.name,
            "firstSeenAt": device.first_seen_at,
        })),
        "browser": browser.map(|browser| json!({"name": browser.family, "version": browser.major})),
        "platform": user_agent.platform.map(stayd_engine::Platform::name),
        "class": user_agent.class.name(),
        "place": place.as_ref().map(|place| json!({
            "city": place.city,
            "country": place.country,
            "countryCode": place.country_code,
        })),
        "ipAddress": session.ip_address,
        "createdAt": session.created_at,
        "lastActiveAt": session.last_active_at,
        "expiresAt": session.expires_at,
    })
}

/// Names a device, or takes its name away: `{"device", "name"}`.
pub(crate) async fn rename(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(call.body.as_ref(), &[Field::text("device"), Field::text("name")])?;
    let name = device_name(fields.text("name"))?;
    let current = app.require_sensitive(&call).await?;
    if app.engine.rename_device(&current.live.user.id, fields.text("device"), name).await? {
        return Ok(Answer::json(&json!({"status": true})).with(current.cookies));
    }
    Err(ApiError::coded(StatusCode::NOT_FOUND, ErrorCode::NotFound).with(current.cookies))
}

/// What may stand in a list and a letter: a few words on one line. Nothing but blanks is no name.
fn device_name(typed: &str) -> Result<Option<String>, BodyError> {
    let name = typed.trim();
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(BodyError::invalid("body.name"));
    }
    Ok((!name.is_empty()).then(|| name.to_owned()))
}

/// Ends sessions of the person: one, all, all others, those of a kind, or those on a device.
pub(crate) async fn end(State(app): State<App>, call: Call) -> ApiResult {
    let wish = Wish::read(call.body.as_ref())?;
    let mut current = app.require_sensitive(&call).await?;
    let session = &current.live.session;
    let own_ends = wish.means_own(&current);
    let is_own_alone = matches!(&wish, Wish::Session(id) if *id == session.id);
    if let (false, Err(error)) = (is_own_alone, app.engine.check_step_up(session)) {
        return Err(ApiError::from(error).with(current.cookies));
    }
    let ended = match wish {
        Wish::Session(id) => usize::from(app.engine.end_session_of(&session.user_id, &id).await?),
        Wish::Meant(meant) => {
            app.engine.end_meant_sessions(&session.user_id, meant, EndReason::Revoked).await?
        }
        Wish::Others => app.engine.end_other_sessions(session).await?,
        Wish::All => app.engine.end_all_sessions_of(&session.user_id).await?,
    };
    if own_ends {
        current.cookies.clear_session(&app, &call.headers);
    }
    Ok(Answer::json(&json!({"ended": ended})).with(current.cookies))
}

/// Which sessions somebody wants to end.
enum Wish {
    /// The one with this handle.
    Session(String),
    /// Those of a kind or on a device.
    Meant(SessionFilter),
    /// All but the one that asks.
    Others,
    /// All.
    All,
}

impl Wish {
    /// Exactly one of `session`, `device`, `kind`, `others`, `all`.
    fn read(body: Option<&Value>) -> Result<Self, BodyError> {
        let fields = Fields::read(
            body,
            &[
                Field::text("session").optional(),
                Field::text("device").optional(),
                Field::text("kind").optional(),
                Field::flag("others").optional(),
                Field::flag("all").optional(),
            ],
        )?;
        let text = |name| fields.optional_text(name).map(str::to_owned);
        let flag = |name| fields.flag(name).filter(|said| *said);
        let unknown_kind = || BodyError::invalid("body.kind");
        let kind =
            text("kind").map(|name| SessionKind::from_name(&name).ok_or_else(unknown_kind)).transpose()?;
        let none = SessionFilter::default;
        let wishes = [
            text("session").map(Self::Session),
            text("device").map(|device| Self::Meant(SessionFilter { device: Some(device), ..none() })),
            kind.map(|kind| Self::Meant(SessionFilter { kind: Some(kind), ..none() })),
            flag("others").map(|_| Self::Others),
            flag("all").map(|_| Self::All),
        ];
        let mut wishes = wishes.into_iter().flatten();
        match (wishes.next(), wishes.next()) {
            (Some(wish), None) => Ok(wish),
            _ => Err(BodyError::invalid("body")),
        }
    }

    /// Whether the session that asks ends as well.
    fn means_own(&self, current: &Current) -> bool {
        let session = &current.live.session;
        match self {
            Self::Session(id) => *id == session.id,
            Self::Meant(meant) => meant.means(session),
            Self::Others => false,
            Self::All => true,
        }
    }
}
