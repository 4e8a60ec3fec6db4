//! `GET /events`: what becomes of the session, as it happens.

use crate::{
    address::{Peer, client_ip},
    app::App,
    error::{ApiError, ApiResult},
    events::{EventStream, last_event_id, streaming},
    origin::{self, RequestOrigin},
    who::Presented,
};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use stayd_engine::WatchError;

/// Opens a stream for whoever has a session. It is no use of the session: one that nobody uses but to watch it ends in its time.
pub(crate) async fn events(State(app): State<App>, request: Request) -> ApiResult<Response> {
    let headers = request.headers();
    let peer: Option<&Peer> = request.extensions().get();
    let streams = app.config.events;
    if streams.in_all == 0 {
        return Err(ApiError::bare(StatusCode::NOT_FOUND));
    }
    origin::check_stream(&RequestOrigin::of(headers), &app.config.trusted_origins)?;
    let Presented::Signed(token) = app.presented(headers) else { return Err(ApiError::unauthorized()) };
    let opening = last_event_id(headers);
    let place = match peer {
        Some(peer) => {
            let address = client_ip(headers, peer.0.ip(), &app.config.trusted_proxies);
            let place = app.stream_addresses.enter(address, streams.per_address);
            Some(place.ok_or(WatchError::SessionCrowded)?)
        }
        None => None,
    };
    let live = app.engine.look_at(&token.hash).await?;
    if !live.is_some_and(|live| app.is_on_its_device(&live, headers)) {
        return Err(ApiError::unauthorized());
    }
    let watch = app.engine.watch_session(&token.hash, opening.seen(), streams.limits()).await?;
    let stream = EventStream::new(watch, place, app.engine.clone(), opening, streams.heartbeat);
    Ok(streaming(Body::new(stream)))
}
