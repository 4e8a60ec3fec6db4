//! Properties of the machine and of its bytes, over random inputs.

mod invariants;

use invariants::Checked;
use proptest::prelude::*;
use stayd_core::codec::{self, EFFECT_LEN, EVENT_LEN, RECORD_LEN, VIEW_LEN, recording};
use stayd_core::{
    Answer, Config, Effect, Ending, Event, Instant, Machine, Message, Need, Notice, Outcome, Record,
    Rejection, Rendered, RenewalMode, Settlement, Status, Stored, Switch, Trouble,
};

const BEGINNING: Instant = Instant::from_ms(1_000_000_000_000);

fn one_of<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(all.to_vec())
}

/// Durations as they occur: none, moments, minutes, hours, weeks.
fn span() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 1_u64..2_000, 2_000_u64..900_000, 900_000_u64..90_000_000, Just(604_800_000)]
}

/// How long ago something was, if it was.
fn ago() -> impl Strategy<Value = u64> {
    prop_oneof![span(), Just(u64::MAX)]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    one_of(&[
        Trouble::Offline,
        Trouble::Unreachable,
        Trouble::Unavailable,
        Trouble::TooMany,
        Trouble::Unexpected,
    ])
}

fn answer() -> BoxedStrategy<Answer> {
    (1_u64..4, 1_u32..4, 0_u32..9, span(), span(), span())
        .prop_map(|(session, data, created_s, renews, lapses, ends)| Answer {
            session,
            person: 1 + session / 2,
            data,
            created_s,
            renews_in_ms: renews,
            lapses_in_ms: lapses,
            ends_in_ms: ends,
        })
        .boxed()
}

fn record() -> BoxedStrategy<Record> {
    let who = (0_u32..5, 0_u32..5, 0_u64..4, 0_u32..4, any::<bool>());
    let times = (ago(), span(), span(), span());
    let failure = (0_u8..4, ago(), span(), trouble());
    let ending = one_of(&[Ending::Never, Ending::SignedOut, Ending::Expired, Ending::Revoked]);
    let switch = one_of(&[Switch::None, Switch::UnderWay, Switch::Unsure]);
    (who, times, failure, ending, switch)
        .prop_map(
            |(
                (epoch, generation, session, data, owed),
                times,
                (failures, tried, retry, trouble),
                ending,
                switch,
            )| {
                let signed_in = session != 0;
                Record {
                    epoch: if signed_in { epoch.max(1) } else { epoch },
                    generation: if signed_in { generation } else { 0 },
                    session,
                    person: session.div_ceil(2),
                    data: if signed_in { data } else { 0 },
                    ending: if signed_in { Ending::Never } else { ending },
                    owed: owed && !signed_in,
                    failures,
                    trouble: if failures > 0 { trouble } else { Trouble::None },
                    verified_ago_ms: times.0,
                    renews_in_ms: times.1,
                    lapses_in_ms: times.2,
                    ends_in_ms: times.3,
                    tried_ago_ms: if failures > 0 { tried } else { u64::MAX },
                    retry_in_ms: retry,
                    fixed_end: signed_in && generation > 1,
                    switch,
                    reserved: [0; 6],
                }
            },
        )
        .boxed()
}

fn stored() -> BoxedStrategy<Stored> {
    (record(), span(), any::<bool>())
        .prop_map(|(record, age_ms, has_data)| Stored { record, age_ms, has_data })
        .boxed()
}

fn outcome() -> BoxedStrategy<Outcome> {
    prop_oneof![
        4 => answer().prop_map(Outcome::Session),
        1 => one_of(&[Outcome::Nobody, Outcome::Declined, Outcome::Superseded]),
        1 => (span(), trouble()).prop_map(|(retry_after_ms, trouble)| Outcome::Failed { retry_after_ms, trouble }),
    ].boxed()
}

fn rendered() -> impl Strategy<Value = Rendered> {
    prop_oneof![Just(Rendered::Nothing), Just(Rendered::Nobody), answer().prop_map(Rendered::Somebody)]
}

