//! Every sequence of facts to a depth, from several beginnings, with the invariants checked after each step.

mod invariants;

use invariants::Checked;
use stayd_core::{
    Answer, Config, Ending, Event, Instant, Machine, Message, Outcome, Record, Rendered, RenewalMode, Stored,
    Switch, Trouble,
};

const BEGINNING: Instant = Instant::from_ms(1_000_000_000_000);
const HOUR_MS: u64 = 3_600_000;

/// A fact, to be made concrete when its turn comes.
#[derive(Debug, Clone, Copy)]
enum Fact {
    Plain(Event),
    /// The turn comes, and storage holds nothing new.
    Led,
    /// The turn comes, and storage holds what another tab has learned since.
    LedToNews,
    Answered(Outcome),
    /// The attempt before is answered.
    AnsweredLate(Outcome),
    /// A message from a tab whose epoch and generation differ by so much, with this session.
    Heard(Message, i64, i64, u32),
    /// The deadline comes when it is due.
    Due,
    /// The clock leaps by this long.
    Slept(u64),
    /// The session's credential is refused; how many generations ago it was sent.
    Refused(u32),
    Resumed,
}

fn answer(session: u32) -> Answer {
    Answer {
        session: session.into(),
        person: session.into(),
        data: session,
        created_s: 0,
        renews_in_ms: HOUR_MS / 2,
        lapses_in_ms: HOUR_MS,
        ends_in_ms: HOUR_MS,
    }
}

const FAILED: Outcome = Outcome::Failed { retry_after_ms: 20_000, trouble: Trouble::TooMany };

fn facts() -> Vec<Fact> {
    use Fact::{Answered, AnsweredLate, Due, Heard, Led, LedToNews, Plain, Refused, Resumed, Slept};
    let mut facts = vec![
        Plain(Event::Started { rendered: Rendered::Nothing, remembered: None }),
        Led,
        LedToNews,
        Answered(Outcome::Session(answer(1))),
        Answered(Outcome::Session(answer(2))),
        AnsweredLate(Outcome::Session(answer(1))),
        Heard(Message::State, 0, 0, 1),
        Heard(Message::State, 0, 1, 1),
        Heard(Message::State, 0, 0, 2),
        Heard(Message::State, -1, 0, 1),
        Heard(Message::State, 1, 0, 0),
        Heard(Message::State, 1, 0, 2),
        Heard(Message::Switching, 0, 0, 1),
        Heard(Message::Dismissed, 0, 0, 1),
        Due,
        Slept(40 * 60_000),
        Slept(2 * HOUR_MS),
        Refused(0),
        Refused(1),
        Resumed,
    ];
    facts.extend([Outcome::Nobody, Outcome::Declined, Outcome::Superseded, FAILED].map(Answered));
    facts.extend(
        [
            Event::Hinted,
            Event::DeadlineReached,
            Event::Shown,
            Event::Hidden,
            Event::Frozen,
            Event::Online,
            Event::Offline,
            Event::SignInAsked,
            Event::SignOutAsked,
            Event::RenewalAsked,
            Event::CheckAsked,
            Event::WarningDismissed,
            Event::Requested,
            Event::Withdrawn,
            Event::Disposed,
        ]
        .map(Plain),
    );
    facts
}

impl Fact {
    fn tell(self, to: &mut Checked) -> Result<(), String> {
        let attempt = to.attempt();
        let (mut now, event) = (to.now, self.event(to, attempt));
        match self {
            Self::Due => now = to.machine.deadline().unwrap_or(now),
            Self::Slept(ms) => now = now.plus(ms),
            _ => {}
        }
        to.step(now, &event).map(drop)
    }

    fn event(self, to: &Checked, attempt: u32) -> Event {
        match self {
            Self::Plain(event) => event,
            Self::Led => Event::LeadershipGained { attempt, stored: None },
            Self::LedToNews => {
                Event::LeadershipGained { attempt, stored: Some(record(&to.machine.record(), 0, 1, 1)) }
            }
            Self::Answered(outcome) => Event::Answered { attempt, outcome },
            Self::AnsweredLate(outcome) => Event::Answered { attempt: attempt.wrapping_sub(1), outcome },
            Self::Heard(message, epoch, generation, session) => {
                Event::Heard { message, stored: record(&to.machine.record(), epoch, generation, session) }
            }
            Self::Due => Event::DeadlineReached,
            Self::Slept(_) => Event::Woke,
            Self::Refused(ago) => {
                let (epoch, generation) = to.machine.moment();
                Event::Refused { epoch, generation: generation.wrapping_sub(ago) }
            }
            Self::Resumed => Event::Resumed { remembered: Some(record(&to.machine.record(), 1, 0, 0)) },
        }
    }
}

