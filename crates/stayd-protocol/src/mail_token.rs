use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Signer, Timestamp, email, jwt};

/// What the link in a verification mail carries: a JWT that says which address it was sent to (protocol spec 2.19).
///
/// It is stateless and can be used again until it ends; whoever accepts it must make that harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailToken {
    /// The address of the account, in lower case.
    pub email: String,
    /// The address that the account wants to change to, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_to: Option<String>,
    /// Which step of a change of address this is: one of [`Self::CONFIRM_CHANGE`] and [`Self::VERIFY_CHANGE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_type: Option<String>,
    /// The account; required with `update_to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// When it was made, in seconds since the Unix epoch.
    pub iat: i64,
    /// When it ends, in seconds since the Unix epoch.
    pub exp: i64,
}

/// Why a mail token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailTokenError {
    /// Genuine, and too old.
    #[error("the token has expired")]
    Expired,
    /// Anything else.
    #[error("the token is not valid")]
    Invalid,
}

impl MailToken {
    /// Sent to the old address: the owner agrees to the change.
    pub const CONFIRM_CHANGE: &str = "change-email-confirmation";
    /// Sent to the new address: it belongs to the owner.
    pub const VERIFY_CHANGE: &str = "change-email-verification";

    /// A token that verifies the address of the account `user_id`, from `now` for `lifetime` in whole seconds.
    pub fn new(email: &str, user_id: &str, now: Timestamp, lifetime: Duration) -> Self {
        Self {
            email: email::normalise(email),
            update_to: None,
            request_type: None,
            user_id: Some(user_id.to_owned()),
            iat: now.as_s(),
            exp: now.plus(lifetime).as_s(),
        }
    }

    /// The same for one step of a change of address to `new_email`.
    #[must_use]
    pub fn for_change(self, new_email: &str, request_type: &str) -> Self {
        Self {
            update_to: Some(email::normalise(new_email)),
            request_type: Some(request_type.to_owned()),
            ..self
        }
    }

    /// The token's text, fit for a link.
    pub fn sign(&self, signer: &Signer) -> String {
        // Strings and integers always have a JSON form.
        jwt::sign(signer, &serde_json::to_string(self).unwrap_or_default())
    }

    /// Reads a token and checks it: the signature first, then the times, then that it is about an address at all, which
    /// is what tells it from the other JWTs that are signed under the same secret.
    pub fn verify(signer: &Signer, text: &str, now: Timestamp) -> Result<Self, MailTokenError> {
        let mut claims = Vec::new();
        jwt::verify(signer, text, &mut claims).map_err(|_| MailTokenError::Invalid)?;
        let Times { iat, nbf, exp } = serde_json::from_slice(&claims).map_err(|_| MailTokenError::Invalid)?;
        if !jwt::has_begun(iat, nbf, now.as_s()) {
            return Err(MailTokenError::Invalid);
        }
        let token: Self = serde_json::from_slice(&claims).map_err(|_| MailTokenError::Invalid)?;
        if !email::is_valid(&token.email) {
            return Err(MailTokenError::Invalid);
        }
        if exp <= now.as_s() { Err(MailTokenError::Expired) } else { Ok(token) }
    }
}

#[derive(Deserialize)]
struct Times {
    iat: i64,
    nbf: Option<i64>,
    exp: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::testing::{OTHER_SECRET, VECTOR_SECRET, secrets};
    use crate::wire::testing::NOW;
    use proptest::prelude::*;

    const VECTOR: &str = "eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6InpvZUBleGFtcGxlLmNvbSIsInVzZXJJZCI6IlUxIiwiaWF0IjoxNzY3MzIzMDQ1LCJleHAiOjE3NjczMjY2NDV9.aQI6jKSA7ijPP5CDv5U7ZJ56bl44GDl4mCemqFH9w_Y";
    const HOUR: Duration = Duration::from_hours(1);

    fn signer() -> Signer {
        Signer::new(&secrets(VECTOR_SECRET, &[]))
    }

