//! The numbers of everything that crosses the boundary, each listed once.

use crate::{
    Ending, Identity, Message, Need, Notice, Rejection, RenewalMode, Settlement, Status, Switch, Timer,
    Trouble,
};

/// Something that is one byte on the wire.
pub trait Coded: Copy + Sized + 'static {
    /// The type's name in the generated constants.
    const NAME: &'static str;
    /// Each variant's name and number.
    const CODES: &'static [(&'static str, u8)];
    /// The number of this variant.
    fn code(self) -> u8;
    /// The variant of a number.
    fn from_code(code: u8) -> Option<Self>;
    /// The variant of a number; the first where there is none.
    fn read(code: u8) -> Self;
}

macro_rules! coded {
    ($type:ident { $first:ident = $number:literal $(, $variant:ident = $code:literal)+ $(,)? }) => {
        impl Coded for $type {
            const NAME: &'static str = stringify!($type);
            const CODES: &'static [(&'static str, u8)] =
                &[(stringify!($first), $number), $((stringify!($variant), $code)),+];

            fn code(self) -> u8 {
                match self { Self::$first => $number, $(Self::$variant => $code),+ }
            }

            fn read(code: u8) -> Self {
                match code { $number => Self::$first, $($code => Self::$variant,)+ _ => Self::$first }
            }

            fn from_code(code: u8) -> Option<Self> {
                match code { $number => Some(Self::$first), $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

coded!(RenewalMode { Always = 0, WhileVisible = 1, Manual = 2 });
coded!(Ending { Never = 0, SignedOut = 1, Expired = 2, Revoked = 3 });
// A trouble that there is not, of a backend's, is an unexpected one.
coded!(Trouble { Unexpected = 5, None = 0, Offline = 1, Unreachable = 2, Unavailable = 3, TooMany = 4 });
coded!(Message { State = 0, Switching = 1, Dismissed = 2, Asking = 3 });
coded!(Switch { None = 0, UnderWay = 1, Unsure = 2 });
coded!(Status { Initial = 0, Loading = 1, Active = 2, Error = 3 });
coded!(Identity { Anonymous = 0, Rehydrating = 1, Active = 2 });
coded!(Need { Check = 1, Renewal = 2, SignIn = 4, SignOut = 8 });
coded!(Rejection { Ended = 0, QueueFull = 1, Disposed = 2 });
coded!(Settlement { Met = 0, Refused = 1, Failed = 2, Overtaken = 3 });
coded!(Timer { Renewal = 0, End = 1, Warning = 2, Heartbeat = 3, Retry = 4, Patience = 5, Switch = 6 });

macro_rules! numbers {
    ($(#[$doc:meta])* $name:ident as $list:literal { $($constant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        pub mod $name {
            $(
                #[doc = concat!("The number of `", stringify!($constant), "`.")]
                pub const $constant: u8 = $code;
            )+
            /// The name of the list in the generated constants.
            pub const NAME: &str = $list;
            /// Each kind's name and number.
            pub const CODES: &[(&str, u8)] = &[$((stringify!($constant), $code)),+];
        }
    };
}

numbers! {
    /// The first byte of an event.
    event as "Event" {
        STARTED = 1, LEADERSHIP_GAINED = 2, ANSWERED = 3, HEARD = 4, HINTED = 5, DEADLINE_REACHED = 6, SHOWN = 7,
        HIDDEN = 8, FROZEN = 9, RESUMED = 10, WOKE = 11, ONLINE = 12, OFFLINE = 13, SIGN_IN_ASKED = 14,
        SIGN_OUT_ASKED = 15, RENEWAL_ASKED = 16, CHECK_ASKED = 17, WARNING_DISMISSED = 18, REQUESTED = 19,
        REFUSED = 20, WITHDRAWN = 21, DISPOSED = 22,
    }
}

numbers! {
    /// The first byte of an effect.
    effect as "Effect" {
        RELEASE_HELD = 1, REJECT_HELD = 2, ASK_LEADERSHIP = 3, GIVE_UP_LEADERSHIP = 4, CANCEL = 5, SEND = 6,
        SETTLED = 7, KEEP_DATA = 8, DROP_DATA = 9, REMEMBER = 10, TELL = 11, PUBLISH = 12, NOTIFY = 13,
        CLOSE_CHANNELS = 14, OPEN_CHANNELS = 15,
    }
}

numbers! {
    /// What becomes of a request of the page; 0 where the event was about none.
    verdict as "Verdict" { NONE = 0, ADMIT = 1, HOLD = 2, SETTLE = 3, REJECT = 4 }
}

numbers! {
    /// What came of a request to the server.
    outcome as "Outcome" { SESSION = 0, NOBODY = 1, DECLINED = 2, SUPERSEDED = 3, FAILED = 4 }
}

numbers! {
    /// What the server rendered into the page.
    rendered as "Rendered" { NOTHING = 0, NOBODY = 1, SOMEBODY = 2 }
}

numbers! {
    /// What a page may want to hear of.
    notice as "Notice" {
        SIGNED_IN = 0, SIGNED_OUT = 1, ENDED = 2, SWITCHED = 3, RENEWED = 4, FAILED = 5, WARNED = 6,
    }
}

impl Notice {
    #[expect(clippy::inline_always, reason = "measured: `cargo xtask wasm`")]
    #[inline(always)]
    pub(crate) fn code(self) -> (u8, Trouble) {
        match self {
            Self::SignedIn => (notice::SIGNED_IN, Trouble::None),
            Self::SignedOut => (notice::SIGNED_OUT, Trouble::None),
            Self::Ended => (notice::ENDED, Trouble::None),
            Self::Switched => (notice::SWITCHED, Trouble::None),
            Self::Renewed => (notice::RENEWED, Trouble::None),
            Self::Failed(trouble) => (notice::FAILED, trouble),
            Self::Warned => (notice::WARNED, Trouble::None),
        }
    }

    /// `trouble` matters where something failed; elsewhere it may be anything.
    pub(crate) fn from_code(code: u8, trouble: Option<Trouble>) -> Option<Self> {
        Some(match code {
            notice::SIGNED_IN => Self::SignedIn,
            notice::SIGNED_OUT => Self::SignedOut,
            notice::ENDED => Self::Ended,
            notice::SWITCHED => Self::Switched,
            notice::RENEWED => Self::Renewed,
            notice::FAILED => Self::Failed(trouble?),
            notice::WARNED => Self::Warned,
            _ => return None,
        })
    }
}

/// Every list of numbers, for the generator of the TypeScript constants.
pub const LISTS: &[(&str, &[(&str, u8)])] = &[
    (event::NAME, event::CODES),
    (effect::NAME, effect::CODES),
    (verdict::NAME, verdict::CODES),
    (outcome::NAME, outcome::CODES),
    (rendered::NAME, rendered::CODES),
    (notice::NAME, notice::CODES),
    (RenewalMode::NAME, RenewalMode::CODES),
    (Ending::NAME, Ending::CODES),
    (Trouble::NAME, Trouble::CODES),
    (Message::NAME, Message::CODES),
    (Status::NAME, Status::CODES),
    (Identity::NAME, Identity::CODES),
    (Need::NAME, Need::CODES),
    (Rejection::NAME, Rejection::CODES),
    (Settlement::NAME, Settlement::CODES),
    (Timer::NAME, Timer::CODES),
];
