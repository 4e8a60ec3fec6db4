//! Any text that is read as a moment prints as a moment that reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stayd_protocol::Timestamp;

fuzz_target!(|input: (i64, &str)| {
    let (ms, text) = input;
    if let Ok(moment) = text.parse::<Timestamp>() {
        assert_eq!(moment.to_string().parse(), Ok(moment));
        assert_eq!(moment.to_string()[..19], text[..19]);
    }
    let printed = Timestamp::from_ms(ms).to_string();
    if printed.len() == "2026-01-02T03:04:05.678Z".len() {
        assert!(printed.parse::<Timestamp>().is_ok());
    }
});
