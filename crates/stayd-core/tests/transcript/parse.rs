//! Reads what a story tells: the words that `stayd_core::words` writes.

use std::collections::BTreeMap;

use stayd_core::codec::names::Coded;
use stayd_core::words::Word;
use stayd_core::{Answer, Config, Ending, Event, Outcome, Record, Rendered, Stored, Switch, Trouble};

/// `1h30m`, `250ms`, `0s`, `never`.
pub(crate) fn span(text: &str) -> Option<u64> {
    if text == "never" {
        return Some(u64::MAX);
    }
    let mut total = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let end = after.find(|letter: char| letter.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let length = match unit {
            "d" => 86_400_000,
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        total += number.parse::<u64>().ok()? * length;
        rest = after;
    }
    Some(total)
}

fn one_of<T: Coded>(word: &str) -> Option<T> {
    T::CODES
        .iter()
        .filter_map(|(_, code)| T::from_code(*code))
        .find(|variant| Word(*variant).to_string() == word)
}

/// `name=value` words; a word without `=` has an empty value.
fn settings(words: &str) -> BTreeMap<&str, &str> {
    words.split(' ').map(|word| word.split_once('=').unwrap_or((word, ""))).collect()
}

pub(crate) fn config(words: &str) -> Option<Config> {
    let mut config = Config::DEFAULT;
    for (name, value) in settings(words) {
        let ms = || span(value).and_then(|ms| u32::try_from(ms).ok());
        match name {
            "renewal" => config.renewal = one_of(value)?,
            "heartbeat" => config.heartbeat_ms = ms()?,
            "warning" => config.warning_ms = ms()?,
            "timeout" => config.request_timeout_ms = ms()?,
            _ => return None,
        }
    }
    Some(config)
}

/// An event; names that were defined stand for their words.
pub(crate) fn event(words: &str, names: &BTreeMap<String, String>) -> Option<Event> {
    let words: Vec<&str> =
        words.split(' ').map(|word| names.get(word).map_or(word, String::as_str)).collect();
    let words = words.join(" ");
    let (words, stored) = match words.split_once(" stored ") {
        Some((words, record)) => (words, Some(stored(record)?)),
        None => (words.as_str(), None),
    };
    let (kind, rest) = words.split_once(' ').unwrap_or((words, ""));
    Some(match kind {
        "started" => Event::Started { rendered: rendered(rest)?, remembered: stored },
        "leadership-gained" => Event::LeadershipGained { attempt: rest.parse().ok()?, stored },
        "answered" => {
            let (attempt, outcome) = rest.split_once(' ')?;
            Event::Answered { attempt: attempt.parse().ok()?, outcome: self::outcome(outcome)? }
        }
        "heard" => Event::Heard { message: one_of(rest)?, stored: stored? },
        "resumed" => Event::Resumed { remembered: stored },
        "refused" => {
            let (epoch, generation) = rest.split_once('.')?;
            Event::Refused { epoch: epoch.parse().ok()?, generation: generation.parse().ok()? }
        }
        _ => return PLAIN.into_iter().find(|event| event.to_string() == words),
    })
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

fn rendered(words: &str) -> Option<Rendered> {
    match words.strip_prefix("rendered ") {
        None => words.is_empty().then_some(Rendered::Nothing),
        Some("nobody") => Some(Rendered::Nobody),
        Some(words) => answer(words).map(Rendered::Somebody),
    }
}

fn outcome(words: &str) -> Option<Outcome> {
    Some(match words {
        "nobody" => Outcome::Nobody,
        "declined" => Outcome::Declined,
        "superseded" => Outcome::Superseded,
        _ => match words.strip_prefix("failed ") {
            Some(words) => {
                let (trouble, retry) = words.split_once(" retry-after=").unwrap_or((words, "0s"));
                Outcome::Failed { retry_after_ms: span(retry)?, trouble: one_of(trouble)? }
            }
            None => Outcome::Session(answer(words)?),
        },
    })
}

fn answer(words: &str) -> Option<Answer> {
    let settings = settings(words);
    let number = |name| u64::from_str_radix(settings.get(name)?, 16).ok();
    let time = |name| span(settings.get(name)?);
    Some(Answer {
        session: number("session")?,
        person: number("person")?,
        data: u32::try_from(number("data")?).ok()?,
        created_s: settings.get("created").map_or(Some(0), |at| at.parse().ok())?,
        renews_in_ms: time("renews")?,
        lapses_in_ms: time("lapses")?,
        ends_in_ms: time("ends")?,
    })
}

fn stored(words: &str) -> Option<Stored> {
    let (moment, words) = words.split_once(' ').unwrap_or((words, ""));
    let (epoch, generation) = moment.split_once('.')?;
    let mut record = Record {
        epoch: epoch.parse().ok()?,
        generation: generation.parse().ok()?,
        session: 0,
        person: 0,
        data: 0,
        ending: Ending::Never,
        owed: false,
        failures: 0,
        trouble: Trouble::None,
        verified_ago_ms: u64::MAX,
        renews_in_ms: 0,
        lapses_in_ms: 0,
        ends_in_ms: 0,
        tried_ago_ms: u64::MAX,
        retry_in_ms: 0,
        fixed_end: false,
        switch: Switch::None,
        reserved: [0; 6],
    };
    let (mut age_ms, mut has_data) = (0, false);
    for (name, value) in settings(words) {
        let number = || u64::from_str_radix(value, 16).ok();
        match name {
            "" => {}
            "session" => record.session = number()?,
            "person" => record.person = number()?,
            "data" => record.data = u32::try_from(number()?).ok()?,
            "ending" => record.ending = one_of(value)?,
            "owed" => record.owed = true,
            "fixed-end" => record.fixed_end = true,
            "switch" => record.switch = one_of(value)?,
            "verified" => record.verified_ago_ms = span(value)?,
            "renews" => record.renews_in_ms = span(value)?,
            "lapses" => record.lapses_in_ms = span(value)?,
            "ends" => record.ends_in_ms = span(value)?,
            "tried" => record.tried_ago_ms = span(value)?,
            "retry" => record.retry_in_ms = span(value)?,
            "failures" => record.failures = value.parse().ok()?,
            "trouble" => record.trouble = one_of(value)?,
            "age" if value == "unknown" => age_ms = u64::MAX,
            "age" => age_ms = span(value)?,
            "with-data" => has_data = true,
            _ => return None,
        }
    }
    Some(Stored { record, age_ms, has_data })
}
