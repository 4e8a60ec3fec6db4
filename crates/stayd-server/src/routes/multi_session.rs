//! `GET /multi-session/list-device-sessions`, `POST /multi-session/set-active`, `/multi-session/revoke`: routes of a plugin, unknown
//! where it is off.

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    cookies::Cookies,
    error::{ApiError, ApiResult},
    plugins::multi_session::DeviceSession,
    schema::{Field, Fields},
};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use stayd_engine::{EngineError, LiveSession, Recognised, Refusal};
use stayd_protocol::{ErrorCode, SessionAndUser, SessionToken};
use std::sync::Arc;

/// The browser's sessions that are alive, one of each person.
pub(crate) async fn list_device_sessions(State(app): State<App>, call: Call) -> ApiResult {
    let mut found: Vec<Arc<LiveSession>> = Vec::new();
    for DeviceSession { token, .. } in app.device_sessions(&call.headers) {
        let live = app.engine.look_at(&token.hash).await?;
        let live = live.filter(|live| app.is_on_its_device(live, &call.headers));
        found.extend(live.filter(|live| found.iter().all(|earlier| earlier.user.id != live.user.id)));
    }
    let mut cookies = Cookies::default();
    app.sign_device_sessions_anew(&call.headers, &mut cookies).await?;
    let list: Vec<_> = found
        .iter()
        .map(|live| SessionAndUser { session: live.wire_session(), user: live.wire_user() })
        .collect();
    Ok(Answer::json(&list).with(cookies))
}

/// Makes another of the browser's sessions the active one.
pub(crate) async fn set_active(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(call.body.as_ref(), &[Field::text("sessionToken")])?;
    let Some(chosen) = app.device_session(&call.headers, fields.text("sessionToken")) else {
        return Err(unknown());
    };
    let recognised = app.recognise(&chosen.token.token, &call.headers, call.peer).await?;
    if matches!(recognised, Recognised::Superseded) {
        return Err(EngineError::from(Refusal::SessionSuperseded).into());
    }
    let Some((live, token)) = opened(recognised, chosen.token.token) else {
        let mut cookies = Cookies::default();
        cookies.push(app.config.cookies.clear(&chosen.name));
        return Err(unknown().with(cookies));
    };
    let cookies = app.activate(&call, &live, &token).await?;
    Ok(Answer::raw(live.body.clone()).with(cookies))
}

/// Ends one of the browser's sessions. If it was the active one, the next of them is that from now on.
pub(crate) async fn revoke(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(call.body.as_ref(), &[Field::text("sessionToken")])?;
    let mut current = app.require(&call).await?;
    let Some(chosen) = app.device_session(&call.headers, fields.text("sessionToken")) else {
        return Err(unknown().with(current.cookies));
    };
    let active = &current.live.session;
    let was_active = active.tokens().include(&chosen.token.hash);
    app.engine.end_session(&chosen.token.hash).await?;
    if was_active {
        current.cookies = app.next_device_session(&call, &chosen).await?;
    }
    current.cookies.push(app.config.cookies.clear(&chosen.name));
    Ok(Answer::json(&json!({"status": true})).with(current.cookies))
}

fn unknown() -> ApiError {
    ApiError::coded(StatusCode::UNAUTHORIZED, ErrorCode::InvalidSessionToken)
}

/// The session that was recognised by a token, and the token to go on with.
fn opened(recognised: Recognised, token: SessionToken) -> Option<(Arc<LiveSession>, SessionToken)> {
    match recognised {
        Recognised::Current(live) => Some((live, token)),
        Recognised::Honoured { live, successor } => Some((live, successor)),
        Recognised::Superseded | Recognised::Nobody => None,
    }
}

impl App {
    /// The cookies that make a session the active one.
    async fn activate(&self, call: &Call, live: &LiveSession, token: &SessionToken) -> ApiResult<Cookies> {
        let mut cookies = Cookies::default();
        cookies.repeat_session(self, &call.headers, token, live, self.engine.now());
        if live.session.is_remembered() && self.names.dont_remember_is_in(&call.headers) {
            cookies.push(self.config.cookies.clear(&self.names.dont_remember));
        }
        self.sign_device_sessions_anew(&call.headers, &mut cookies).await?;
        Ok(cookies)
    }

    /// The cookies of whichever of the browser's sessions comes next; of nobody, if there is none.
    async fn next_device_session(&self, call: &Call, ended: &DeviceSession) -> ApiResult<Cookies> {
        for session in self.device_sessions(&call.headers) {
            if session.name == ended.name {
                continue;
            }
            let recognised = self.recognise(&session.token.token, &call.headers, call.peer).await?;
            if let Some((live, token)) = opened(recognised, session.token.token) {
                return self.activate(call, &live, &token).await;
            }
        }
        let mut cookies = Cookies::default();
        cookies.clear_session(self, &call.headers);
        Ok(cookies)
    }
}
