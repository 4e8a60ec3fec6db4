//! Operations as values, so that two stores can be given the same random story and be compared.

use stayd_protocol::TokenHash;

use super::samples::{TestStore, at, password, person, proof, provided, session, token};
use crate::SessionKind;
use crate::store::{
    AccountRecord, EndedSession, Ending, Renewal, Renewed, SessionRecord, SessionTokens, StoreError,
    StoreResult, UserChange, VerificationRecord,
};

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
    fn ending(self) -> Ending {
        match self {
            Self::None => Ending::None,
            Self::All => Ending::All,
            Self::AllBut(number) => Ending::AllBut(key(number)),
        }
    }
}

/// What a store answered, as text that shows everything; or the name of the error.
pub type Answer = Result<Vec<String>, &'static str>;

/// Does one operation.
pub async fn perform(store: &TestStore, operation: &Operation) -> Answer {
    match answer(store, operation.clone()).await {
        Ok(lines) => Ok(lines),
        Err(StoreError::Conflict) => Err("conflict"),
        Err(StoreError::NotFound) => Err("not found"),
        Err(StoreError::Unavailable(_)) => Err("unavailable"),
        Err(StoreError::Corrupt(_)) => Err("corrupt"),
    }
}

async fn answer(store: &TestStore, operation: Operation) -> StoreResult<Vec<String>> {
    use Operation as Op;
    match operation {
        Op::CreateUser { user, email, provided: is_provided, session: first, created } => {
            let name = user.to_string();
            let mut person = person(&name);
            person.email = address(email);
            person.created_at = at(created);
            let account = if is_provided { provided(&name) } else { password(&name) };
            let first = first.map(|number| session(&number.to_string(), &name));
            store.create_user(person, account, first).await.map(|()| Vec::new())
        }
        Op::UserByEmail { email } => {
            let found = store.user_by_email(&address(email)).await?;
            Ok(found.iter().map(|found| format!("{:?} {:?}", found.user, found.password_hash)).collect())
        }
        Op::Users { after, limit } => {
            let after = after.map(user_id);
            shown(store.users(after.as_deref(), limit).await)
        }
        Op::UpdateUser { user, name, image, email, only_if, at: moment } => {
            let change = UserChange {
                name: name.map(|name| name.to_string()),
                image: image.map(|image| image.map(|image| image.to_string())),
                email: email.map(address),
                email_verified: name.map(|name| name % 2 == 0),
                only_if_email: only_if.map(address),
            };
            store.update_user(&user_id(user), change, at(moment)).await.map(|user| vec![format!("{user:?}")])
        }
        Op::DeleteUser { user } => store.delete_user(&user_id(user)).await.map(token_lines),
        Op::SetPassword { user, account, ending, session: new, at: moment } => {
            let new = new.map(|number| session(&number.to_string(), &user.to_string()));
            let (user, hash) = (user_id(user), format!("salt:{moment}"));
            let account = format!("account-{account}");
            store.set_password(&user, hash, account, ending.ending(), new, at(moment)).await.map(token_lines)
        }
        Op::DeleteAccount { user, account, provided, allow_last } => {
            let kind = if provided { "provided" } else { "account" };
            let account = format!("{kind}-{account}");
            store.delete_account(&user_id(user), &account, allow_last).await.map(|()| Vec::new())
        }
        Op::CreateSession { user, id, token, replaced, created, end } => {
            let mut session = session(&id.to_string(), &user.to_string());
            session.token_hash = key(token);
            session.created_at = at(created);
            session.last_active_at = at(created);
            session.expires_at = at(end);
            session.kind = kind(id);
            let ended = store.create_session(session, replaced.map(key)).await?;
            Ok(token_lines(ended))
        }
        other => answer_about_sessions(store, other).await,
    }
}

