//! What lies in memory is what `stayd_core::codec` writes down: the shell reads the one, other hosts the other.

use stayd_core::codec::{self, EFFECT_LEN};
use stayd_core::{Config, Event, Instant, Machine, Outcome, Rendered};
use stayd_wasm::State;

/// The bytes of a value, padding as it happens to be.
fn raw<T>(value: &T) -> &[u8] {
    // SAFETY: any initialised bytes are bytes; what is compared leaves padding out.
    unsafe { core::slice::from_raw_parts(core::ptr::from_ref(value).cast(), size_of::<T>()) }
}

#[test]
fn effects_view_and_record_lie_in_memory_as_they_are_encoded() {
    let mut state = State::NOTHING;
    let mut told = stayd_wasm::start(&codec::encode_config(&Config::DEFAULT), 7);
    let mut machine = Machine::new(Config::DEFAULT, 7);
    let events = [
        Event::Started { rendered: Rendered::Nothing, remembered: None },
        Event::LeadershipGained { attempt: 1, stored: None },
        Event::Answered {
            attempt: 1,
            outcome: Outcome::Session(stayd_core::Answer {
                session: 0x1122_3344_5566_7788,
                person: 9,
                data: 5,
                created_s: 6,
                renews_in_ms: 80_000,
                lapses_in_ms: 90_000,
                ends_in_ms: 100_000,
            }),
        },
        Event::Offline,
        Event::SignOutAsked,
    ];
    for (at, event) in events.iter().enumerate() {
        let now = Instant::from_ms(1_000_000 + at as u64);
        let lies = raw(stayd_wasm::handle(&mut told, &mut state, &codec::encode_event(event), now)).to_vec();
        let effects: Vec<_> = machine.handle(now, *event).iter().collect();
        assert_eq!(usize::from(lies[2]), effects.len());
        for (effect, order) in effects.iter().zip(lies[4..].chunks(EFFECT_LEN)) {
            assert_eq!(order, codec::encode_effect(effect), "{effect:?}");
        }
        assert_eq!(raw(&state.record), codec::encode_record(&machine.record()));
        assert_eq!(raw(&state.view), codec::encode_view(&machine.view()));
    }
}
