//! `stayd secret`: a new secret, alone or before those in use.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use stayd_protocol::{MAX_PREVIOUS_SECRETS, identifier::alphanumeric};
use zeroize::Zeroizing;

use crate::{cli::Common, config::SecretSource, failure::Failure, system::SystemRandom};

/// 48 letters and digits are 285 bits, more than the hash can use.
const LENGTH: usize = 48;

/// Prints a new secret, and nothing else, so that it can be put into a variable.
pub(crate) fn run() {
    println!("{}", *random());
}

/// Puts a new secret before those in use, of which the newest two stay (C-12): into the file they are read from, or, where they are given
/// in another way, printed as the value of `BETTER_AUTH_SECRETS`, which nothing else is printed with.
pub(crate) fn rotate(common: &Common) -> Result<(), Failure> {
    let config = common.load()?;
    // What cannot be used is not carried on.
    config.secret.secrets()?;
    let new = random();
    match config.secret.source()? {
        Some(SecretSource::File(file, old)) => {
            let kept = old.iter().take(MAX_PREVIOUS_SECRETS);
            let lines: Zeroizing<String> = Zeroizing::new(
                [&new].into_iter().chain(kept).flat_map(|text| [text.as_str(), "\n"]).collect(),
            );
            replace(file, &lines).map_err(|source| Failure::SecretFile { file: file.to_owned(), source })?;
            eprintln!("{} has a new secret before the old ones. {NEXT}", file.display());
        }
        Some(SecretSource::Given(old)) => {
            if old.iter().any(|(_, text)| text.contains(',')) {
                return Err(Failure::SecretWithComma);
            }
            let version = old.iter().map(|(version, _)| *version).max().unwrap_or(0).saturating_add(1);
            let kept = old.into_iter().take(MAX_PREVIOUS_SECRETS);
            let list: Vec<_> = [(version, new)]
                .into_iter()
                .chain(kept)
                .map(|(version, text)| format!("{version}:{}", *text))
                .collect();
            println!("{}", *Zeroizing::new(list.join(",")));
            eprintln!("This is the new BETTER_AUTH_SECRETS. {NEXT}");
        }
        None => run(),
    }
    Ok(())
}

const NEXT: &str =
    "Restart every server with it: cookies are signed anew as people come by, and nobody is signed out.";

/// A new secret.
pub(crate) fn random() -> Zeroizing<String> {
    Zeroizing::new(alphanumeric(&SystemRandom, LENGTH))
}

/// Writes a file beside the one that is there, for its owner alone, and puts it in its place in one step.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = new.write_all(text.as_bytes()).and_then(|()| new.sync_all());
    written.and_then(|()| fs::rename(&beside, file)).inspect_err(|_| drop(fs::remove_file(&beside)))
}
