use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub(crate) type HmacSha256 = Hmac<Sha256>;

/// An HMAC-SHA-256 that has taken in its key, to be cloned for each message.
///
/// Keys of every length are allowed; a longer one than the hash's block is hashed first (RFC 2104, section 2).
pub(crate) fn keyed(key: &[u8]) -> HmacSha256 {
    const BLOCK: usize = 64;
    let mut block = Zeroizing::new([0; BLOCK]);
    if key.len() <= BLOCK {
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    } else {
        block.iter_mut().zip(Sha256::digest(key)).for_each(|(to, from)| *to = from);
    }
    HmacSha256::new((&*block).into())
}

pub(crate) fn mac(key: &HmacSha256, parts: &[&[u8]]) -> [u8; 32] {
    let mut state = key.clone();
    for part in parts {
        state.update(part);
    }
    state.finalize().into_bytes().into()
}

/// Compares in constant time.
pub(crate) fn verify(key: &HmacSha256, parts: &[&[u8]], expected: &[u8]) -> bool {
    let mut state = key.clone();
    for part in parts {
        state.update(part);
    }
    state.verify_slice(expected).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_length_give_the_mac_of_the_library() {
        for length in [0, 1, 31, 32, 63, 64, 65, 200] {
            let key = vec![0xa7; length];
            let mut library = HmacSha256::new_from_slice(&key).unwrap();
            library.update(b"message");
            let expected: [u8; 32] = library.finalize().into_bytes().into();
            assert_eq!(mac(&keyed(&key), &[b"mess", b"age"]), expected, "{length}");
        }
    }

    #[test]
    fn a_cut_or_changed_mac_is_refused() {
        let key = keyed(b"key");
        let good = mac(&key, &[b"message"]);
        assert!(verify(&key, &[b"message"], &good));
        assert!(!verify(&key, &[b"message"], &good[..31]));
        assert!(!verify(&key, &[b"message"], &[]));
        assert!(!verify(&key, &[b"massage"], &good));
    }
}
