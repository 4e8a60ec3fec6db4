//! What people do, and what they note of the answers.

use serde_json::json;

use crate::ledger::{Account, Known, Session};
use crate::server::{Answer, Client};

const PASSWORD: &str = "correct horse battery staple";

/// The server is gone: what was asked last may have happened or not.
pub(crate) struct Silence;

/// How many writes were acknowledged.
pub(crate) type Acknowledged = Result<usize, Silence>;

pub(crate) fn sign_up(client: &Client, account: &mut Account) -> Acknowledged {
    let body = json!({"name": account.email, "email": account.email, "password": PASSWORD});
    let answer = client.post("/api/auth/sign-up/email", "", &body).ok_or(Silence)?;
    match answer.status.as_u16() {
        200 => {
            account.known = Known::There;
            Ok(note_session(account, answer))
        }
        // Nobody signed up: the hashing pool is busy.
        503 => {
            account.known = Known::Gone;
            Ok(0)
        }
        other => panic!("a sign-up was answered with {other}: {}", answer.body),
    }
}

pub(crate) fn sign_in(client: &Client, account: &mut Account) -> Acknowledged {
    let body = json!({"email": account.email, "password": PASSWORD});
    let answer = client.post("/api/auth/sign-in/email", "", &body).ok_or(Silence)?;
    match answer.status.as_u16() {
        200 => Ok(note_session(account, answer)),
        503 => Ok(0),
        other => panic!("{}: a sign-in was answered with {other}: {}", account.email, answer.body),
    }
}

pub(crate) fn rename(client: &Client, account: &mut Account, name: String) -> Acknowledged {
    let Some(cookie) = live_cookie(account) else { return Ok(0) };
    account.names.push(name.clone());
    let answer = client.post("/api/auth/update-user", &cookie, &json!({"name": name})).ok_or(Silence)?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    account.names = vec![name];
    Ok(1)
}

/// Ends the newest session by signing out.
pub(crate) fn sign_out(client: &Client, account: &mut Account) -> Acknowledged {
    let Some(session) = account.sessions.iter_mut().rfind(|session| session.known == Known::There) else {
        return Ok(0);
    };
    session.known = Known::Open;
    let answer = client.post("/api/auth/sign-out", &session.cookie, &json!({})).ok_or(Silence)?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    session.known = Known::Gone;
    Ok(1)
}

/// Ends all sessions but the newest.
pub(crate) fn revoke_others(client: &Client, account: &mut Account) -> Acknowledged {
    let Some(cookie) = live_cookie(account) else { return Ok(0) };
    let others = || |session: &&mut Session| session.cookie != cookie && session.known == Known::There;
    account.sessions.iter_mut().filter(others()).for_each(|session| session.known = Known::Open);
    let answer = client.post("/api/auth/revoke-other-sessions", &cookie, &json!({})).ok_or(Silence)?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    for session in account.sessions.iter_mut().filter(|session| session.known == Known::Open) {
        session.known = Known::Gone;
    }
    Ok(1)
}

/// Whether the account can be opened with its password; asks again while the hashing pool is busy.
pub(crate) fn can_sign_in(client: &Client, email: &str) -> bool {
    let body = json!({"email": email, "password": PASSWORD});
    loop {
        let answer = client.post("/api/auth/sign-in/email", "", &body).expect("the server answers");
        match answer.status.as_u16() {
            200 => return true,
            401 => return false,
            503 => {}
            other => panic!("a sign-in was answered with {other}: {}", answer.body),
        }
    }
}

fn note_session(account: &mut Account, answer: Answer) -> usize {
    let cookie = answer.cookie.expect("a sign-in sets the session cookie");
    account.sessions.push(Session { cookie, known: Known::There });
    1
}

/// The cookie of the newest session that lives.
fn live_cookie(account: &Account) -> Option<String> {
    let session = account.sessions.iter().rfind(|session| session.known == Known::There)?;
    Some(session.cookie.clone())
}
