//! What a request has begun is brought to its end, whether or not somebody waits for the answer.

use crate::error::{ApiResult, ErrorKind};
use stayd_engine::EngineError;
use std::future::{Future, pending};
use std::panic::resume_unwind;
use std::time::Duration;
use tokio::sync::Semaphore;
use tracing::Instrument;

/// As many as there may be connections; over HTTP/2 each of those may have many requests under way, and fewer of them take every place. So many are
/// under way only where the store stands still, and then it helps nobody to queue up behind them.
static PLACES: Semaphore = Semaphore::const_new(20_000);

/// Does the work in a task of its own, and waits for it. Whoever stops waiting does not stop the work. Busy where too much is under way.
///
/// hyper drops the handler of a client that hangs up, and a limit of time drops what takes too long. A write is committed by then, or will be;
/// but what this node has to know of it - that a session has ended, or a person changed - it is told behind the write. A handler that was
/// dropped between the two would leave a node that honours what has ended (P2).
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> ApiResult<T> {
    let Ok(place) = PLACES.try_acquire() else {
        return Err(ErrorKind::Engine(EngineError::Busy { retry_after: Duration::from_secs(1) }).into());
    };
    let work = async move {
        let _place = place;
        work.await
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(done) => Ok(done),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime stops, and everybody with it.
            Err(_) => pending().await,
        },
    }
}
