//! Ten thousand clients through an outage of ten minutes (P5, EN-3), and what a tab asks for in an hour (AU-17).
//! `cargo test -p stayd-core --test outage -- --nocapture` prints the figures.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use stayd_core::{Answer, Config, Effect, Event, Instant, Machine, Outcome, Rendered, Trouble};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// Clocks begin well after zero: what is remembered may be old.
const START: u64 = 1_700_000_000_000;

/// What is to happen to a client, and when.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Coming {
    Start,
    Deadline,
    Answer(u32),
}

struct World {
    clients: Vec<Machine>,
    queue: BinaryHeap<Reverse<(u64, usize, Coming)>>,
    /// When requests were sent, in ms.
    requests: Vec<u64>,
    /// From when until when the server answers 503.
    outage: (u64, u64),
    dice: u64,
}

impl World {
    fn new(count: usize, start_within_ms: u64, outage: (u64, u64)) -> Self {
        let seeds = (0..count).map(|at| u32::try_from(at * 7919 + 1).unwrap_or(1));
        let clients = seeds.map(|seed| Machine::new(Config::DEFAULT, seed)).collect();
        let mut world = Self { clients, queue: BinaryHeap::new(), requests: Vec::new(), outage, dice: 1 };
        for client in 0..count {
            let at = START + world.below(start_within_ms);
            world.queue.push(Reverse((at, client, Coming::Start)));
        }
        world
    }

    fn below(&mut self, range: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % range.max(1)
    }

    fn run_until(&mut self, end: u64) {
        while let Some(Reverse((at, client, coming))) = self.queue.pop().filter(|Reverse((at, ..))| *at < end)
        {
            let event = match coming {
                Coming::Start => Event::Started { rendered: Rendered::Nothing, remembered: None },
                Coming::Deadline if self.clients[client].deadline().is_none_or(|due| due.as_ms() > at) => {
                    continue;
                }
                Coming::Deadline => Event::DeadlineReached,
                Coming::Answer(attempt) => Event::Answered { attempt, outcome: self.outcome(at) },
            };
            self.tell(at, client, event);
        }
    }

    /// A session of seven days, as it was at first: a renewal is far away.
    fn outcome(&self, at: u64) -> Outcome {
        if (self.outage.0..self.outage.1).contains(&at) {
            return Outcome::Failed { retry_after_ms: 0, trouble: Trouble::Unavailable };
        }
        let ends_in_ms = START + 7 * 24 * 60 * MINUTE - at;
        let renews_in_ms = ends_in_ms.saturating_sub(24 * 60 * MINUTE);
        Outcome::Session(Answer {
            session: 1,
            person: 1,
            data: 1,
            created_s: 0,
            renews_in_ms,
            lapses_in_ms: ends_in_ms,
            ends_in_ms,
        })
    }

    fn tell(&mut self, at: u64, client: usize, event: Event) {
        let effects = self.clients[client].handle(Instant::from_ms(at), event);
        for effect in effects.iter() {
            match effect {
                Effect::AskLeadership { attempt } => {
                    self.tell(at, client, Event::LeadershipGained { attempt, stored: None });
                }
                Effect::Send { attempt, .. } => {
                    self.requests.push(at);
                    let back = at + 20 + self.below(60);
                    self.queue.push(Reverse((back, client, Coming::Answer(attempt))));
                }
                _ => {}
            }
        }
        if let Some(due) = self.clients[client].deadline() {
            self.queue.push(Reverse((due.as_ms().max(at + 1), client, Coming::Deadline)));
        }
    }

    /// Requests in each second from `from` on.
    fn each_second(&self, from: u64, seconds: usize) -> Vec<u64> {
        let mut counts = vec![0; seconds];
        for at in self.requests.iter().filter(|at| **at >= from) {
            let second = usize::try_from((at - from) / SECOND).unwrap_or(usize::MAX);
            if let Some(count) = counts.get_mut(second) {
                *count += 1;
            }
        }
        counts
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "for a reader")]
fn an_outage_of_ten_minutes_is_not_made_worse_by_ten_thousand_clients() {
    let (down, up) = (START + 30 * MINUTE, START + 40 * MINUTE);
    let mut world = World::new(10_000, 10 * MINUTE, (down, up));
    world.run_until(up + 5 * MINUTE);

    let before: u64 = world.each_second(down - 10 * MINUTE, 600).iter().sum();
    let during = world.each_second(down, 600);
    let after = world.each_second(up, 60);
    let mean = after.iter().sum::<u64>() as f64 / 60.0;
    let peak = after.iter().copied().max().unwrap_or_default();
    let by_minute: Vec<u64> = during.chunks(60).map(|minute| minute.iter().sum::<u64>() / 60).collect();
    println!(
        "requests a second before: {:.1}; in each minute of the outage: {by_minute:?}",
        before as f64 / 600.0
    );
    println!("in the minute after it: mean {mean:.1}, peak {peak}, peak / mean {:.2}", peak as f64 / mean);

    assert!(mean > 1.0, "the clients come back");
    assert!(peak as f64 <= 3.0 * mean, "P5: peak {peak}, mean {mean}");
    // The first minutes have the quick retries; then whoever looks at a page, and the one attempt of each browser.
    let quiet = before / 600;
    assert!(by_minute.iter().all(|rate| *rate <= quiet * 4), "{by_minute:?} against {quiet}");
    assert!(by_minute.iter().skip(5).all(|rate| *rate <= quiet * 2), "{by_minute:?} against {quiet}");
}

#[test]
fn an_idle_tab_asks_twelve_times_an_hour_and_a_hidden_one_never() {
    let mut visible = World::new(1, 1, (0, 0));
    visible.run_until(START + 61 * MINUTE);
    let in_the_hour = visible.requests.iter().filter(|at| **at >= START + MINUTE).count();
    println!("an idle visible tab: {in_the_hour} requests an hour");
    assert!((10..=12).contains(&in_the_hour), "{in_the_hour}");

    let mut hidden = World::new(1, 1, (0, 0));
    hidden.run_until(START + MINUTE);
    hidden.tell(START + MINUTE, 0, Event::Hidden);
    let so_far = hidden.requests.len();
    hidden.run_until(START + 24 * 60 * MINUTE);
    println!("an idle hidden tab: {} requests a day", hidden.requests.len() - so_far);
    assert_eq!(hidden.requests.len(), so_far, "nothing is renewed on the first of seven days");
}

#[test]
fn an_active_tab_asks_at_most_once_more_for_each_look_at_it() {
    let mut active = World::new(1, 1, (0, 0));
    let begin = START + MINUTE;
    let mut of_the_page = 0;
    for step in 0..360 {
        let at = begin + step * 10 * SECOND;
        active.run_until(at);
        // Somebody works in it, and is in another tab for the last minute of every ten.
        match step % 60 {
            54 => active.tell(at, 0, Event::Hidden),
            0 if step > 0 => active.tell(at, 0, Event::Shown),
            55.. => {}
            _ => {
                active.tell(at, 0, Event::Requested);
                of_the_page += 1;
            }
        }
    }
    let in_the_hour = active.requests.iter().filter(|at| **at >= begin).count();
    println!(
        "an active tab, shown anew every ten minutes: {in_the_hour} requests an hour beside {of_the_page} of its page"
    );
    // An idle one asks twelve times; this one is looked at five times.
    assert!((5..=17).contains(&in_the_hour), "{in_the_hour}");
}
