//! Logs: one line each, to standard error, as text or JSON.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{
    Layer, Registry, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

/// What is logged, and how.
#[derive(Debug, Clone)]
pub(crate) struct LogSettings {
    /// `info`, `warn,stayd_engine=debug`; checked when it was read.
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Starts logging for the whole process.
pub(crate) fn start(settings: &LogSettings) {
    let filter: Targets = settings.filter.parse().unwrap_or_default();
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        LogFormat::Text => Box::new(fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal())),
        LogFormat::Json => Box::new(fmt::layer().json().flatten_event(true).with_writer(stderr)),
    };
    // Fails only when logging has been started already.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}
