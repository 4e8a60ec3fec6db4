use std::fmt;

/// How a key signs. A key has one algorithm, and a token that names another is refused (J-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037): the default; the shortest keys, and the same signature each time.
    EdDsa,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 3.4), for verifiers that know no Ed25519.
    Es256,
    /// HMAC-SHA-256 under a key derived from the shared secret: whoever can check such tokens can make them.
    Hs256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Hs256];

    /// The name in a token's header (RFC 7518 3.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
        }
    }

    /// The algorithm of this very name; there is no second spelling.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
