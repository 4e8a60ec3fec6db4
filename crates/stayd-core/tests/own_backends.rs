//! One tab and a server whose credentials lapse before their sessions end, as an own backend may have it (docs/backends.md), for hours: asked
//! at most so often (P5), ended by the server alone (P6), and shown as it is in the end.

use proptest::prelude::*;
use stayd_core::{
    Answer, Config, Effect, Event, Identity, Instant, Machine, Need, Outcome, Rendered, RenewalMode, Stored,
};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// Clocks begin well after zero: what is remembered may be old.
const START: u64 = 1_700_000_000_000;
/// A server that says a session has ended by its own clock is asked twice each five seconds; then there is a little for what just begins.
const OF_ITSELF: usize = 30;
const FOR_EACH_OCCASION: usize = 4;

/// What a server does; durations in ms, moments in ms since the start.
#[derive(Debug, Clone)]
struct Server {
    renews_after: u64,
    lapses_after: u64,
    ends_at: u64,
    revoked_at: u64,
    /// It renews nothing: the credential lapses, and that is that.
    declines: bool,
    /// How it says no: to the renewal of a session that is over, and to a check that it refuses.
    no: Outcome,
    takes: u64,
    issued_at: u64,
}

impl Server {
    fn is_over(&self, at: u64) -> bool {
        at >= self.ends_at.min(self.revoked_at) || self.declines && self.has_lapsed(at)
    }

    fn has_lapsed(&self, at: u64) -> bool {
        at >= self.issued_at + self.lapses_after
    }

    fn answer(&mut self, at: u64, need: Need) -> Outcome {
        match need {
            Need::Renewal if self.is_over(at) => return self.no,
            Need::Renewal if self.declines => return Outcome::Declined,
            Need::Renewal => self.issued_at = at,
            _ if self.is_over(at) || self.has_lapsed(at) => return self.no,
            _ => {}
        }
        let until = |moment: u64| moment.saturating_sub(at);
        Outcome::Session(Answer {
            session: 1,
            person: 1,
            data: 1,
            created_s: 0,
            renews_in_ms: until(self.issued_at + self.renews_after),
            lapses_in_ms: until((self.issued_at + self.lapses_after).min(self.ends_at)),
            ends_in_ms: until(self.ends_at),
        })
    }
}

/// What happens beside the clock.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Occasion {
    Tell(Event),
    /// A request of the page was answered 401.
    Refused,
    /// The page is loaded anew, or another one is: it has what this one wrote down.
    Reload,
    /// The computer sleeps for so many ms.
    Sleep(u64),
}

struct Browser {
    machine: Machine,
    config: Config,
    server: Server,
    now: u64,
    /// The answer that is on its way, when it comes, and to which attempt.
    coming: Option<(u64, u32, Outcome)>,
    written: Option<(u64, Stored)>,
    asked: Vec<u64>,
}

impl Browser {
    fn new(config: Config, server: Server) -> Self {
        let machine = Machine::new(config, 1);
        let mut browser =
            Self { machine, config, server, now: 0, coming: None, written: None, asked: Vec::new() };
        browser.begin();
        browser
    }

    fn begin(&mut self) {
        self.coming = None;
        // Times that browsers round: what was written just now seems older than it is.
        let remembered = self.stored().map(|stored| Stored { age_ms: stored.age_ms.max(5_001), ..stored });
        self.tell(Event::Started { rendered: Rendered::Nothing, remembered });
    }

    fn stored(&self) -> Option<Stored> {
        let (at, stored) = self.written?;
        Some(Stored { age_ms: self.now - at, ..stored })
    }

    fn tell(&mut self, event: Event) {
        let effects = self.machine.handle(Instant::from_ms(START + self.now), event);
        for effect in effects.iter() {
            match effect {
                Effect::AskLeadership { attempt } => {
                    self.tell(Event::LeadershipGained { attempt, stored: self.stored() });
                }
                Effect::Send { need, attempt } => {
                    self.asked.push(self.now);
                    let outcome = self.server.answer(self.now + self.server.takes / 2, need);
                    self.coming = Some((self.now + self.server.takes, attempt, outcome));
                }
                Effect::Cancel { attempt } => self.coming = self.coming.filter(|coming| coming.1 != attempt),
                Effect::Remember => {
                    let record = self.machine.record();
                    self.written = Some((self.now, Stored { record, age_ms: 0, has_data: record.data != 0 }));
                }
                _ => {}
            }
        }
    }

    /// Lets time pass; `Err` is a promise that was broken.
    fn run_until(&mut self, end: u64) -> Result<(), String> {
        loop {
            let due = self.machine.deadline().map(|due| (due.as_ms() - START).max(self.now));
            let coming = self.coming.map(|coming| coming.0.max(self.now));
            let Some(next) = [due, coming].into_iter().flatten().min().filter(|next| *next < end) else {
                break;
            };
            self.now = next;
            if coming == Some(next) {
                let Some((_, attempt, outcome)) = self.coming.take() else { continue };
                self.tell(Event::Answered { attempt, outcome });
            } else {
                self.tell(Event::DeadlineReached);
            }
            self.check_end()?;
            if self.asked.len() > 10_000 {
                return Err("it asks in a circle".to_owned());
            }
        }
        self.now = end;
        Ok(())
    }

