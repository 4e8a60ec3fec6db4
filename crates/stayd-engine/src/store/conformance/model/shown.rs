//! What numbers stand for, and records as text that shows everything.

use super::super::samples::token;
use crate::SessionKind;
use crate::store::{
    AccountRecord, EndedSession, SessionRecord, SessionTokens, StoreResult, VerificationRecord,
};
use stayd_protocol::TokenHash;

pub(super) fn kind(number: u8) -> SessionKind {
    match number % 3 {
        0 => SessionKind::Default,
        1 => SessionKind::Remember,
        _ => SessionKind::Api,
    }
}

pub(super) fn user_id(number: u8) -> String {
    format!("user-{number}")
}

pub(super) fn address(number: u8) -> String {
    format!("{number}@example.com")
}

pub(super) fn key(number: u8) -> TokenHash {
    token(&number.to_string())
}

pub(super) fn shown<T: std::fmt::Debug>(records: StoreResult<Vec<T>>) -> StoreResult<Vec<String>> {
    Ok(records?.iter().map(|record| format!("{record:?}")).collect())
}

/// Tokens hide what they are when they are shown; here it matters. Their order does not.
pub(super) fn token_lines(ended: impl IntoIterator<Item = EndedSession>) -> Vec<String> {
    let mut lines: Vec<_> = ended
        .into_iter()
        .map(|session| format!("{} {} {:?}", session.id, session.user_id, tokens_shown(session.tokens)))
        .collect();
    lines.sort_unstable();
    lines
}

pub(super) fn token_line(token: &TokenHash) -> String {
    format!("{:02x?}", token.as_bytes())
}

pub(super) fn tokens_shown(tokens: SessionTokens) -> Vec<String> {
    tokens.into_iter().map(|token| token_line(&token)).collect()
}

pub(super) fn session_line(session: &SessionRecord) -> String {
    format!("{session:?} {:?}", tokens_shown(session.tokens()))
}

pub(super) fn account_line(account: &AccountRecord) -> String {
    let AccountRecord { id, account_id, provider_id, user_id, password_hash, created_at, updated_at } =
        account;
    format!("{id} {account_id} {provider_id} {user_id} {password_hash:?} {created_at:?} {updated_at:?}")
}

pub(super) fn verification_line(verification: &VerificationRecord) -> String {
    let VerificationRecord { key, value, expires_at, created_at } = verification;
    format!("{} {value} {expires_at:?} {created_at:?}", token_line(key))
}
