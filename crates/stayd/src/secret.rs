//! `stayd secret`: a new secret.

use stayd_protocol::identifier::alphanumeric;
use zeroize::Zeroizing;

use crate::system::SystemRandom;

/// 48 letters and digits are 285 bits, more than the hash can use.
const LENGTH: usize = 48;

/// Prints a new secret, and nothing else, so that it can be put into a variable.
pub(crate) fn run() {
    println!("{}", *random());
}

/// A new secret.
pub(crate) fn random() -> Zeroizing<String> {
    Zeroizing::new(alphanumeric(&SystemRandom, LENGTH))
}
