//! Which files are this person's alone. Others of the same machine may have put anything anywhere.
//!
//! What is looked at is the open file, so that it cannot be another one by then. Links are not followed, and a pipe is not waited for.
//! Where a file is its owner's alone is a matter of Unix; elsewhere a person's folders are closed to others as they are made.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::file;
use crate::error::StorageError;

/// Opens a file to read it; `None` where there is none.
pub(crate) fn open(path: &Path) -> Result<Option<File>, StorageError> {
    folder_of(path)?;
    match system::open(path) {
        Ok(file) => checked(path, file).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(not_opened(path, error)),
    }
}

/// Opens a file that says nothing, and makes it where there is none.
pub(crate) fn open_lock(path: &Path) -> Result<File, StorageError> {
    folder_of(path)?;
    let file = system::open_lock(path).map_err(|error| not_opened(path, error))?;
    checked(path, file)
}

/// Refuses a folder into which others may put files. One that is not there yet is nobody's.
pub(crate) fn folder_of(path: &Path) -> Result<(), StorageError> {
    let folder = file::folder_of(path).unwrap_or(Path::new("."));
    match fs::metadata(folder) {
        Ok(metadata) => system::judge_folder(folder, &metadata),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StorageError::file("look at", folder)(error)),
    }
}

fn checked(path: &Path, file: File) -> Result<File, StorageError> {
    let metadata = file.metadata().map_err(StorageError::file("look at", path))?;
    if !metadata.is_file() {
        return Err(StorageError::NotAFile { path: path.to_owned() });
    }
    system::judge_file(path, &metadata)?;
    Ok(file)
}

/// Systems have many words for what cannot be opened like a file.
fn not_opened(path: &Path, error: io::Error) -> StorageError {
    let is_something_else = fs::symlink_metadata(path).is_ok_and(|metadata: Metadata| !metadata.is_file());
    if is_something_else {
        StorageError::NotAFile { path: path.to_owned() }
    } else {
        StorageError::file("open", path)(error)
    }
}

#[cfg(unix)]
mod system {
    use std::fs::{File, Metadata};
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use rustix::fs::{Mode, OFlags};

    use crate::error::StorageError;

    /// The superuser may do anything anyhow.
    const SUPERUSER: u32 = 0;
    const PERMISSIONS: u32 = 0o7777;
    const ANYTHING_BY_OTHERS: u32 = 0o077;
    const WRITTEN_BY_OTHERS: u32 = 0o022;

    pub(super) fn open(path: &Path) -> io::Result<File> {
        plain(path, OFlags::RDONLY, Mode::empty())
    }

    pub(super) fn open_lock(path: &Path) -> io::Result<File> {
        plain(path, OFlags::WRONLY | OFlags::CREATE, Mode::RUSR | Mode::WUSR)
    }

    /// Follows no link at the end of the path, waits for no other end of a pipe, and takes no terminal.
    fn plain(path: &Path, how: OFlags, mode: Mode) -> io::Result<File> {
        let always = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(rustix::fs::open(path, how | always, mode)?.into())
    }

    pub(super) fn judge_file(path: &Path, metadata: &Metadata) -> Result<(), StorageError> {
        let (owner, mode) = (metadata.uid(), metadata.mode() & PERMISSIONS);
        if owner != me() {
            return Err(StorageError::ForeignOwner { path: path.to_owned(), owner });
        }
        if mode & ANYTHING_BY_OTHERS != 0 {
            return Err(StorageError::TooOpen { path: path.to_owned(), mode });
        }
        Ok(())
    }

    /// Also where others may remove only what is theirs, as in `/tmp`: what they put there first would be in the way.
    pub(super) fn judge_folder(path: &Path, metadata: &Metadata) -> Result<(), StorageError> {
        let (owner, mode) = (metadata.uid(), metadata.mode() & PERMISSIONS);
        if owner != me() && owner != SUPERUSER {
            return Err(StorageError::ForeignOwner { path: path.to_owned(), owner });
        }
        if mode & WRITTEN_BY_OTHERS != 0 {
            return Err(StorageError::FolderTooOpen { path: path.to_owned(), mode });
        }
        Ok(())
    }

    fn me() -> u32 {
        rustix::process::geteuid().as_raw()
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    use crate::error::StorageError;

    pub(super) fn open(path: &Path) -> io::Result<File> {
        File::open(path)
    }

    pub(super) fn open_lock(path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(false).open(path)
    }

    pub(super) fn judge_file(_: &Path, _: &Metadata) -> Result<(), StorageError> {
        Ok(())
    }

    pub(super) fn judge_folder(_: &Path, _: &Metadata) -> Result<(), StorageError> {
        Ok(())
    }
}
