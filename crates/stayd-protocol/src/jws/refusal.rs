use std::fmt;

/// Why a token was refused. For counters and logs on our side alone: its text, and whatever a caller is answered, is always the same (J-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// Longer than [`super::MAX_LENGTH`]; not looked at.
    TooLong,
    /// Not three parts of base64url, or a header that none of ours has.
    Malformed,
    /// Of another type: a token that was made for something else (J-4).
    WrongType,
    /// No key of this id is at hand. A verifier that follows a JWKS may have to fetch it again (J-6).
    UnknownKey,
    /// The key of this id signs with another algorithm (J-1).
    WrongAlgorithm,
    /// The key of this id did not sign this.
    WrongSignature,
    /// Signed, and yet not what our tokens look like.
    WrongClaims,
    /// Another issuer's (J-9).
    WrongIssuer,
    /// For another audience.
    WrongAudience,
    /// Over.
    Expired,
    /// From the future.
    NotYetValid,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::TooLong,
        Self::Malformed,
        Self::WrongType,
        Self::UnknownKey,
        Self::WrongAlgorithm,
        Self::WrongSignature,
        Self::WrongClaims,
        Self::WrongIssuer,
        Self::WrongAudience,
        Self::Expired,
        Self::NotYetValid,
    ];

    /// The name in counters: lower case, with hyphens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::Malformed => "malformed",
            Self::WrongType => "wrong-type",
            Self::UnknownKey => "unknown-key",
            Self::WrongAlgorithm => "wrong-algorithm",
            Self::WrongSignature => "wrong-signature",
            Self::WrongClaims => "wrong-claims",
            Self::WrongIssuer => "wrong-issuer",
            Self::WrongAudience => "wrong-audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
        }
    }

    /// Whether the signature was looked at: what came before costs less time, which a caller can measure.
    pub const fn is_after_signature(self) -> bool {
        !matches!(
            self,
            Self::TooLong | Self::Malformed | Self::WrongType | Self::UnknownKey | Self::WrongAlgorithm
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token is not valid")
    }
}

impl std::error::Error for Refusal {}
