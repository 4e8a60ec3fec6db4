//! Looks after the server's clock: compares it with the machine's, raises the alarm, and marks the time (L-13, T-7).

use std::{sync::Arc, time::Duration};

use stayd_engine::{Agreement, Clock as _, Engine, EngineResult, store::sqlite::SqliteStore};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    mark::Mark,
    system::{ServerClock, reading},
};

/// How often the clocks are compared.
const COMPARE: Duration = Duration::from_secs(1);
/// How often the time is marked: what ends between the last mark and a `kill -9` may be revived by a backup from that minute.
const MARK: Duration = Duration::from_mins(1);

/// Keeps the time until told to stop.
pub(crate) async fn keep_time(
    engine: Engine,
    store: Arc<SqliteStore>,
    clock: Arc<ServerClock>,
    mark: Mark,
    stop: CancellationToken,
) {
    let (mut compare, mut marking) = (interval(COMPARE), interval(MARK));
    for ticks in [&mut compare, &mut marking] {
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    loop {
        let outcome = tokio::select! {
            () = stop.cancelled() => break,
            _ = compare.tick() => look(&engine, &store, &clock, &mark).await,
            _ = marking.tick() => mark.set(&store, clock.now()).await.map_err(Into::into),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "the times in the database are not those that are told");
        }
    }
    if let Err(error) = mark.set(&store, clock.now()).await {
        tracing::error!(%error, "the time of the stop could not be marked");
    }
}

async fn look(engine: &Engine, store: &SqliteStore, clock: &ServerClock, mark: &Mark) -> EngineResult<()> {
    match clock.time.compare(reading()) {
        Agreement::Agrees | Agreement::Doubted => {}
        Agreement::AgreesAgain => tracing::warn!("the system's clock is right again; nothing has happened"),
        Agreement::Stepped { by_ms } => tracing::error!(
            seconds = by_ms / 1000,
            "the system's clock was stepped, or is behind what the database knows. The server goes on with its own time for ten minutes; after that it follows, and sessions that are over by then end: put the clock right"
        ),
        Agreement::Overdue { by_ms } => {
            if by_ms < 0 {
                engine.settle_before_step_back().await?;
            }
            clock.time.follow(reading());
            tracing::error!(seconds = by_ms / 1000, "the server follows the system's clock");
            if by_ms < 0 {
                engine.put_times_back(Duration::from_millis(by_ms.unsigned_abs())).await?;
            }
            mark.put_back(store, clock.now()).await?;
        }
    }
    Ok(())
}
