//! One password to hash, or to hold against a hash.

use crate::{EngineError, EngineResult};
use stayd_protocol::password::{self, PasswordHashing};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// Something to hash, and how it is hashed now.
pub(super) struct Job {
    pub(super) password: Zeroizing<String>,
    pub(super) hashing: PasswordHashing,
    pub(super) task: Task,
}

pub(super) enum Task {
    Hash {
        salt: [u8; 16],
        answer: oneshot::Sender<String>,
    },
    Verify {
        stored: Option<String>,
        new_salt: Option<[u8; 16]>,
        is_mixed: bool,
        answer: oneshot::Sender<EngineResult<Verdict>>,
    },
}

/// What came of a password and a stored hash.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Whether it is the one behind the hash.
    pub(crate) is_right: bool,
    /// Its hash as it would be made now, where that was asked for and the stored one is of another form or cost.
    pub(crate) renewed: Option<String>,
}

impl Job {
    pub(super) fn abandoned(&self) -> bool {
        match &self.task {
            Task::Hash { answer, .. } => answer.is_closed(),
            Task::Verify { answer, .. } => answer.is_closed(),
        }
    }

    pub(super) fn run(self) {
        let Self { password, hashing, task } = self;
        // An answer nobody waits for any more is dropped.
        match task {
            Task::Hash { salt, answer } => {
                let _ = answer.send(password::hash(hashing, &password, salt));
            }
            Task::Verify { stored, new_salt, is_mixed, answer } => {
                let verdict = match &stored {
                    Some(stored) => judged(hashing, &password, stored, new_salt),
                    None => Ok(Verdict { is_right: false, renewed: None }),
                };
                if verdict.as_ref().is_ok_and(|verdict| !verdict.is_right) {
                    for form in done_in_vain(hashing, stored.as_deref(), is_mixed) {
                        let _ = password::hash(form, &password, [0; 16]);
                    }
                }
                let _ = answer.send(verdict);
            }
        }
    }
}

/// What is hashed beside what was, where the answer is no: so that a wrong password costs the same whatever its person's hash looks like, and
/// whether or not there is one.
fn done_in_vain(
    hashing: PasswordHashing,
    stored: Option<&str>,
    is_mixed: bool,
) -> impl Iterator<Item = PasswordHashing> {
    let done = stored.map(PasswordHashing::of);
    let is_due = move |form: &PasswordHashing| done != Some(*form) && (is_mixed || *form == hashing);
    PasswordHashing::ALL.into_iter().filter(is_due)
}

fn judged(
    hashing: PasswordHashing,
    password: &str,
    stored: &str,
    new_salt: Option<[u8; 16]>,
) -> EngineResult<Verdict> {
    let is_right = password::verify(password, stored).map_err(|_| EngineError::MalformedHash)?;
    let new_salt = new_salt.filter(|_| is_right);
    Ok(Verdict { is_right, renewed: new_salt.map(|salt| password::hash(hashing, password, salt)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    //
    #[test]
    fn once_a_hash_of_the_other_form_was_met_every_no_costs_both() {
        use PasswordHashing::{Argon2id, Scrypt};
        let cost = |stored: Option<&str>, is_mixed| {
            let mut forms: Vec<_> = done_in_vain(Argon2id, stored, is_mixed).collect();
            forms.extend(stored.map(PasswordHashing::of));
            forms
        };
        assert_eq!((cost(None, false), cost(Some("$"), false)), (vec![Argon2id], vec![Argon2id]));
        for stored in [None, Some("$argon2id$"), Some("00:11")] {
            let forms = cost(stored, true);
            assert!(forms.len() == 2 && forms.contains(&Scrypt) && forms.contains(&Argon2id), "{forms:?}");
        }
    }
}
