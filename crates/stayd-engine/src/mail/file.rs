//! One `.eml` file for each letter: for tests, for development, and for machines where another program takes over.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;

use super::{Carrier, CarryError, Mail, MailSetupError, message::Composer};

pub(super) struct Folder {
    folder: PathBuf,
    composer: Composer,
}

impl Folder {
    /// Makes the folder, for its owner alone, unless it is there.
    pub(super) fn open(folder: &Path, composer: Composer) -> Result<Self, MailSetupError> {
        make_folder(folder).map_err(MailSetupError::Folder)?;
        Ok(Self { folder: folder.to_owned(), composer })
    }
}

#[async_trait]
impl Carrier for Folder {
    async fn carry(&self, mail: &Mail) -> Result<(), CarryError> {
        let message = self.composer.compose(mail)?.formatted();
        let (folder, name) = (self.folder.clone(), self.composer.name());
        blocking(move || write_whole(&folder, &name, &message)).await
    }

    async fn check(&self) -> Result<(), CarryError> {
        let (folder, name) = (self.folder.clone(), self.composer.name());
        blocking(move || {
            let probe = folder.join(format!(".{name}.probe"));
            private_file(&probe)?;
            fs::remove_file(&probe)
        })
        .await
    }
}

/// Files are written beside the runtime's threads; a folder that cannot be written to is down for all letters.
async fn blocking(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), CarryError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(CarryError::Down(Box::new(error))),
        Err(error) => Err(CarryError::Down(Box::new(error))),
    }
}

/// Writes under a hidden name and renames, so that a reader of the folder never sees half a letter.
fn write_whole(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!(".{name}.part"));
    let written = private_file(&unfinished)
        .and_then(|mut file| file.write_all(message).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&unfinished, folder.join(format!("{name}.eml"))));
    if written.is_err() {
        // A full disk is no reason to leave litter; the letter is written again later under another name.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Letters carry secrets: mode 600.
fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
