//! `GET /documents`, and `GET`, `PUT`, `DELETE /documents/{name}`: a person's documents (SS-5).
//!
//! Routes of our own. A document's revision is its entity tag, and the conditions of RFC 9110 keep two devices from undoing each other's work.
//! A request may name the person whose documents it means (`userId`): a page that does not know yet that somebody else has signed in is to see
//! nothing of theirs, and to write nothing into it (P9).

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    conditions,
    cookies::Cookies,
    error::{ApiError, ApiResult},
    schema::{BodyError, Field, Fields},
    who::Current,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use stayd_engine::{DocumentName, EngineError, Put, Refusal};
use stayd_protocol::ErrorCode;

/// The names of the person's documents.
pub(crate) async fn documents(State(app): State<App>, call: Call) -> ApiResult {
    let current = meant(app.require(&call).await?, &call)?;
    let entries = app.engine.documents_of(&current.live.user.id).await?;
    let told = entries.iter().map(|entry| {
        json!({"name": entry.name, "revision": entry.revision.number(), "updatedAt": entry.updated_at})
    });
    Ok(Answer::json(&json!({"documents": told.collect::<Vec<_>>()})).with(current.cookies))
}

/// One of them, with its content; 304 where the caller has it already.
pub(crate) async fn document(State(app): State<App>, Path(name): Path<String>, call: Call) -> ApiResult {
    let name = read_name(&name)?;
    let expectation = conditions::read(&call.headers)?;
    let current = meant(app.require(&call).await?, &call)?;
    let refused = |refusal: Refusal| Err(ApiError::from(EngineError::from(refusal)));
    let answer = match app.engine.document(&current.live.user.id, &name).await? {
        None => refused(Refusal::NoSuchDocument),
        Some(document) => {
            let revision = Some(document.revision);
            let includes = |states: &stayd_engine::States| states.include(revision);
            if !expectation.is.as_ref().is_none_or(includes) {
                refused(Refusal::DocumentChanged)
            } else if expectation.is_not.as_ref().is_some_and(includes) {
                Ok(Answer::not_modified().tagged(document.revision))
            } else {
                Ok(Answer::json(&document).tagged(document.revision))
            }
        }
    };
    with_cookies(answer, current.cookies)
}

/// Gives a document its content: `{"value"}`.
pub(crate) async fn put(State(app): State<App>, Path(name): Path<String>, mut call: Call) -> ApiResult {
    let name = read_name(&name)?;
    let value = read_value(call.body.take())?;
    let expectation = conditions::read(&call.headers)?;
    let current = meant(app.require_sensitive(&call).await?, &call)?;
    let put = app.engine.put_document(&current.live.user.id, &name, &value, &expectation).await;
    let answer = put.map(|put| {
        let told =
            json!({"name": name.as_str(), "revision": put.revision.number(), "updatedAt": put.updated_at});
        let status = if put.outcome == Put::Made { StatusCode::CREATED } else { StatusCode::OK };
        Answer::json(&told).with_status(status).tagged(put.revision)
    });
    with_cookies(answer.map_err(ApiError::from), current.cookies)
}

/// Removes a document.
pub(crate) async fn remove(State(app): State<App>, Path(name): Path<String>, call: Call) -> ApiResult {
    let name = read_name(&name)?;
    let expectation = conditions::read(&call.headers)?;
    let current = meant(app.require_sensitive(&call).await?, &call)?;
    let removed = app.engine.remove_document(&current.live.user.id, &name, &expectation).await;
    let answer = removed.map(|revision| Answer::json(&json!({"revision": revision.number()})));
    with_cookies(answer.map_err(ApiError::from), current.cookies)
}

/// The person of a session, if the request means them or says nothing of that.
fn meant(current: Current, call: &Call) -> ApiResult<Current> {
    let fields = Fields::read_query(&call.query, &[Field::text("userId").optional()])?;
    match fields.optional_text("userId") {
        Some(other) if other != current.live.user.id => {
            Err(ApiError::coded(StatusCode::CONFLICT, ErrorCode::OtherPerson).with(current.cookies))
        }
        _ => Ok(current),
    }
}

fn read_name(name: &str) -> Result<DocumentName, BodyError> {
    name.parse().map_err(|_| BodyError::invalid("params.name"))
}

/// The content, which may be any JSON, `null` too. An object around it leaves room for what else may be said of a document one day.
fn read_value(body: Option<Value>) -> Result<Value, BodyError> {
    let Some(Value::Object(mut members)) = body else { return Err(BodyError::invalid("body")) };
    members.remove("value").ok_or_else(|| BodyError::invalid("body.value"))
}

fn with_cookies(answer: ApiResult, cookies: Cookies) -> ApiResult {
    match answer {
        Ok(answer) => Ok(answer.with(cookies)),
        Err(error) => Err(error.with(cookies)),
    }
}
