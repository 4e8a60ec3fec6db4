//! `POST /step-up`: the person proves once more who they are, and the session is fresh again (L-11).

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::ApiResult,
    schema::{Field, Fields},
};
use axum::extract::State;
use serde_json::json;

pub(crate) async fn step_up(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(call.body.as_ref(), &[Field::text("password")])?;
    let mut current = app.require_sensitive(&call).await?;
    let proving =
        app.engine.step_up(&current.token, &current.live, fields.text("password"), call.device.clone());
    // Counted with the other guesses within a session, apart from those at the sign-in.
    let renewed = match app.guess(&current.live.user.id, proving).await {
        Ok(renewed) => renewed,
        Err(error) => return Err(error.with(current.cookies)),
    };
    if let Some(token) = &renewed.successor {
        current.cookies.repeat_session(&app, &call.headers, token, &renewed.live, app.just_after_change());
    }
    let fresh_age = app.engine.policy().sessions.fresh_age;
    let fresh_until = (!fresh_age.is_zero()).then(|| renewed.live.session.authenticated_at.plus(fresh_age));
    Ok(Answer::json(&json!({"status": true, "freshUntil": fresh_until})).with(current.cookies))
}