const PLAIN: [Event; 16] = [
    Event::Hinted,
    Event::DeadlineReached,
    Event::Shown,
    Event::Hidden,
    Event::Frozen,
    Event::Woke,
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
];

fn event() -> BoxedStrategy<Event> {
    let kept = || prop::option::of(stored());
    let message = one_of(&[Message::State, Message::Switching, Message::Dismissed]);
    prop_oneof![
        1 => (rendered(), kept()).prop_map(|(rendered, remembered)| Event::Started { rendered, remembered }),
        4 => (0_u32..9, kept()).prop_map(|(attempt, stored)| Event::LeadershipGained { attempt, stored }),
        5 => (0_u32..9, outcome()).prop_map(|(attempt, outcome)| Event::Answered { attempt, outcome }),
        3 => (message, stored()).prop_map(|(message, stored)| Event::Heard { message, stored }),
        1 => kept().prop_map(|remembered| Event::Resumed { remembered }),
        1 => (0_u32..5, 0_u32..5).prop_map(|(epoch, generation)| Event::Refused { epoch, generation }),
        9 => one_of(&PLAIN),
    ]
    .boxed()
}

fn config() -> impl Strategy<Value = Config> {
    let renewal = one_of(&[RenewalMode::Always, RenewalMode::WhileVisible, RenewalMode::Manual]);
    (renewal, one_of(&[0, 60_000, 300_000]), one_of(&[0, 300_000])).prop_map(
        |(renewal, heartbeat_ms, warning_ms)| Config { renewal, heartbeat_ms, warning_ms, ..Config::DEFAULT },
    )
}

fn effect() -> BoxedStrategy<Effect> {
    let need = || one_of(&[Need::Check, Need::Renewal, Need::SignIn, Need::SignOut]);
    let result = one_of(&[Settlement::Met, Settlement::Refused, Settlement::Failed, Settlement::Overtaken]);
    let notice = prop_oneof![
        one_of(&[
            Notice::SignedIn,
            Notice::SignedOut,
            Notice::Ended,
            Notice::Switched,
            Notice::Renewed,
            Notice::Warned
        ]),
        trouble().prop_map(Notice::Failed),
    ];
    prop_oneof![
        one_of(&[
            Effect::ReleaseHeld,
            Effect::KeepData,
            Effect::DropData,
            Effect::Remember,
            Effect::Publish,
            Effect::CloseChannels,
            Effect::OpenChannels
        ]),
        one_of(&[Rejection::Ended, Rejection::QueueFull, Rejection::Disposed]).prop_map(Effect::RejectHeld),
        one_of(&[Message::State, Message::Switching, Message::Dismissed]).prop_map(Effect::Tell),
        any::<u32>().prop_map(|attempt| Effect::AskLeadership { attempt }),
        any::<u32>().prop_map(|attempt| Effect::GiveUpLeadership { attempt }),
        any::<u32>().prop_map(|attempt| Effect::Cancel { attempt }),
        (any::<u32>(), need()).prop_map(|(attempt, need)| Effect::Send { attempt, need }),
        (need(), result).prop_map(|(need, result)| Effect::Settled { need, result }),
        notice.prop_map(Effect::Notify),
    ]
    .boxed()
}

