//! What lies in memory is what `stayd_core::codec` writes down: the shell reads the one, other hosts the other.

use stayd_core::codec::{self, EFFECT_LEN, RECORD_LEN, VIEW_LEN, names::Coded as _};
use stayd_core::{
    Config, Effect, Event, Instant, Message, Need, Notice, Outcome, Rejection, Rendered, Settlement, Trouble,
};
use stayd_wasm::Instance;

/// The bytes of a value, padding as it happens to be.
fn raw<T>(value: &T) -> &[u8] {
    // SAFETY: any initialised bytes are bytes; what is compared leaves padding out.
    unsafe { core::slice::from_raw_parts(core::ptr::from_ref(value).cast(), size_of::<T>()) }
}

#[test]
fn every_effect_lies_in_memory_as_it_is_encoded() {
    let attempt = 0x0102_0304;
    let mut effects = vec![
        Effect::ReleaseHeld,
        Effect::AskLeadership { attempt },
        Effect::GiveUpLeadership { attempt },
        Effect::Cancel { attempt },
        Effect::KeepData,
        Effect::DropData,
        Effect::Remember,
        Effect::Publish,
        Effect::CloseChannels,
        Effect::OpenChannels,
    ];
    effects.extend(
        Rejection::CODES
            .iter()
            .filter_map(|(_, code)| Some(Effect::RejectHeld(Rejection::from_code(*code)?))),
    );
    effects
        .extend(Message::CODES.iter().filter_map(|(_, code)| Some(Effect::Tell(Message::from_code(*code)?))));
    for need in Need::CODES.iter().filter_map(|(_, code)| Need::from_code(*code)) {
        effects.push(Effect::Send { need, attempt });
        let results = Settlement::CODES.iter().filter_map(|(_, code)| Settlement::from_code(*code));
        effects.extend(results.map(|result| Effect::Settled { need, result }));
    }
    let notices = [
        Notice::SignedIn,
        Notice::SignedOut,
        Notice::Ended,
        Notice::Switched,
        Notice::Renewed,
        Notice::Failed(Trouble::TooMany),
        Notice::Warned,
    ];
    effects.extend(notices.map(Effect::Notify));
    for effect in &effects {
        let encoded = codec::encode_effect(effect);
        assert_eq!(codec::decode_effect(&encoded).as_ref(), Some(effect));
        let lies = raw(effect);
        assert_eq!(lies[0], encoded[0], "{effect:?}");
        if matches!(
            effect,
            Effect::RejectHeld(_)
                | Effect::Send { .. }
                | Effect::Settled { .. }
                | Effect::Tell(_)
                | Effect::Notify(_)
        ) {
            assert_eq!(lies[1], encoded[1], "{effect:?}");
        }
        if matches!(effect, Effect::Settled { .. } | Effect::Notify(Notice::Failed(_))) {
            assert_eq!(lies[2], encoded[2], "{effect:?}");
        }
        if encoded[4..] != [0; 4] {
            assert_eq!(lies[4..], encoded[4..EFFECT_LEN], "{effect:?}");
        }
    }
}

#[test]
fn the_view_and_the_record_lie_in_memory_as_they_are_encoded() {
    let mut instance = Instance::new();
    instance.io().copy_from_slice(&codec::encode_config(&Config::DEFAULT));
    assert!(instance.start(7, codec::EVENT_LEN));
    let events = [
        Event::Started { rendered: Rendered::Nothing, remembered: None },
        Event::LeadershipGained { attempt: 1, stored: None },
        Event::Answered {
            attempt: 1,
            outcome: Outcome::Session(stayd_core::Answer {
                session: 0x1122_3344_5566_7788,
                person: 9,
                data: 5,
                renews_in_ms: 80_000,
                lapses_in_ms: 90_000,
                ends_in_ms: 100_000,
            }),
        },
        Event::Offline,
        Event::SignOutAsked,
    ];
    for (at, event) in events.iter().enumerate() {
        instance.io().copy_from_slice(&codec::encode_event(event));
        let now = Instant::from_ms(1_000_000 + at as u64);
        let step = instance.handle(now, codec::EVENT_LEN).expect("these are events");
        let (view, record) = (codec::encode_view(&step.view), codec::encode_record(&step.record));
        assert_eq!(raw(&step.record), &record[..RECORD_LEN]);
        assert_eq!(raw(&step.view)[..10], view[..10]);
        assert_eq!(raw(&step.view)[12..], view[12..VIEW_LEN]);
        assert_eq!(codec::decode_record(&record), Some(step.record));
        assert_eq!(codec::decode_view(&view), Some(step.view));
    }
}

#[test]
fn bytes_that_are_no_event_change_nothing() {
    let mut instance = Instance::new();
    assert!(instance.handle(Instant::from_ms(1), 1).is_none(), "there is no machine yet");
    assert!(instance.start(1, 0), "a configuration of zeros is one");
    instance.io()[0] = 99;
    assert!(instance.handle(Instant::from_ms(1), 1).is_none());
}
