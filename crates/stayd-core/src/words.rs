//! Facts and orders in words: for logs, recordings and transcripts. Nothing of it gets into the WebAssembly module.
//!
//! Codes are called by the names that [`names`](crate::codec::names) lists, in lower case with hyphens; ids and fingerprints are
//! hexadecimal, and durations exact: `45m`, `1h30m`, `250ms`.

use core::fmt::{Display, Formatter, Result, Write as _};

use crate::codec::names::Coded;
use crate::{
    Answer, Effect, Ending, Event, Notice, Outcome, Record, Rendered, Stored, Switch, Trouble, Verdict, View,
};

/// A duration in the largest units that give it exactly; `u64::MAX` is `never`.
pub struct Span(pub u64);

impl Display for Span {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        const UNITS: [(&str, u64); 5] =
            [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
        match self.0 {
            0 => return out.write_str("0s"),
            u64::MAX => return out.write_str("never"),
            _ => {}
        }
        let mut left = self.0;
        for (unit, length) in UNITS {
            if left >= length {
                write!(out, "{}{unit}", left / length)?;
                left %= length;
            }
        }
        Ok(())
    }
}

/// The word for one of a list: `WhileVisible` is `while-visible`.
pub struct Word<T>(pub T);

impl<T: Coded> Display for Word<T> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let code = self.0.code();
        let name = T::CODES.iter().find(|(_, number)| *number == code).map_or("?", |(name, _)| name);
        for (place, letter) in name.chars().enumerate() {
            if place > 0 && letter.is_ascii_uppercase() {
                out.write_char('-')?;
            }
            out.write_char(letter.to_ascii_lowercase())?;
        }
        Ok(())
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Started { rendered, remembered } => {
                write!(out, "started")?;
                match rendered {
                    Rendered::Nothing => {}
                    Rendered::Nobody => write!(out, " rendered nobody")?,
                    Rendered::Somebody(answer) => write!(out, " rendered {answer}")?,
                }
                stored(out, remembered.as_ref())
            }
            Self::LeadershipGained { attempt, stored: found } => {
                write!(out, "leadership-gained {attempt}")?;
                stored(out, found.as_ref())
            }
            Self::Answered { attempt, outcome } => write!(out, "answered {attempt} {outcome}"),
            Self::Heard { message, stored: with } => {
                write!(out, "heard {}", Word(*message))?;
                stored(out, Some(with))
            }
            Self::Resumed { remembered } => {
                write!(out, "resumed")?;
                stored(out, remembered.as_ref())
            }
            Self::Refused { epoch, generation } => write!(out, "refused {epoch}.{generation}"),
            Self::Hinted => out.write_str("hinted"),
            Self::DeadlineReached => out.write_str("deadline-reached"),
            Self::Shown => out.write_str("shown"),
            Self::Hidden => out.write_str("hidden"),
            Self::Frozen => out.write_str("frozen"),
            Self::Woke => out.write_str("woke"),
            Self::Online => out.write_str("online"),
            Self::Offline => out.write_str("offline"),
            Self::SignInAsked => out.write_str("sign-in-asked"),
            Self::SignOutAsked => out.write_str("sign-out-asked"),
            Self::RenewalAsked => out.write_str("renewal-asked"),
            Self::CheckAsked => out.write_str("check-asked"),
            Self::WarningDismissed => out.write_str("warning-dismissed"),
            Self::Requested => out.write_str("requested"),
            Self::Withdrawn => out.write_str("withdrawn"),
            Self::Disposed => out.write_str("disposed"),
        }
    }
}

fn stored(out: &mut Formatter<'_>, stored: Option<&Stored>) -> Result {
    let Some(Stored { record, age_ms, has_data }) = stored else { return Ok(()) };
    write!(out, " stored {record}")?;
    if *age_ms > 0 {
        write!(out, " age={}", Span(*age_ms))?;
    }
    if *has_data { out.write_str(" with-data") } else { Ok(()) }
}

impl Display for Outcome {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Session(answer) => write!(out, "{answer}"),
            Self::Nobody => out.write_str("nobody"),
            Self::Declined => out.write_str("declined"),
            Self::Superseded => out.write_str("superseded"),
            Self::Failed { retry_after_ms: 0, trouble } => write!(out, "failed {}", Word(*trouble)),
            Self::Failed { retry_after_ms, trouble } => {
                write!(out, "failed {} retry-after={}", Word(*trouble), Span(*retry_after_ms))
            }
        }
    }
}

