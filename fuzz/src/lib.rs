//! What the fuzz targets share.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stayd_protocol::{Secret, Secrets, Signer, Timestamp};

/// The moment at which all targets live.
pub const NOW: Timestamp = Timestamp::from_ms(1_767_323_045_678);

/// The secret of the protocol spec's vectors.
pub fn secrets() -> Secrets {
    let secret = Secret::parse("test-secret-0123456789-abcdefghijklmnop").expect("a good secret");
    Secrets::new(secret, Vec::new()).expect("no previous secrets")
}

/// Signs with that secret.
pub static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::new(&secrets()));

/// The base64url of JSON Web Tokens.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