/// What another tab would say that is so many epochs and generations on.
fn record(own: &Record, epochs: i64, generations: i64, session: u32) -> Stored {
    let add = |number: u32, more: i64| u32::try_from(i64::from(number) + more).unwrap_or(0);
    let told = answer(session);
    let lasts = |ms: u64| if session == 0 { 0 } else { ms };
    let record = Record {
        epoch: add(own.epoch, epochs),
        generation: add(own.generation, generations),
        session: told.session,
        person: told.person,
        data: told.data,
        ending: if session == 0 { Ending::SignedOut } else { Ending::Never },
        verified_ago_ms: 50,
        renews_in_ms: lasts(told.renews_in_ms),
        lapses_in_ms: lasts(told.lapses_in_ms),
        ends_in_ms: lasts(told.ends_in_ms),
        ..*own
    };
    Stored { record, age_ms: 0, has_data: session == 1 }
}

/// Explores from `from` on; returns how many steps that were.
fn explore(from: &Checked, facts: &[Fact], depth: usize, path: &mut Vec<Fact>) -> u64 {
    let mut steps = 0;
    for fact in facts {
        path.push(*fact);
        let mut next = from.clone();
        if let Err(broken) = fact.tell(&mut next) {
            panic!("broken: {broken}\nafter: {path:?}\n{:?}", next.machine);
        }
        steps += 1;
        if depth > 1 {
            steps += explore(&next, facts, depth - 1, path);
        } else if let Err(broken) = next.settle() {
            panic!("broken: {broken}\nafter: {path:?}\n{:?}", next.machine);
        }
        path.pop();
    }
    steps
}

fn begin(renewal: RenewalMode) -> Checked {
    Checked::new(Machine::new(Config { renewal, ..Config::DEFAULT }, 7), BEGINNING)
}

/// Tells a checked machine how to get somewhere.
fn after(mut checked: Checked, facts: &[Fact]) -> Checked {
    for fact in facts {
        let told = fact.tell(&mut checked);
        assert_eq!(told, Ok(()), "the way there breaks no invariant");
    }
    checked
}

const STARTED: Fact = Fact::Plain(Event::Started { rendered: Rendered::Nothing, remembered: None });

fn signed_in() -> Vec<Fact> {
    vec![STARTED, Fact::Led, Fact::Answered(Outcome::Session(answer(1)))]
}

#[test]
fn every_sequence_of_five_facts_from_the_beginning_keeps_the_invariants() {
    let facts = facts();
    // A machine that has not begun ignores nearly everything: begun ones are told four more.
    let mut steps = explore(&begin(RenewalMode::Always), &facts, 2, &mut Vec::new());
    let begun = after(begin(RenewalMode::Always), &[STARTED]);
    steps += explore(&begun, &facts, 4, &mut vec![STARTED]);
    assert!(steps > 2_000_000, "{steps} steps");
}

#[test]
fn every_sequence_of_four_facts_about_a_signed_in_page_keeps_the_invariants() {
    let page = after(begin(RenewalMode::Always), &signed_in());
    explore(&page, &facts(), 4, &mut signed_in());
}

#[test]
fn every_sequence_of_three_facts_about_a_page_in_the_middle_of_things_keeps_the_invariants() {
    let asked = |event: Event| [Fact::Plain(event), Fact::Led];
    let middles: [&[Fact]; 7] = [
        &asked(Event::RenewalAsked),
        &asked(Event::SignInAsked),
        &asked(Event::SignOutAsked),
        &[Fact::Refused(0), Fact::Plain(Event::Requested), Fact::Led],
        &[Fact::Plain(Event::CheckAsked), Fact::Led, Fact::Answered(FAILED)],
        &[Fact::Plain(Event::Offline), Fact::Slept(2 * HOUR_MS)],
        &[Fact::Heard(Message::Switching, 0, 0, 1), Fact::Plain(Event::Requested)],
    ];
    for renewal in [RenewalMode::Always, RenewalMode::WhileVisible, RenewalMode::Manual] {
        for middle in middles {
            let mut way = signed_in();
            way.extend(middle);
            explore(&after(begin(renewal), &way), &facts(), 3, &mut way);
        }
    }
}

// P9: whoever reads the record waits for the sign-in as for one whose tab is gone.
#[test]
fn a_sign_in_that_is_disposed_of_stays_under_way_in_the_record() {
    let mut way = signed_in();
    way.extend([Fact::Plain(Event::SignInAsked), Fact::Led, Fact::Plain(Event::Disposed)]);
    let page = after(begin(RenewalMode::Always), &way);
    assert_eq!(page.machine.record().switch, Switch::Unsure);
}
