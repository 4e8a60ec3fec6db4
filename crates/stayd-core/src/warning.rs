//! The session ends soon, and nothing will move the end by itself.
//!
//! ```text
//!   quiet --warning_ms before the end--> n minutes, n-1, ... --renewed--> quiet
//!                                            \--dismissed--> quiet until another end is named
//! ```
//!
//! Every tab computes it from the shared end, so that all warn together and a renewal closes it everywhere (scenarios 42-44).

use crate::config::LATENCY_MS;
use crate::effect::Effect;
use crate::machine::Machine;
use crate::record::Message;
use crate::time::Instant;

const MINUTE_MS: u64 = 60_000;

#[derive(Debug, Clone)]
pub(crate) struct Warning {
    /// No end before this is warned of: the person has dismissed it. The same end moves a little with each answer that names it.
    dismissed: Instant,
}

impl Warning {
    pub(crate) const NONE: Self = Self { dismissed: Instant::LONG_AGO };
}

impl Machine {
    /// The end that is to be warned of; [`Instant::NEVER`] while there is none.
    fn warned_end(&self) -> Instant {
        let end = self.standing.ends_at();
        // A renewal that is still to come will move the end; without a network none comes.
        let will_move = self.renews()
            && self.page.online
            && !self.fixed_end
            && self.backoff.failures == 0
            && self.renewal_at < end;
        end.only_if(self.config.warning_ms > 0 && !will_move && self.warning.dismissed < end)
    }

    /// Minutes until the end, begun ones counted, where the person is to be warned; else 0.
    pub(crate) fn minutes_left(&self) -> u8 {
        let left = self.warned_end().since(self.now);
        if left > u64::from(self.config.warning_ms) {
            return 0;
        }
        u8::try_from(left.div_ceil(MINUTE_MS)).unwrap_or(u8::MAX)
    }

    /// When the warning comes, or its minutes change.
    pub(crate) fn next_warning(&self) -> Instant {
        let end = self.warned_end();
        if end == Instant::NEVER {
            return end;
        }
        let minutes = self.minutes_left();
        let next = match minutes {
            0 => end.minus(u64::from(self.config.warning_ms)),
            _ => end.minus((u64::from(minutes) - 1).saturating_mul(MINUTE_MS)),
        };
        next.only_if(next > self.now)
    }

    pub(crate) fn dismiss_warning(&mut self) {
        if self.minutes_left() > 0 {
            self.warning_dismissed(self.standing.ends_at());
            self.effects.push(Effect::Tell(Message::Dismissed));
        }
    }

    /// Of that end, here or in the tab that says so, for a tab that stood still hears of it late.
    pub(crate) fn warning_dismissed(&mut self, end: Instant) {
        self.warning.dismissed = end.plus(LATENCY_MS);
    }
}
