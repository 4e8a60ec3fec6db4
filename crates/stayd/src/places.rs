//! Where addresses are: the database of `place.database`, read again when it changes.

use std::{sync::Arc, time::Duration};

use stayd_engine::{MaxMindPlaces, NoPlaces, PlacesError};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(30);

/// The database, if there is one.
pub(crate) struct Places(Option<Arc<MaxMindPlaces>>);

impl Places {
    /// Reads the database that the configuration names. Blocks while it is read.
    pub(crate) fn open(config: &Config) -> Result<Self, PlacesError> {
        let opened = config.places.as_deref().map(MaxMindPlaces::open).transpose()?;
        Ok(Self(opened.map(Arc::new)))
    }

    /// As an engine takes them.
    pub(crate) fn engines(&self) -> Arc<dyn stayd_engine::Places> {
        match &self.0 {
            Some(places) => Arc::<MaxMindPlaces>::clone(places),
            None => Arc::new(NoPlaces),
        }
    }

    /// Reads the file again whenever it has changed, until told to stop.
    pub(crate) async fn keep_up(self, stop: CancellationToken) {
        let Some(places) = self.0 else { return };
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(look.tick()).await.is_some() {
            let places = Arc::clone(&places);
            let reloaded = tokio::task::spawn_blocking(move || places.reload_if_changed()).await;
            match reloaded {
                Ok(Ok(true)) => tracing::info!("the database of places was read again"),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the database of places is kept as it was read before");
                }
                Err(error) => tracing::error!(%error, "the database of places could not be looked at"),
            }
        }
    }
}
