//! What has to happen while no request asks for it.

use stayd_engine::{Engine, SWEPT_AT_ONCE};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How long a session ended by another process, such as the command line, may still be honoured here: well below the 50 ms of P2.
const NOTICE: Duration = Duration::from_millis(25);
/// What a crash may lose of "last active".
const ACTIVITY: Duration = Duration::from_secs(5);
/// How often what has ended is swept out of the store.
const SWEEP: Duration = Duration::from_mins(5);

/// How often the keys that sign tokens are brought up to date, if nobody asks for them.
const KEYS: Duration = Duration::from_mins(1);

/// A full sweep has left some; the next one is not far (L-14: a million records within an hour): a thousand records a second.
const NEXT_SWEEP: Duration = Duration::from_millis(250);

/// How late a session that is watched and not used may end.
const IDLE: Duration = Duration::from_secs(5);
/// How long after a failure it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Keeps an engine's house until told to stop, then writes down what is still in memory.
pub async fn keep_house(engine: Engine, stop: CancellationToken) {
    tokio::join!(notice_others(&engine, &stop), tell_watchers(&engine, &stop), keep_in_order(&engine, &stop));
}

/// Apart from the rest, which waits for the disk: what another process has ended must be noticed meanwhile.
async fn notice_others(engine: &Engine, stop: &CancellationToken) {
    let (mut seen, mut hears) = (0, true);
    let mut notice = every(NOTICE);
    while stop.run_until_cancelled(notice.tick()).await.is_some() {
        let noticed = engine.notice_foreign_writes(&mut seen).await;
        match &noticed {
            Err(error) if hears => {
                tracing::error!(%error, "it cannot be heard who else writes: until then memory is not believed");
            }
            Ok(()) if !hears => tracing::info!("it is heard again who else writes"),
            // Said once, and not forty times in a second.
            _ => {}
        }
        hears = noticed.is_ok();
    }
}

/// Apart from the rest: with many watchers it takes its time, and what has ended elsewhere must be noticed meanwhile.
async fn tell_watchers(engine: &Engine, stop: &CancellationToken) {
    let may_idle = engine.policy().sessions.kinds.have_idle_limit();
    let mut idle = every(IDLE);
    loop {
        let told = tokio::select! {
            () = stop.cancelled() => return,
            told = engine.tell_foreign_writes() => told,
            _ = idle.tick(), if may_idle => engine.look_at_watched().await,
        };
        if let Err(error) = told {
            tracing::error!(%error, "watchers could not be told what has become of sessions; it is tried again");
            stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }
}

async fn keep_in_order(engine: &Engine, stop: &CancellationToken) {
    let mut activity = every(ACTIVITY);
    let mut sweep = every(SWEEP);
    let mut keys = every(KEYS);
    loop {
        let (task, outcome) = tokio::select! {
            () = stop.cancelled() => break,
            _ = activity.tick() => ("writing activity", engine.write_activity().await),
            _ = sweep.tick() => ("sweeping", engine.sweep().await.map(|swept| {
                if swept >= SWEPT_AT_ONCE {
                    sweep.reset_after(NEXT_SWEEP);
                }
            })),
            // At the start too, so that there is a key to be fetched before the first token.
            _ = keys.tick() => ("tending keys", engine.key_ring().await.map(drop)),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, task, "housekeeping failed; it is tried again");
        }
    }
    if let Err(error) = engine.write_activity().await {
        tracing::error!(%error, "the last activity could not be written");
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
