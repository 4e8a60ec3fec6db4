//! Records to try a store with.

use std::sync::Arc;

use stayd_protocol::{Timestamp, TokenHash};

use crate::SessionKind;
use crate::store::{
    AccountRecord, CREDENTIAL, EndedSession, Ending, NewPassword, SessionRecord, SessionWithUser, Store,
    UserRecord, VerificationRecord,
};

/// The store under test.
pub type TestStore = Arc<dyn Store>;

/// A moment, in ms after the beginning of the story.
pub fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(1_800_000_000_000 + ms)
}

/// A token, by name.
pub fn token(name: &str) -> TokenHash {
    TokenHash::of(name)
}

/// What is told of the end of the session named `name`, of the person named `ada`, which has its first token.
pub fn alone(name: &str) -> EndedSession {
    session(name, "ada").into()
}

/// A person named `name`, who signed up at the beginning.
pub fn person(name: &str) -> UserRecord {
    UserRecord {
        id: format!("user-{name}"),
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        email_verified: false,
        image: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// The password account of the person named `name`.
pub fn password(name: &str) -> AccountRecord {
    AccountRecord {
        id: format!("account-{name}"),
        account_id: format!("user-{name}"),
        provider_id: CREDENTIAL.to_owned(),
        user_id: format!("user-{name}"),
        password_hash: Some(format!("salt:{name}")),
        created_at: at(0),
        updated_at: at(0),
    }
}

/// The account of the person named `name` at a provider.
pub fn provided(name: &str) -> AccountRecord {
    AccountRecord {
        id: format!("provided-{name}"),
        account_id: format!("subject-{name}"),
        provider_id: "github".to_owned(),
        user_id: format!("user-{name}"),
        password_hash: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A session named `session` of the person named `name`: made at the beginning, over after a minute.
pub fn session(session: &str, name: &str) -> SessionRecord {
    SessionRecord {
        id: format!("session-{session}"),
        token_hash: token(session),
        user_id: format!("user-{name}"),
        expires_at: at(60_000),
        created_at: at(0),
        updated_at: at(0),
        ip_address: Some("127.0.0.1".to_owned()),
        user_agent: Some("suite".to_owned()),
        authenticated_at: at(0),
        device_id: None,
        kind: SessionKind::Remember,
        last_active_at: at(0),
        rotation: None,
    }
}

/// A verification named `name` that is about the person named `about`: over after a minute.
pub fn proof(name: &str, about: &str) -> VerificationRecord {
    VerificationRecord {
        key: token(name),
        value: format!("user-{about}"),
        expires_at: at(60_000),
        created_at: at(0),
    }
}

/// A new password of the person named `name`.
pub fn new_password(
    name: &str,
    new_account_id: &str,
    ending: Ending,
    session: Option<SessionRecord>,
) -> NewPassword {
    NewPassword {
        user_id: format!("user-{name}"),
        password_hash: "salt:new".to_owned(),
        new_account_id: new_account_id.to_owned(),
        ending,
        session,
        at: at(9),
        letter: None,
        proof: None,
    }
}

/// Signs the person named `name` up, with a password and without a session.
pub async fn sign_up(store: &TestStore, name: &str) {
    store.create_user(person(name), password(name), None, None).await.unwrap();
}

/// Signs the person named `name` up with a session of each name in `sessions`.
pub async fn sign_up_with(store: &TestStore, name: &str, sessions: &[&str]) {
    sign_up(store, name).await;
    for each in sessions {
        store.create_session(session(each, name), None).await.unwrap();
    }
}

/// The session named `name` as the store holds it.
pub async fn found(store: &TestStore, name: &str) -> Option<SessionWithUser> {
    store.session_by_token(&token(name)).await.unwrap()
}

/// Whether the store holds a session of this name.
pub async fn is_live(store: &TestStore, name: &str) -> bool {
    found(store, name).await.is_some()
}

/// The tokens of sessions that ended, in an order in which they can be compared.
pub fn sorted(ended: impl IntoIterator<Item = EndedSession>) -> Vec<TokenHash> {
    let mut tokens: Vec<_> = ended.into_iter().flat_map(|session| session.tokens).collect();
    tokens.sort_unstable();
    tokens
}

/// The tokens of these names, in an order in which they can be compared.
pub fn tokens(names: &[&str]) -> Vec<TokenHash> {
    sorted(names.iter().map(|name| alone(name)))
}

/// Runs `task` many times at once and answers with what came out.
pub async fn at_once<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let running: Vec<_> = (0..count).map(|number| tokio::spawn(task(number))).collect();
    let mut answers = Vec::with_capacity(count);
    for task in running {
        answers.push(task.await.unwrap());
    }
    answers
}

/// Asserts that a result is this error.
#[macro_export]
#[doc(hidden)]
macro_rules! assert_refused {
    ($result:expr, $variant:ident) => {{
        let result = $result;
        assert!(
            matches!(&result, Err($crate::store::StoreError::$variant)),
            concat!("expected ", stringify!($variant), ", got {:?}"),
            result.map(|_| "success")
        );
    }};
}
pub use crate::assert_refused;
