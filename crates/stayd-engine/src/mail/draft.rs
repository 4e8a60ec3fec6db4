//! A letter on its way into the store or to a mailer.

use super::{Mail, MailError};
use crate::{Engine, EngineResult, store::LetterRecord};

/// A letter that is about to be written together with what it tells of. Nothing leaves before [`Engine::post`].
#[must_use = "a draft that is not posted is never sent"]
pub(crate) struct Draft(Kind);

enum Kind {
    /// Goes into the store with the change.
    Sealed(LetterRecord),
    /// Is handed over after the change.
    Handed(Mail),
    /// Was not taken, which is logged already.
    Lost,
}

impl Draft {
    /// What the store writes in the same step as the change.
    pub(crate) fn record(&self) -> Option<LetterRecord> {
        match &self.0 {
            Kind::Sealed(letter) => Some(letter.clone()),
            Kind::Handed(_) | Kind::Lost => None,
        }
    }
}

impl Engine {
    /// Gets a letter ready. A full outbox is logged and not told to the caller, who would learn whether the address is known.
    pub(crate) fn draft(&self, mail: Mail) -> Draft {
        Draft(match self.mailer().seal(&mail) {
            Ok(Some(letter)) => Kind::Sealed(letter),
            Ok(None) => Kind::Handed(mail),
            Err(error) => {
                not_taken(&error);
                Kind::Lost
            }
        })
    }

    /// The change is made, and the letter written with it: it may leave.
    pub(crate) fn post(&self, draft: Draft) {
        match draft.0 {
            Kind::Sealed(_) => self.mailer().written(),
            Kind::Handed(mail) if !mail.is_to_nobody() => {
                if let Err(error) = self.mailer().post(mail) {
                    not_taken(&error);
                }
            }
            Kind::Handed(_) | Kind::Lost => {}
        }
    }

    /// Writes a letter that goes with no other change, and lets it leave.
    pub(crate) async fn queue(&self, mail: Mail) -> EngineResult<()> {
        let draft = self.draft(mail);
        if let Some(letter) = draft.record() {
            self.store().letters().queue_letter(letter).await?;
        }
        self.post(draft);
        Ok(())
    }
}

fn not_taken(error: &MailError) {
    tracing::error!(%error, "a letter was not taken");
}
