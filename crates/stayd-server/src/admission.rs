//! What is counted by account and by mailbox, whatever address it comes from (A-6, H-8).
//!
//! What is counted by address is in `edge.rs`. None of this is asked for when a session is checked.

use crate::{
    app::App,
    error::{ApiError, ApiResult, ErrorKind},
    rate_limit::Decision,
};
use stayd_engine::{Device, EngineError, EngineResult, Refusal};
use stayd_protocol::email;

impl App {
    /// Counts an attempt to sign in to an account, and refuses it when too many have failed. People who are signed in stay so.
    ///
    /// Guesses from elsewhere do not lock the owner out: where the account is closed, a device that its person has signed in from before is
    /// counted by itself. Answers under what name the attempt was counted.
    pub(crate) async fn admit_sign_in(&self, email: &str, device: &Device) -> ApiResult<String> {
        let Err(refused) = self.admitted(|| self.limiter.account(email, self.engine.now())) else {
            return Ok(email.to_owned());
        };
        let Some(known) = self.engine.known_device_of(email, device).await? else { return Err(refused) };
        self.admitted(|| self.limiter.account(&known, self.engine.now()))?;
        Ok(known)
    }

    /// A person's password, asked for within their session, which may have been taken over. Guesses are counted apart from those at the
    /// sign-in, so that nobody who has a session closes the sign-in to its owner.
    ///
    /// It counts from before the password is looked at, so that many guesses at once are not more than many in a row.
    pub(crate) async fn guess<T>(
        &self,
        user_id: &str,
        attempt: impl Future<Output = EngineResult<T>>,
    ) -> ApiResult<T> {
        self.admitted(|| self.limiter.account(user_id, self.engine.now()))?;
        self.settle(user_id, attempt).await
    }

    /// Makes an attempt that was counted under this name, and leaves it counted if the password was wrong. Whoever is turned away for another
    /// reason, such as that there is too much to do, has not guessed.
    pub(crate) async fn settle<T>(
        &self,
        counted_as: &str,
        attempt: impl Future<Output = EngineResult<T>>,
    ) -> ApiResult<T> {
        let outcome = attempt.await;
        match &outcome {
            Ok(_) => self.limiter.account_succeeded(counted_as),
            Err(EngineError::Refused(Refusal::InvalidPassword | Refusal::InvalidEmailOrPassword)) => {}
            Err(_) => self.limiter.account_not_tried(counted_as),
        }
        outcome.map_err(ApiError::from)
    }

    /// Counts a letter that somebody wants sent. The same for mailboxes that we know and those that we do not.
    pub(crate) fn admit_letter(&self, mailbox: &str) -> ApiResult<()> {
        self.admitted(|| self.limiter.letter(&email::normalise(mailbox), self.engine.now()))
    }

    fn admitted(&self, decide: impl FnOnce() -> Decision) -> ApiResult<()> {
        if !self.config.rate_limit {
            return Ok(());
        }
        match decide() {
            Decision::Allowed => Ok(()),
            Decision::Limited { retry_after } => Err(ErrorKind::Limited { retry_after }.into()),
        }
    }
}