/// A machine after some events, with the attempts that they name made those that are under way.
fn told(config: Config, seed: u32, events: &[(u64, Event)]) -> Result<Checked, TestCaseError> {
    let mut checked = Checked::new(Machine::new(config, seed), BEGINNING);
    let begun = Event::Started { rendered: Rendered::Nothing, remembered: None };
    let events = events.iter().map(|(after, event)| (*after, *event));
    for (after, mut event) in std::iter::once((0, begun)).chain(events) {
        let current = checked.attempt();
        if let Event::LeadershipGained { attempt, .. } | Event::Answered { attempt, .. } = &mut event {
            // Most of what comes is about what is under way; the rest is late.
            *attempt = if *attempt < 7 { current } else { current.wrapping_sub(1) };
        }
        let now = checked.now.plus(after);
        let _ = checked.step(now, &event).map_err(TestCaseError::fail)?;
    }
    Ok(checked)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_that_are_no_event_are_none_and_never_a_panic(bytes in prop::array::uniform32(any::<u8>()), len in 0_usize..32) {
        let mut event = [0; EVENT_LEN];
        event.iter_mut().zip(bytes.iter().cycle()).for_each(|(place, byte)| *place = *byte);
        let _ = codec::decode_event(&event);
        let _ = codec::decode_config(&event);
        let _ = codec::padded(&bytes[..len]);
        let _ = codec::decode_record(event.first_chunk::<RECORD_LEN>().expect("shorter"));
        let _ = codec::decode_view(event.first_chunk::<VIEW_LEN>().expect("shorter"));
        let _ = codec::decode_effect(event.first_chunk::<EFFECT_LEN>().expect("shorter"));
    }

    #[test]
    fn every_event_round_trips(event in event()) {
        prop_assert_eq!(codec::decode_event(&codec::encode_event(&event)), Some(event));
    }

    #[test]
    fn every_record_configuration_and_effect_round_trips(record in record(), config in config(), effect in effect()) {
        prop_assert_eq!(codec::decode_record(&codec::encode_record(&record)), Some(record));
        prop_assert_eq!(codec::decode_config(&codec::encode_config(&config)), Some(config));
        prop_assert_eq!(codec::decode_effect(&codec::encode_effect(&effect)), Some(effect));
    }

    #[test]
    fn a_recording_is_read_as_it_was_written(
        config in config(),
        seed in any::<u32>(),
        events in prop::collection::vec((0_u64..1 << 50, event()), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let beginning = recording::Beginning { config, seed };
        let mut bytes = recording::encode_beginning(&beginning).to_vec();
        let head = bytes.len();
        for (now, event) in &events {
            let (entry, len) = recording::encode_entry(Instant::from_ms(*now), event);
            bytes.extend_from_slice(&entry[..len]);
        }
        let (read, entries) = recording::open(&bytes).expect("a recording");
        prop_assert_eq!(read, beginning);
        let entries: Result<Vec<_>, _> = entries.collect();
        let written: Vec<_> = events.iter().map(|(now, event)| (Instant::from_ms(*now), *event)).collect();
        prop_assert_eq!(entries, Ok(written));

        // One that was cut off is read as far as it goes.
        let cut = head + cut.index(bytes.len() - head + 1);
        let (_, entries) = recording::open(&bytes[..cut]).expect("a recording");
        let read = entries.collect::<Vec<_>>();
        prop_assert!(read.iter().rev().skip(1).all(Result::is_ok));
    }

    #[test]
    fn bytes_that_are_no_recording_are_said_to_be_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok((_, entries)) = recording::open(&bytes) {
            prop_assert!(entries.count() <= bytes.len());
        }
        let mut bytes = [b"STAYD\x02".as_slice(), &bytes].concat();
        if let Ok((_, entries)) = recording::open(&bytes) {
            prop_assert!(entries.count() <= bytes.len());
        }
        bytes[5] = 1;
        prop_assert_eq!(recording::open(&bytes).err(), Some(recording::Defect::NoRecording));
    }

    #[test]
    fn random_histories_keep_the_invariants(
        config in config(),
        seed in any::<u32>(),
        events in prop::collection::vec((span(), event()), 0..60),
    ) {
        let mut checked = told(config, seed, &events)?;
        let view = checked.machine.view();
        prop_assert_eq!(codec::decode_view(&codec::encode_view(&view)), Some(view));
        checked.settle().map_err(TestCaseError::fail)?;
    }

    #[test]
    fn a_clock_that_goes_back_changes_nothing(
        seed in any::<u32>(),
        events in prop::collection::vec((span(), event()), 0..40),
        last in event(),
        back in span(),
    ) {
        let checked = told(Config::DEFAULT, seed, &events)?;
        let (mut right, mut wrong) = (checked.machine.clone(), checked.machine);
        let expected = right.handle(checked.now, last);
        let effects = wrong.handle(checked.now.minus(back), last);
        prop_assert!(effects.iter().eq(expected.iter()));
        prop_assert_eq!(effects.verdict(), expected.verdict());
        prop_assert_eq!((wrong.record(), wrong.view()), (right.record(), right.view()));
        prop_assert_eq!(wrong.deadline(), right.deadline());
    }

    #[test]
    fn two_tabs_that_hear_each_other_come_to_agree(
        seed in any::<u32>(),
        histories in prop::array::uniform2(prop::collection::vec((0_u64..1_000, event()), 0..30)),
    ) {
        let mut tabs = Vec::new();
        for (place, history) in histories.iter().enumerate() {
            // Tabs that can run.
            let history: Vec<_> = history
                .iter()
                .filter(|(_, event)| !matches!(event, Event::Disposed | Event::Frozen | Event::Offline | Event::SignInAsked))
                .copied()
                .collect();
            tabs.push(told(Config::DEFAULT, seed.wrapping_add(u32::from(place == 1)), &history)?);
        }
        let now = tabs[0].now.max(tabs[1].now);
        agree(&mut tabs, now)?;
    }
}

