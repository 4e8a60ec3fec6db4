//! The clock went back, and the times that it noted go with it.

use super::tables::{Row, Tables};
use crate::store::StepBack;

impl Tables {
    pub(super) fn put_times_back(&mut self, step: StepBack) {
        let back = |time| step.of(time, time);
        for Row { record: session, .. } in self.sessions.values_mut() {
            session.expires_at = step.of(session.expires_at, session.updated_at);
            for time in [
                &mut session.created_at,
                &mut session.updated_at,
                &mut session.authenticated_at,
                &mut session.last_active_at,
            ] {
                *time = back(*time);
            }
            if let Some(rotation) = &mut session.rotation {
                rotation.rotated_at = back(rotation.rotated_at);
                rotation.shown_at = rotation.shown_at.map(back);
            }
        }
        for family in self.families.values_mut() {
            if let Some(rotation) = &mut family.rotation {
                rotation.rotated_at = back(rotation.rotated_at);
            }
            if let Some(parent) = &mut family.parent {
                parent.began_at = back(parent.began_at);
            }
        }
        for Row { record: verification, .. } in self.verifications.values_mut() {
            verification.expires_at = step.of(verification.expires_at, verification.created_at);
            verification.created_at = back(verification.created_at);
        }
        for Row { record: account, .. } in self.accounts.values_mut() {
            account.updated_at = back(account.updated_at);
        }
        for key in &mut self.keys {
            key.signs_from = step.of(key.signs_from, key.created_at);
            key.created_at = back(key.created_at);
        }
        for letter in self.letters.values_mut() {
            letter.put_back(step);
        }
    }
}
