//! Operations as values, so that two stores can be given the same random story and be compared.

mod operation;
mod shown;

pub use operation::{NAMES, Operation, Which};

use super::samples::{TestStore, at, password, person, proof, provided, session};
use crate::store::{
    ChangedUser, DocumentChange, NewPassword, PasswordProof, Renewal, Renewed, Revision, StoreError,
    StoreResult, UserChange,
};
use shown::{account_line, address, key, kind, session_line, shown, token_lines, user_id, verification_line};

/// What a store answered, as text that shows everything; or the name of the error.
pub type Answer = Result<Vec<String>, &'static str>;

/// Does one operation.
pub async fn perform(store: &TestStore, operation: &Operation) -> Answer {
    match answer(store, operation.clone()).await {
        Ok(lines) => Ok(lines),
        Err(StoreError::Conflict) => Err("conflict"),
        Err(StoreError::NotFound) => Err("not found"),
        Err(StoreError::Disabled) => Err("disabled"),
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
            store.create_user(person, account, first, None).await.map(|()| Vec::new())
        }
        Op::UserByEmail { email } => {
            let found = store.user_by_email(&address(email)).await?;
            Ok(found.iter().map(|found| format!("{:?} {:?}", found.user, found.password_hash)).collect())
        }
        Op::Users { after, limit } => {
            let after = after.map(user_id);
            shown(store.users(after.as_deref(), limit).await)
        }
        Op::UpdateUser { user, name, image, email, only_if, ending, at: moment } => {
            let change = UserChange {
                name: name.map(|name| name.to_string()),
                image: image.map(|image| image.map(|image| image.to_string())),
                email: email.map(address),
                email_verified: name.map(|name| name % 2 == 0),
                only_if_email: only_if.map(address),
                only_if_no_password_since: None,
                letter: None,
                ending: ending.ending(),
            };
            let ChangedUser { user, ended } = store.update_user(&user_id(user), change, at(moment)).await?;
            let mut lines = token_lines(ended);
            lines.push(format!("{user:?}"));
            Ok(lines)
        }
        Op::DeleteUser { user } => store.delete_user(&user_id(user)).await.map(token_lines),
        Op::SetPassword { user, account, ending, session: new, proof, at: moment } => {
            let new = new.map(|number| session(&number.to_string(), &user.to_string()));
            let (user, hash) = (user_id(user), format!("salt:{moment}"));
            let account = format!("account-{account}");
            let new = NewPassword {
                user_id: user,
                password_hash: hash,
                new_account_id: account,
                ending: ending.ending(),
                session: new,
                at: at(moment),
                letter: None,
                proof: proof.map(|proof| match proof {
                    Ok(link) => PasswordProof::Link(key(link)),
                    Err(set) => PasswordProof::Present(format!("salt:{set}")),
                }),
            };
            store.set_password(new).await.map(token_lines)
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
            store.create_verification(proof, None).await.map(|()| Vec::new())
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
        other => answer_about_people(store, other).await,
    }
}

async fn answer_about_people(store: &TestStore, operation: Operation) -> StoreResult<Vec<String>> {
    use Operation as Op;
    match operation {
        Op::Disable { user, at: moment } => {
            store.people().disable_user(&user_id(user), at(moment)).await.map(token_lines)
        }
        Op::Enable { user } => Ok(vec![store.people().enable_user(&user_id(user)).await?.to_string()]),
        Op::ChangeDocument { user, name, value, expected, at_most, at: moment } => {
            let change = DocumentChange {
                user_id: user_id(user),
                name: name.to_string(),
                value: value.map(|value| value.to_string()),
                expected: expected.map(|(first, number)| {
                    (0..number).fold(Revision::NONE.next(at(first)), |last, _| last.next(at(first)))
                }),
                at_most,
                at: at(moment),
            };
            Ok(vec![format!("{:?}", store.documents().change_document(change).await?)])
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
        lines.extend(shown(store.documents().documents_of(&user_id(number)).await).unwrap());
        lines.push(format!("{:?}", store.people().disabled_since(&user_id(number)).await.unwrap()));
        let by_email = Operation::UserByEmail { email: number };
        lines.extend(answer(store, by_email).await.unwrap());
    }
    lines
}