/// Lets both tabs run with a server that knows session 1, until they agree and nothing is asked any more.
fn agree(tabs: &mut [Checked], mut now: Instant) -> Result<(), TestCaseError> {
    let mut inbox: [Vec<Event>; 2] = [vec![Event::CheckAsked], vec![Event::CheckAsked]];
    let mut storage: Option<(Record, Instant)> = None;
    let session = Answer {
        session: 1,
        person: 1,
        data: 1,
        created_s: 0,
        renews_in_ms: 1_800_000,
        lapses_in_ms: 3_600_000,
        ends_in_ms: 3_600_000,
    };
    let mut signed_in = true;
    for place in [0, 1] {
        let record = tabs[place].machine.record();
        inbox[1 - place].push(heard(record));
    }
    for _ in 0..2_000 {
        for place in [0, 1] {
            for event in std::mem::take(&mut inbox[place]) {
                let tab = &mut tabs[place];
                let effects = tab.step(now, &event).map_err(TestCaseError::fail)?;
                for effect in effects.iter() {
                    match effect {
                        Effect::AskLeadership { attempt } => {
                            let stored = storage.map(|(record, at)| Stored {
                                record,
                                age_ms: now.since(at),
                                has_data: true,
                            });
                            inbox[place].push(Event::LeadershipGained { attempt, stored });
                        }
                        Effect::Send { attempt, need } => {
                            signed_in &= need != Need::SignOut;
                            let outcome = if signed_in { Outcome::Session(session) } else { Outcome::Nobody };
                            inbox[place].push(Event::Answered { attempt, outcome });
                        }
                        Effect::Tell(Message::State) => inbox[1 - place].push(heard(tab.machine.record())),
                        Effect::Remember => {
                            let new = tab.machine.record();
                            let newer = storage.is_none_or(|(old, _)| {
                                (old.epoch, old.generation) <= (new.epoch, new.generation)
                            });
                            if newer {
                                storage = Some((new, now));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        if inbox.iter().all(Vec::is_empty) {
            let busy = |tab: &&Checked| {
                tab.machine.view().status == Status::Loading
                    || tab.machine.record().owed
                    || tab.machine.held() > 0
            };
            let [a, b] = [0, 1].map(|place| tabs[place].machine.record());
            if (a.epoch, a.session, a.owed) == (b.epoch, b.session, b.owed)
                && !tabs.iter().any(|tab| busy(&tab))
            {
                return Ok(());
            }
            let next = tabs.iter().filter_map(|tab| tab.machine.deadline()).min();
            now = now.max(next.ok_or_else(|| TestCaseError::fail("who waits is woken"))?);
            for place in [0, 1] {
                inbox[place].push(Event::DeadlineReached);
            }
        }
    }
    let [a, b] = [0, 1].map(|place| tabs[place].machine.record());
    Err(TestCaseError::fail(format!("the tabs come to agree and to rest: {a} and {b}")))
}

fn heard(record: Record) -> Event {
    Event::Heard { message: Message::State, stored: Stored { record, age_ms: 0, has_data: true } }
}
