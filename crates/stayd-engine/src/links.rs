//! The links in letters, and the keys under which their secrets are stored.

use stayd_protocol::{MailToken, Secrets, Signer, TokenHash, encode_component};

/// Makes links into this deployment.
pub(crate) struct Links {
    base_url: String,
    pub(crate) signer: Signer,
}

impl Links {
    pub(crate) fn new(base_url: &str, secrets: &Secrets) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), signer: Signer::new(secrets) }
    }

    pub(crate) fn verify_email(&self, token: &MailToken, callback_url: Option<&str>) -> String {
        let jwt = token.sign(&self.signer);
        format!("{}/verify-email?token={jwt}&callbackURL={}", self.base_url, encoded(callback_url, "/"))
    }

    pub(crate) fn reset_password(&self, token: &str, redirect_to: Option<&str>) -> String {
        format!("{}/reset-password/{token}?callbackURL={}", self.base_url, encoded(redirect_to, ""))
    }

    pub(crate) fn delete_user(&self, token: &str, callback_url: Option<&str>) -> String {
        format!(
            "{}/delete-user/callback?token={token}&callbackURL={}",
            self.base_url,
            encoded(callback_url, "/")
        )
    }
}

fn encoded(url: Option<&str>, default: &str) -> String {
    let url = url.filter(|url| !url.is_empty()).unwrap_or(default);
    encode_component(url).to_string()
}

/// What a stored verification is for. The purpose is part of its key, so that a link of one kind opens nothing of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    ResetPassword,
    DeleteAccount,
}

/// Where the secret of a link is stored: its hash, never itself.
pub(crate) fn verification_key(purpose: Purpose, token: &str) -> TokenHash {
    let purpose = match purpose {
        Purpose::ResetPassword => "reset-password",
        Purpose::DeleteAccount => "delete-account",
    };
    TokenHash::of(&format!("{purpose}:{token}"))
}
