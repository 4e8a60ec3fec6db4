//! What stories are made of: people, sessions and verifications by number.

use super::shown::key;
use crate::store::Ending;

/// How many different people, sessions and verifications stories tell of: few, so that they meet.
pub const NAMES: u8 = 6;

/// One call of a store. People, sessions and verifications are told by number, times in ms after the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// `email` is whose address the person gives.
    CreateUser {
        user: u8,
        email: u8,
        provided: bool,
        session: Option<u8>,
        created: i64,
    },
    UserByEmail {
        email: u8,
    },
    Users {
        after: Option<u8>,
        limit: usize,
    },
    UpdateUser {
        user: u8,
        name: Option<u8>,
        image: Option<Option<u8>>,
        email: Option<u8>,
        only_if: Option<u8>,
        ending: Which,
        at: i64,
    },
    DeleteUser {
        user: u8,
    },
    /// `account` is whose account id the new account would have.
    SetPassword {
        user: u8,
        account: u8,
        ending: Which,
        session: Option<u8>,
        /// A link, or when the present password was set.
        proof: Option<Result<u8, i64>>,
        at: i64,
    },
    DeleteAccount {
        user: u8,
        account: u8,
        provided: bool,
        allow_last: bool,
    },
    /// `id` is which session's id it has, `token` which one's token.
    CreateSession {
        user: u8,
        id: u8,
        token: u8,
        replaced: Option<u8>,
        created: i64,
        end: i64,
    },
    SessionByToken {
        token: u8,
    },
    Renew {
        token: u8,
        successor: Option<u8>,
        only_if_by: i64,
        end: i64,
        at: i64,
    },
    Show {
        token: u8,
        at: i64,
    },
    EndSession {
        token: u8,
    },
    EndSessionById {
        id: u8,
        user: Option<u8>,
    },
    Shorten {
        token: u8,
        end: i64,
    },
    /// `kind` counts round the kinds.
    EndSurplus {
        user: u8,
        kind: u8,
        at_most: usize,
        now: i64,
    },
    EndSessionsOf {
        user: u8,
        ending: Which,
    },
    RecordActivity {
        seen: Vec<(u8, i64)>,
    },
    CreateVerification {
        key: u8,
        about: u8,
        end: i64,
    },
    TakeVerification {
        key: u8,
    },
    Sweep {
        before: i64,
        limit: usize,
    },
    Disable {
        user: u8,
        at: i64,
    },
    Enable {
        user: u8,
    },
    /// `value` is what it holds, `expected` the moment that a revision begins with, and its number from there on.
    ChangeDocument {
        user: u8,
        name: u8,
        value: Option<u8>,
        expected: Option<(i64, u8)>,
        at_most: usize,
        at: i64,
    },
    SessionsOf {
        user: u8,
        now: i64,
    },
    Sessions {
        now: i64,
        limit: usize,
    },
}

/// Which sessions end, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Which {
    None,
    All,
    AllBut(u8),
}

impl Which {
    pub(super) fn ending(self) -> Ending {
        match self {
            Self::None => Ending::None,
            Self::All => Ending::All,
            Self::AllBut(number) => Ending::AllBut(key(number)),
        }
    }
}