async fn answer_about_sessions(store: &TestStore, operation: Operation) -> StoreResult<Vec<String>> {
    use Operation as Op;
    match operation {
        Op::SessionByToken { token } => {
            let found = store.session_by_token(&key(token)).await?;
            Ok(found
                .iter()
                .map(|found| session_line(&found.session) + &format!("{:?}", found.user))
                .collect())
        }
        Op::Renew { token, successor, only_if_by, end, at: moment } => {
            let renewal = Renewal {
                token_hash: key(token),
                successor: successor.map(key),
                only_if_expires_by: at(only_if_by),
                expires_at: at(end),
                at: at(moment),
            };
            let renewed = store.renew_session(renewal).await?;
            let line = |renewed: &Renewed| format!("{} {}", renewed.is_new, session_line(&renewed.session));
            Ok(renewed.iter().map(line).collect())
        }
        Op::Show { token, at: moment } => {
            Ok(store.show_successor(&key(token), at(moment)).await?.iter().map(session_line).collect())
        }
        Op::EndSession { token } => store.end_session(&key(token)).await.map(token_lines),
        Op::EndSessionById { id, user } => {
            let user = user.map(user_id);
            let ended = store.end_session_by_id(&format!("session-{id}"), user.as_deref()).await?;
            Ok(token_lines(ended))
        }
        Op::Shorten { token, end } => store.shorten_session(&key(token), at(end)).await.map(|()| Vec::new()),
        Op::EndSurplus { user, kind: number, at_most, now } => {
            store.end_surplus(&user_id(user), kind(number), at_most, at(now)).await.map(token_lines)
        }
        Op::EndSessionsOf { user, ending } => {
            store.end_sessions_of(&user_id(user), ending.ending()).await.map(token_lines)
        }
        Op::RecordActivity { seen } => {
            let seen = seen.into_iter().map(|(number, moment)| (key(number), at(moment))).collect();
            store.record_activity(seen).await.map(|()| Vec::new())
        }
        Op::CreateVerification { key, about, end } => {
            let mut proof = proof(&key.to_string(), &about.to_string());
            proof.expires_at = at(end);
            store.create_verification(proof).await.map(|()| Vec::new())
        }
        Op::TakeVerification { key: number } => {
            Ok(store.take_verification(&key(number)).await?.iter().map(verification_line).collect())
        }
        Op::Sweep { before, limit } => {
            let swept = store.sweep(at(before), limit).await?;
            let mut lines = token_lines(swept.sessions);
            lines.push(swept.verifications.to_string());
            Ok(lines)
        }
        Op::SessionsOf { user, now } => {
            let sessions = store.sessions_of(&user_id(user), at(now)).await?;
            Ok(sessions.iter().map(session_line).collect())
        }
        Op::Sessions { now, limit } => {
            let sessions = store.sessions(at(now), limit).await?;
            Ok(sessions.iter().map(|(session, email)| session_line(session) + email).collect())
        }
        other => unreachable!("{other:?} is answered above"),
    }
}

/// Everything that stories can have put into a store.
pub async fn contents(store: &TestStore) -> Vec<String> {
    let mut lines = shown(store.users(None, usize::MAX).await).unwrap();
    for (session, email) in store.sessions(at(i64::MIN / 2), usize::MAX).await.unwrap() {
        lines.push(session_line(&session) + &email);
    }
    for number in 0..NAMES {
        lines.extend(store.accounts_of(&user_id(number)).await.unwrap().iter().map(account_line));
        lines.extend(store.verification(&key(number)).await.unwrap().iter().map(verification_line));
        let by_email = Operation::UserByEmail { email: number };
        lines.extend(answer(store, by_email).await.unwrap());
    }
    lines
}

fn kind(number: u8) -> SessionKind {
    match number % 3 {
        0 => SessionKind::Default,
        1 => SessionKind::Remember,
        _ => SessionKind::Api,
    }
}

fn user_id(number: u8) -> String {
    format!("user-{number}")
}

fn address(number: u8) -> String {
    format!("{number}@example.com")
}

fn key(number: u8) -> TokenHash {
    token(&number.to_string())
}

fn shown<T: std::fmt::Debug>(records: StoreResult<Vec<T>>) -> StoreResult<Vec<String>> {
    Ok(records?.iter().map(|record| format!("{record:?}")).collect())
}

/// Tokens hide what they are when they are shown; here it matters. Their order does not.
fn token_lines(ended: impl IntoIterator<Item = EndedSession>) -> Vec<String> {
    let mut lines: Vec<_> = ended
        .into_iter()
        .map(|session| format!("{} {} {:?}", session.id, session.user_id, tokens_shown(session.tokens)))
        .collect();
    lines.sort_unstable();
    lines
}

fn token_line(token: &TokenHash) -> String {
    format!("{:02x?}", token.as_bytes())
}

fn tokens_shown(tokens: SessionTokens) -> Vec<String> {
    tokens.into_iter().map(|token| token_line(&token)).collect()
}

fn session_line(session: &SessionRecord) -> String {
    format!("{session:?} {:?}", tokens_shown(session.tokens()))
}

fn account_line(account: &AccountRecord) -> String {
    let AccountRecord { id, account_id, provider_id, user_id, password_hash, created_at, updated_at } =
        account;
    format!("{id} {account_id} {provider_id} {user_id} {password_hash:?} {created_at:?} {updated_at:?}")
}

fn verification_line(verification: &VerificationRecord) -> String {
    let VerificationRecord { key, value, expires_at, created_at } = verification;
    format!("{} {value} {expires_at:?} {created_at:?}", token_line(key))
}