impl Display for Answer {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "session={:x} person={:x} data={:x}", self.session, self.person, self.data)?;
        if self.created_s != 0 {
            write!(out, " created={}", self.created_s)?;
        }
        let (renews, lapses) = (Span(self.renews_in_ms), Span(self.lapses_in_ms));
        write!(out, " renews={renews} lapses={lapses} ends={}", Span(self.ends_in_ms))
    }
}

/// What differs from a record that knows nothing.
impl Display for Record {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{}.{}", self.epoch, self.generation)?;
        for (name, number) in
            [("session", self.session), ("person", self.person), ("data", u64::from(self.data))]
        {
            if number != 0 {
                write!(out, " {name}={number:x}")?;
            }
        }
        if self.ending != Ending::Never {
            write!(out, " ending={}", Word(self.ending))?;
        }
        if self.owed {
            write!(out, " owed")?;
        }
        for (name, ms, usual) in [
            ("verified", self.verified_ago_ms, u64::MAX),
            ("renews", self.renews_in_ms, 0),
            ("lapses", self.lapses_in_ms, 0),
            ("ends", self.ends_in_ms, 0),
            ("tried", self.tried_ago_ms, u64::MAX),
            ("retry", self.retry_in_ms, 0),
        ] {
            if ms != usual {
                write!(out, " {name}={}", Span(ms))?;
            }
        }
        if self.fixed_end {
            write!(out, " fixed-end")?;
        }
        if self.switch != Switch::None {
            write!(out, " switch={}", Word(self.switch))?;
        }
        if self.failures > 0 {
            write!(out, " failures={}", self.failures)?;
        }
        if self.trouble != Trouble::None {
            write!(out, " trouble={}", Word(self.trouble))?;
        }
        Ok(())
    }
}

impl Display for Effect {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match *self {
            Self::ReleaseHeld => out.write_str("release-held"),
            Self::RejectHeld(why) => write!(out, "reject-held {}", Word(why)),
            Self::AskLeadership { attempt } => write!(out, "ask-leadership {attempt}"),
            Self::GiveUpLeadership { attempt } => write!(out, "give-up-leadership {attempt}"),
            Self::Cancel { attempt } => write!(out, "cancel {attempt}"),
            Self::Send { attempt, need } => write!(out, "send {attempt} {}", Word(need)),
            Self::Settled { need, result } => write!(out, "settled {} {}", Word(need), Word(result)),
            Self::KeepData => out.write_str("keep-data"),
            Self::DropData => out.write_str("drop-data"),
            Self::Remember => out.write_str("remember"),
            Self::Tell(message) => write!(out, "tell {}", Word(message)),
            Self::Publish => out.write_str("publish"),
            Self::Notify(notice) => write!(out, "notify {notice}"),
            Self::CloseChannels => out.write_str("close-channels"),
            Self::OpenChannels => out.write_str("open-channels"),
        }
    }
}

impl Display for Notice {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::SignedIn => out.write_str("signed-in"),
            Self::SignedOut => out.write_str("signed-out"),
            Self::Ended => out.write_str("ended"),
            Self::Switched => out.write_str("switched"),
            Self::Renewed => out.write_str("renewed"),
            Self::Failed(trouble) => write!(out, "failed {}", Word(*trouble)),
            Self::Warned => out.write_str("warned"),
        }
    }
}

impl Display for Verdict {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Admit => out.write_str("admit"),
            Self::Hold => out.write_str("hold"),
            Self::Settle => out.write_str("settle"),
            Self::Reject(why) => write!(out, "reject {}", Word(*why)),
        }
    }
}

impl Display for View {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{} {}", Word(self.status), Word(self.identity))?;
        for (word, holds) in [
            ("verified", self.verified),
            ("can-mutate", self.can_mutate),
            ("expired", self.expired),
            ("offline", self.offline),
            ("holding", self.holding),
        ] {
            if holds {
                write!(out, " {word}")?;
            }
        }
        if self.minutes_left > 0 {
            write!(out, " minutes={}", self.minutes_left)?;
        }
        if self.trouble != Trouble::None {
            write!(out, " trouble={}", Word(self.trouble))?;
        }
        if self.ending != Ending::Never {
            write!(out, " ending={}", Word(self.ending))?;
        }
        if self.data != 0 { write!(out, " data={:x}", self.data) } else { Ok(()) }
    }
}
