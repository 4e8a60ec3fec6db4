//! `POST /sign-out`

use crate::{answer::Answer, app::App, call::Call, cookies::Cookies, error::ApiResult, schema::Fields};
use axum::extract::State;
use serde_json::json;

/// Ends the session of the request, if there is one, and deletes its cookies in any case. A store that fails is an error:
/// "signed out" is only said when it is so (P2).
pub(crate) async fn sign_out(State(app): State<App>, call: Call) -> ApiResult {
    Fields::read_optional(call.body.as_ref(), &[])?;
    for token in app.presented_hashes(&call.headers) {
        app.engine.end_session(&token).await?;
    }
    let mut cookies = Cookies::default();
    cookies.clear_session(&app, &call.headers);
    app.end_device_sessions(&call.headers, &mut cookies).await?;
    let answer = Answer::json(&json!({"success": true})).with(cookies);
    Ok(match app.clear_site_data() {
        Some(what) => answer.clearing(what),
        None => answer,
    })
}
