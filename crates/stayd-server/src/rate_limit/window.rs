//! A window that slides.

use super::{Decision, rule::Rule};
use stayd_protocol::Timestamp;
use std::collections::VecDeque;
use std::time::Duration;

/// The moments of the requests that were allowed, oldest first; never more than the rule allows.
#[derive(Debug, Default)]
pub(super) struct Window(VecDeque<Timestamp>);

impl Window {
    /// Allows a request and counts it, unless as many as the rule allows are younger than its window. What is refused does not count.
    pub(super) fn admit(&mut self, rule: Rule, now: Timestamp) -> Decision {
        if self.0.back().is_some_and(|last| last.since(now) >= rule.window) {
            // The clock went back by more than two threads can differ: nobody is refused until it is there again.
            self.0.clear();
        }
        // A clock that went back must not make the moments disorderly.
        let now = self.0.back().map_or(now, |last| now.max(*last));
        while self.0.front().is_some_and(|first| now.since(*first) >= rule.window) {
            self.0.pop_front();
        }
        match self.0.front() {
            Some(first) if self.0.len() >= rule.max => {
                Decision::Limited { retry_after: rule.window.saturating_sub(now.since(*first)) }
            }
            None if rule.max == 0 => Decision::Limited { retry_after: rule.window },
            _ => {
                self.0.push_back(now);
                Decision::Allowed
            }
        }
    }

    /// How long ago the last request was; the longest time there is, if there was none.
    pub(super) fn quiet_for(&self, now: Timestamp) -> Duration {
        self.0.back().map_or(Duration::MAX, |last| now.since(*last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_stretch_as_long_as_the_window_has_at_most_the_limit_and_none_is_refused_in_vain(
            gaps in prop::collection::vec(0_i64..400, 1..200),
            max in 1_usize..6,
        ) {
            let rule = Rule { window: Duration::from_secs(1), max };
            let mut window = Window::default();
            let mut allowed: Vec<i64> = Vec::new();
            let mut now = 0;
            for gap in gaps {
                now += gap;
                // The model: every request ever allowed, counted anew.
                let recent: Vec<i64> = allowed.iter().copied().filter(|then| now - then < 1000).collect();
                match window.admit(rule, Timestamp::from_ms(now)) {
                    Decision::Allowed => {
                        prop_assert!(recent.len() < max);
                        allowed.push(now);
                    }
                    Decision::Limited { retry_after } => {
                        prop_assert_eq!(recent.len(), max);
                        let wait = i64::try_from(retry_after.as_millis()).unwrap();
                        prop_assert_eq!(wait, recent[0] + 1000 - now);
                        prop_assert!(wait > 0);
                    }
                }
            }
        }

        #[test]
        fn a_clock_that_goes_back_refuses_nobody_for_longer_than_the_window(step in 1000_i64..1_000_000) {
            let rule = Rule { window: Duration::from_secs(1), max: 3 };
            let mut window = Window::default();
            while window.admit(rule, Timestamp::from_ms(0)) == Decision::Allowed {}
            prop_assert_eq!(window.admit(rule, Timestamp::from_ms(-step)), Decision::Allowed);
        }

        #[test]
        fn a_clock_that_jumps_never_gives_more_than_the_limit_at_one_moment(
            moments in prop::collection::vec(-5000_i64..5000, 1..100),
        ) {
            let rule = Rule { window: Duration::from_secs(1), max: 3 };
            let mut window = Window::default();
            for moment in moments {
                let _ = window.admit(rule, Timestamp::from_ms(moment));
                prop_assert!(window.0.len() <= 3);
                prop_assert!(window.0.iter().is_sorted());
            }
        }
    }
}