    /// P6.
    fn check_end(&self) -> Result<(), String> {
        let is_out = self.machine.view().identity == Identity::Anonymous && self.machine.view().verified;
        // An end counts from when its request was sent.
        if is_out && !self.server.is_over(self.now + self.server.takes) {
            return Err(format!("out at {} ms, and the server has the session", self.now));
        }
        Ok(())
    }

    fn see(&mut self, occasion: Occasion) -> Result<(), String> {
        match occasion {
            Occasion::Tell(event) => self.tell(event),
            Occasion::Refused => {
                let (epoch, generation) = self.machine.moment();
                self.tell(Event::Refused { epoch, generation });
            }
            Occasion::Reload => {
                self.machine = Machine::new(self.config, 2);
                self.begin();
            }
            Occasion::Sleep(for_ms) => {
                self.now += for_ms;
                self.tell(Event::Woke);
            }
        }
        self.check_end()
    }

    /// P5.
    fn check_rate(&self, occasions: &[u64]) -> Result<(), String> {
        for (index, from) in self.asked.iter().enumerate() {
            let asked = self.asked[index..].iter().take_while(|at| **at < from + MINUTE).count();
            let reasons =
                occasions.iter().filter(|at| (from.saturating_sub(MINUTE)..from + MINUTE).contains(at));
            if asked > OF_ITSELF + FOR_EACH_OCCASION * reasons.count() {
                return Err(format!("{asked} requests in the minute from {from} ms on"));
            }
        }
        Ok(())
    }
}

fn server() -> impl Strategy<Value = Server> {
    let span = |most: u64| prop_oneof![1..2 * MINUTE, MINUTE..most];
    let end = prop_oneof![Just(8 * 60 * MINUTE), span(4 * 60 * MINUTE)];
    let revoked = prop_oneof![Just(u64::MAX), 1..3 * 60 * MINUTE];
    let no = prop::sample::select(vec![Outcome::Declined, Outcome::Nobody]);
    (span(60 * MINUTE), span(60 * MINUTE), end, revoked, any::<bool>(), no, 2_u64..3_000).prop_map(
        |(renews_after, lapses_after, ends_at, revoked_at, declines, no, takes)| Server {
            renews_after: renews_after.max(10 * SECOND),
            // Whoever asks by then is let in.
            lapses_after: lapses_after.max(30 * SECOND),
            ends_at: ends_at.max(30 * SECOND),
            revoked_at,
            declines,
            no,
            takes,
            issued_at: 0,
        },
    )
}

fn occasion() -> impl Strategy<Value = Occasion> {
    let told = [Event::Shown, Event::Hinted, Event::CheckAsked, Event::RenewalAsked, Event::Requested];
    prop_oneof![
        4 => prop::sample::select(told.map(Occasion::Tell).to_vec()),
        1 => Just(Occasion::Refused),
        3 => Just(Occasion::Reload),
        2 => (MINUTE..90 * MINUTE).prop_map(Occasion::Sleep),
    ]
}

fn config() -> impl Strategy<Value = Config> {
    let renewal =
        prop::sample::select(vec![RenewalMode::Always, RenewalMode::WhileVisible, RenewalMode::Manual]);
    (renewal, prop::sample::select(vec![0, 300_000])).prop_map(|(renewal, heartbeat_ms)| Config {
        renewal,
        heartbeat_ms,
        ..Config::DEFAULT
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_server_of_short_credentials_is_asked_in_no_circle_and_believed(
        config in config(),
        server in server(),
        occasions in prop::collection::vec((prop_oneof![1..5_000_u64, 5_000..40 * MINUTE], occasion()), 0..12),
    ) {
        let mut browser = Browser::new(config, server);
        // Of whom it has never known a server that refuses a lapsed credential says nothing but that nobody is there.
        prop_assert_eq!(browser.run_until(5 * SECOND), Ok(()));
        let mut moments = vec![0];
        for (after, occasion) in &occasions {
            let at = browser.now + after;
            let gone_well = browser.run_until(at).and_then(|()| browser.see(*occasion));
            prop_assert_eq!(gone_well, Ok(()), "{:?}", browser.asked.iter().rev().take(9).collect::<Vec<_>>());
            moments.push(browser.now);
        }
        // Whatever it was that it did not hear of, somebody looks, and it hears.
        for _ in 0..2 {
            let at = browser.now + 10 * MINUTE;
            let gone_well = browser.run_until(at).and_then(|()| browser.see(Occasion::Tell(Event::Shown)));
            prop_assert_eq!(gone_well, Ok(()));
            moments.push(browser.now);
        }
        let over_since = browser.server.is_over(browser.now);
        let at = browser.now + MINUTE;
        prop_assert_eq!(browser.run_until(at), Ok(()));
        prop_assert_eq!(browser.check_rate(&moments), Ok(()));
        let identity = browser.machine.view().identity;
        if over_since {
            prop_assert_eq!(identity, Identity::Anonymous, "it is over");
        } else if !browser.server.is_over(browser.now) {
            prop_assert_eq!(identity, Identity::Active, "it is not over");
        }
    }
}
