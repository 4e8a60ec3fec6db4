//! Event streams in the configuration.

use std::time::Duration;

use stayd_server::EventStreams;

use super::{
    ConfigError,
    layers::Layers,
    read,
    setting::{About, Setting},
    settings::DURATION,
};

pub(crate) const HEARTBEAT: Setting<Duration> = Setting {
    about: About::new(
        "events.heartbeat",
        DURATION,
        "A stream of `GET /events` on which nothing was said for this long gets a comment, so that proxies do not close it; from a second to an hour.",
    )
    .variables(&["STAYD_EVENTS_HEARTBEAT"])
    .default("25s"),
    parse: |text| read::duration(text, Duration::from_secs(1)..=Duration::from_hours(1)),
};
pub(crate) const PER_SESSION: Setting<usize> = Setting {
    about: About::new(
        "events.per_session",
        "a number from 1 to 1000",
        "How many event streams one session may have open; beyond it the answer is 429. A browser needs one, or one for each tab where it has no Web Locks.",
    )
    .default("16"),
    parse: |text| read::count(text, 1..=1000),
};
pub(crate) const PER_ADDRESS: Setting<usize> = Setting {
    about: About::new(
        "events.per_address",
        "a number from 1 to 1000000",
        "How many event streams one address may have open (IPv6 by its /64); beyond it the answer is 429. Behind a proxy that is not in `trusted_proxies` everybody has one address.",
    )
    .default("1000"),
    parse: |text| read::count(text, 1..=1_000_000),
};
pub(crate) const LIMIT: Setting<usize> = Setting {
    about: About::new(
        "events.limit",
        "a number from 0 to 1000000",
        "How many event streams may be open in all; beyond it the answer is 503. Each is a connection of the 20,000 that the server takes. 0 switches the route off.",
    )
    .variables(&["STAYD_EVENTS_LIMIT"])
    .default("19000"),
    parse: |text| read::count(text, 0..=1_000_000),
};

/// Reads what is said of them.
pub(super) fn streams(layers: &Layers) -> Result<EventStreams, ConfigError> {
    Ok(EventStreams {
        heartbeat: layers.read(&HEARTBEAT)?,
        per_session: layers.read(&PER_SESSION)?,
        per_address: layers.read(&PER_ADDRESS)?,
        in_all: layers.read(&LIMIT)?,
    })
}
