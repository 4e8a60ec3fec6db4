//! The crypto behind https.

/// The program's own choice stands; where it made none, ring. A program that chooses at the same moment was first.
#[cfg(feature = "tls")]
pub(crate) fn use_a_crypto_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(not(feature = "tls"))]
pub(crate) fn use_a_crypto_provider() {}
