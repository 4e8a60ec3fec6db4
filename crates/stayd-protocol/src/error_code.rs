use std::fmt;

// One table, so that a code cannot lose its message.
macro_rules! error_codes {
    ($($variant:ident = $code:literal, $message:literal;)*) => {
        /// The `code` of an error answer; clients match on it, so it never changes (protocol spec 1.5).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $message, "`")] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the protocol spec.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code as clients see it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The text that usually goes with it. Some answers say more, e.g. which field was wrong.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)* }
            }
        }
    };
}

error_codes! {
    ValidationError = "VALIDATION_ERROR", "Validation Error";
    BadRequest = "BAD_REQUEST", "Invalid JSON in request body";
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type";
    Unauthorized = "UNAUTHORIZED", "Unauthorized";
    SessionNotFresh = "SESSION_NOT_FRESH", "Session is not fresh";
    SessionExpired = "SESSION_EXPIRED", "Session expired. Re-authenticate to perform this action.";
    SessionSuperseded = "SESSION_SUPERSEDED", "The session has a newer token";
    TooManyStreams = "TOO_MANY_STREAMS", "Too many event streams are open";
    DocumentChanged = "DOCUMENT_CHANGED", "The document has changed";
    DocumentTooLarge = "DOCUMENT_TOO_LARGE", "The document is too large";
    OtherPerson = "OTHER_PERSON", "Somebody else is signed in";
    TooManyDocuments = "TOO_MANY_DOCUMENTS", "There are too many documents";
    InvalidSessionToken = "INVALID_SESSION_TOKEN", "Invalid session token";
    FailedToGetSession = "FAILED_TO_GET_SESSION", "Failed to get session";
    MethodNotAllowedDeferSessionRequired = "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED", "POST method requires deferSessionRefresh to be enabled in session config";
    InvalidEmail = "INVALID_EMAIL", "Invalid email";
    InvalidEmailOrPassword = "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password";
    InvalidPassword = "INVALID_PASSWORD", "Invalid password";
    PasswordTooShort = "PASSWORD_TOO_SHORT", "Password too short";
    PasswordTooLong = "PASSWORD_TOO_LONG", "Password too long";
    PasswordCompromised = "PASSWORD_COMPROMISED", "The password you entered has been compromised. Please choose a different password.";
    SuspiciousSignIn = "SUSPICIOUS_SIGN_IN", "This sign-in is unusual and was refused. Please contact support.";
    BannedUser = "BANNED_USER", "You have been banned from this application. Please contact support if you believe this is an error.";
    EmailNotVerified = "EMAIL_NOT_VERIFIED", "Email not verified";
    EmailPasswordDisabled = "EMAIL_PASSWORD_DISABLED", "Email and password is not enabled";
    EmailPasswordSignUpDisabled = "EMAIL_PASSWORD_SIGN_UP_DISABLED", "Email and password sign up is not enabled";
    UserAlreadyExists = "USER_ALREADY_EXISTS", "User already exists.";
    UserAlreadyExistsUseAnotherEmail = "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "User already exists. Use another email.";
    FailedToCreateUser = "FAILED_TO_CREATE_USER", "Failed to create user";
    FailedToUpdateUser = "FAILED_TO_UPDATE_USER", "Failed to update user";
    FailedToCreateSession = "FAILED_TO_CREATE_SESSION", "Failed to create session";
    FailedToCreateVerification = "FAILED_TO_CREATE_VERIFICATION", "Unable to create verification";
    UserNotFound = "USER_NOT_FOUND", "User not found";
    UserAlreadyHasPassword = "USER_ALREADY_HAS_PASSWORD", "User already has a password. Provide that to delete the account.";
    InvalidToken = "INVALID_TOKEN", "Invalid token";
    TokenExpired = "TOKEN_EXPIRED", "Token expired";
    InvalidUser = "INVALID_USER", "Invalid user";
    ResetPasswordDisabled = "RESET_PASSWORD_DISABLED", "Reset password isn't enabled";
    VerificationEmailNotEnabled = "VERIFICATION_EMAIL_NOT_ENABLED", "Verification email isn't enabled";
    EmailAlreadyVerified = "EMAIL_ALREADY_VERIFIED", "Email is already verified";
    EmailMismatch = "EMAIL_MISMATCH", "Email mismatch";
    ChangeEmailDisabled = "CHANGE_EMAIL_DISABLED", "Change email is disabled";
    EmailCanNotBeUpdated = "EMAIL_CAN_NOT_BE_UPDATED", "Email can not be updated";
    FieldNotAllowed = "FIELD_NOT_ALLOWED", "Field not allowed to be set";
    MissingField = "MISSING_FIELD", "Field is required";
    BodyMustBeAnObject = "BODY_MUST_BE_AN_OBJECT", "Body must be an object";
    CredentialAccountNotFound = "CREDENTIAL_ACCOUNT_NOT_FOUND", "Credential account not found";
    PasswordAlreadySet = "PASSWORD_ALREADY_SET", "User already has a password set";
    FailedToGetUserInfo = "FAILED_TO_GET_USER_INFO", "Failed to get user info";
    NotFound = "NOT_FOUND", "Not found";
    ProviderNotFound = "PROVIDER_NOT_FOUND", "Provider not found";
    ProviderNotSupported = "PROVIDER_NOT_SUPPORTED", "Provider is not supported";
    ProviderNotConfigured = "PROVIDER_NOT_CONFIGURED", "Account is not associated with a configured social provider.";
    IdTokenNotSupported = "ID_TOKEN_NOT_SUPPORTED", "id_token not supported";
    UserEmailNotFound = "USER_EMAIL_NOT_FOUND", "User email not found";
    SocialAccountAlreadyLinked = "SOCIAL_ACCOUNT_ALREADY_LINKED", "Social account already linked";
    LinkedAccountAlreadyExists = "LINKED_ACCOUNT_ALREADY_EXISTS", "Linked account already exists";
    FailedToUnlinkLastAccount = "FAILED_TO_UNLINK_LAST_ACCOUNT", "You can't unlink your last account";
    AccountNotFound = "ACCOUNT_NOT_FOUND", "Account not found";
    CallbackUrlRequired = "CALLBACK_URL_REQUIRED", "callbackURL is required";
    InvalidOrigin = "INVALID_ORIGIN", "Invalid origin";
    MissingOrNullOrigin = "MISSING_OR_NULL_ORIGIN", "Missing or null Origin";
    CrossSiteNavigationLoginBlocked = "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED", "Cross-site navigation login blocked. This request appears to be a CSRF attack.";
    CsrfTokenMissing = "CSRF_TOKEN_MISSING", "A request that changes something needs a CSRF token";
    CsrfTokenInvalid = "CSRF_TOKEN_INVALID", "The CSRF token does not belong to this session";
    InvalidCallbackUrl = "INVALID_CALLBACK_URL", "Invalid callbackURL";
    InvalidRedirectUrl = "INVALID_REDIRECT_URL", "Invalid redirectURL";
    InvalidErrorCallbackUrl = "INVALID_ERROR_CALLBACK_URL", "Invalid errorCallbackURL";
    InvalidNewUserCallbackUrl = "INVALID_NEW_USER_CALLBACK_URL", "Invalid newUserCallbackURL";
    InternalServerError = "INTERNAL_SERVER_ERROR", "Internal Server Error";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_its_name_in_capitals() {
        for code in ErrorCode::ALL {
            let mut name = String::new();
            for character in format!("{code:?}").chars() {
                if character.is_ascii_uppercase() && !name.is_empty() {
                    name.push('_');
                }
                name.push(character.to_ascii_uppercase());
            }
            assert_eq!(code.as_str(), name);
        }
    }

    #[test]
    fn no_code_is_given_twice() {
        let codes: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
    }
}
