//! `GET /list-accounts`, `POST /unlink-account`

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::{ApiError, ApiResult},
    schema::{Field, Fields},
};
use axum::extract::State;
use serde_json::json;

pub(crate) async fn list_accounts(State(app): State<App>, call: Call) -> ApiResult {
    let current = app.require(&call).await?;
    let accounts = app.engine.accounts_of(&current.live.user.id).await?;
    let accounts: Vec<_> = accounts
        .iter()
        .map(|account| {
            json!({
                "accountId": account.account_id,
                "providerId": account.provider_id,
                "userId": account.user_id,
                "createdAt": account.created_at,
                "updatedAt": account.updated_at,
                "id": account.id,
                "scopes": [],
            })
        })
        .collect();
    Ok(Answer::json(&accounts).with(current.cookies))
}

pub(crate) async fn unlink_account(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(call.body.as_ref(), &[Field::text("accountId")])?;
    let current = app.require_fresh(&call).await?;
    match app.engine.unlink_account(&current.live.user.id, fields.text("accountId")).await {
        Ok(()) => Ok(Answer::json(&json!({"status": true})).with(current.cookies)),
        Err(error) => Err(ApiError::from(error).with(current.cookies)),
    }
}