    fn zoe() -> MailToken {
        MailToken::new("Zoe@Example.com", "U1", NOW, HOUR)
    }

    /// What becomes of a genuine JWT with these claims.
    fn verified(claims: &str) -> Result<MailToken, MailTokenError> {
        MailToken::verify(&signer(), &jwt::sign(&signer(), claims), NOW)
    }

    #[test]
    fn the_vector_of_the_real_package_is_reproduced() {
        assert_eq!(zoe().sign(&signer()), VECTOR);
        assert_eq!(MailToken::verify(&signer(), VECTOR, NOW), Ok(zoe()));
    }

    #[test]
    fn a_change_of_address_has_its_claims_in_the_order_of_the_real_package() {
        let token = zoe().for_change("New@Example.com", MailToken::CONFIRM_CHANGE);
        assert_eq!(
            serde_json::to_string(&token).unwrap(),
            r#"{"email":"zoe@example.com","updateTo":"new@example.com","requestType":"change-email-confirmation","userId":"U1","iat":1767323045,"exp":1767326645}"#
        );
        assert_eq!(MailToken::verify(&signer(), &token.sign(&signer()), NOW), Ok(token));
    }

    #[test]
    fn a_token_ends_at_the_second_it_names() {
        let end = Timestamp::from_ms(1_767_326_645_000);
        assert_eq!(MailToken::verify(&signer(), VECTOR, end.minus(Duration::from_millis(1))), Ok(zoe()));
        assert_eq!(MailToken::verify(&signer(), VECTOR, end), Err(MailTokenError::Expired));
    }

    #[test]
    fn an_expired_token_of_another_server_is_invalid_and_not_expired() {
        let other = Signer::new(&secrets(OTHER_SECRET, &[]));
        let late = NOW.plus(HOUR * 2);
        assert_eq!(MailToken::verify(&other, VECTOR, late), Err(MailTokenError::Invalid));
    }

    #[test]
    fn a_previous_secret_still_verifies() {
        let rotated = Signer::new(&secrets(OTHER_SECRET, &[VECTOR_SECRET]));
        assert_eq!(MailToken::verify(&rotated, VECTOR, NOW), Ok(zoe()));
    }

    #[test]
    fn genuine_tokens_of_another_kind_are_invalid() {
        for claims in [
            r#"{"session":{},"user":{},"updatedAt":1,"version":"1","iat":1767323045,"exp":1767323345}"#,
            r#"{"email":"zoe@example.com","iat":1767323045}"#,
            r#"{"email":"zoe@example.com","exp":1767326645}"#,
            r#"{"email":"zoe@example.com","iat":1767323106,"exp":1767326645}"#,
            r#"{"email":"zoe@example.com","iat":1767323045,"nbf":1767323106,"exp":1767326645}"#,
            r#"{"email":"zoe@example.com","iat":"1767323045","exp":1767326645}"#,
            r#"{"email":"zoe@example.com","email":"eve@example.com","iat":1767323045,"exp":1767326645}"#,
            r#"{"email":"zoe","iat":1767323045,"exp":1767326645}"#,
            r#"{"email":["zoe@example.com"],"iat":1767323045,"exp":1767326645}"#,
            r#"{"email":"zoe@example.com","iat":1767323045,"exp":1767326645} {}"#,
            "null",
            "",
        ] {
            assert_eq!(verified(claims), Err(MailTokenError::Invalid), "{claims}");
        }
    }

    proptest! {
        #[test]
        fn every_token_is_read_back(user_id in "\\PC{0,40}", minutes in 1..100_u64) {
            let token = MailToken::new("a@x.com", &user_id, NOW, Duration::from_mins(minutes));
            prop_assert_eq!(MailToken::verify(&signer(), &token.sign(&signer()), NOW), Ok(token));
        }

        #[test]
        fn genuine_nonsense_is_refused_without_panic(claims in "\\PC*") {
            prop_assert_eq!(verified(&claims), Err(MailTokenError::Invalid));
        }
    }
}
