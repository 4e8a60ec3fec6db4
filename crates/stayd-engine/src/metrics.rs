//! What is counted of sessions (EN-13): how many begin, are renewed and end, how long they last and how often they are renewed. Of this node,
//! and since its start. No label names a person, a session or an address.

use crate::{EndReason, EngineError, Refusal, SessionKind, store::EndedSession};
use prometheus_client::{
    encoding::text,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};
use stayd_protocol::Timestamp;
use std::{fmt, time::Duration};

/// One label and its value.
type Label = [(&'static str, &'static str); 1];

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// Where the lengths of sessions, and those between their renewals, are told apart, in s.
const LENGTHS: [f64; 9] =
    [MINUTE, 10.0 * MINUTE, HOUR, 6.0 * HOUR, DAY, 7.0 * DAY, 30.0 * DAY, 90.0 * DAY, 365.0 * DAY];

/// What came of an attempt to renew a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RenewalOutcome {
    /// It has a later end.
    Renewed,
    /// It had one already: many at once, or a repeat after a lost answer.
    Repeated,
    /// It was over.
    Ended,
    /// Somebody else was first, where tokens work once.
    Superseded,
    /// The store could not do it.
    Failed,
}

impl RenewalOutcome {
    const ALL: [Self; 5] = [Self::Renewed, Self::Repeated, Self::Ended, Self::Superseded, Self::Failed];

    const fn name(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Repeated => "repeated",
            Self::Ended => "ended",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
        }
    }

    /// What it was, by whether it is this attempt that moved the end.
    pub(crate) const fn of(moved: Result<bool, &EngineError>) -> Self {
        match moved {
            Ok(true) => Self::Renewed,
            Ok(false) => Self::Repeated,
            Err(EngineError::Refused(Refusal::SessionEnded)) => Self::Ended,
            Err(EngineError::Refused(Refusal::SessionSuperseded)) => Self::Superseded,
            Err(_) => Self::Failed,
        }
    }
}

/// The counters of one node.
pub(crate) struct Metrics {
    begun: Family<Label, Counter>,
    renewals: Family<Label, Counter>,
    ended: Family<Label, Counter>,
    lasted: Histogram,
    renewed_after: Histogram,
    registry: Registry,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let (begun, renewals, ended) = (Family::default(), Family::default(), Family::default());
        let (lasted, renewed_after) = (Histogram::new(LENGTHS), Histogram::new(LENGTHS));
        let mut registry = Registry::with_prefix("stayd");
        registry.register("sessions_begun", "Sessions that began, by kind", Family::clone(&begun));
        registry.register("renewals", "Attempts to renew a session, by outcome", Family::clone(&renewals));
        registry.register("sessions_ended", "Sessions that ended, by reason", Family::clone(&ended));
        let (duration, help) = ("session_duration", "How long sessions lasted that ended");
        registry.register_with_unit(duration, help, Unit::Seconds, lasted.clone());
        let (interval, help) =
            ("renewal_interval", "How long after it began, or was renewed, a session is renewed");
        registry.register_with_unit(interval, help, Unit::Seconds, renewed_after.clone());
        let metrics = Self { begun, renewals, ended, lasted, renewed_after, registry };
        metrics.begin_at_zero();
        metrics
    }

    /// What has not happened yet is told as well, so that the first time is an increase.
    fn begin_at_zero(&self) {
        let kinds = SessionKind::ALL.map(SessionKind::name);
        let outcomes = RenewalOutcome::ALL.map(RenewalOutcome::name);
        let reasons = EndReason::ALL.map(EndReason::name);
        for kind in kinds {
            drop(self.begun.get_or_create(&[("kind", kind)]));
        }
        for outcome in outcomes {
            drop(self.renewals.get_or_create(&[("outcome", outcome)]));
        }
        for reason in reasons {
            drop(self.ended.get_or_create(&[("reason", reason)]));
        }
    }

    pub(crate) fn session_began(&self, kind: SessionKind) {
        self.begun.get_or_create(&[("kind", kind.name())]).inc();
    }

    /// `since`: how long ago the session began, or was renewed.
    pub(crate) fn renewal_tried(&self, outcome: RenewalOutcome, since: Duration) {
        self.renewals.get_or_create(&[("outcome", outcome.name())]).inc();
        if outcome == RenewalOutcome::Renewed {
            self.renewed_after.observe(since.as_secs_f64());
        }
    }

    pub(crate) fn sessions_ended(&self, ended: &[EndedSession], reason: EndReason, now: Timestamp) {
        self.many_ended(ended.len(), reason);
        for session in ended {
            // What ended by its time is found later, when it is swept.
            let end = now.min(session.expires_at);
            self.lasted.observe(end.since(session.created_at).as_secs_f64());
        }
    }

    /// As [`Self::sessions_ended`], where nobody knows how long they lasted.
    pub(crate) fn many_ended(&self, count: usize, reason: EndReason) {
        self.ended.get_or_create(&[("reason", reason.name())]).inc_by(count as u64);
    }

    /// All of it in the text format of `OpenMetrics`.
    pub(crate) fn write(&self, out: &mut String) -> fmt::Result {
        text::encode(out, &self.registry)
    }
}
