//! A file for its owner alone, replaced as a whole.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::trust;
use crate::error::StorageError;

/// A session takes a few kB; what is longer is none.
const LONGEST: u64 = 1 << 20;

#[derive(Debug)]
pub(crate) struct PrivateFile {
    path: PathBuf,
}

impl PrivateFile {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    pub(crate) fn place(&self) -> String {
        self.path.display().to_string()
    }

    /// What it holds; `None` where it is not there.
    pub(crate) fn read(&self) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(file) = trust::open(&self.path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes).map_err(StorageError::file("read", &self.path))?;
        Ok(Some(bytes))
    }

    /// Puts these bytes in its place: after a crash at any moment the file is the old one or the new one. The caller holds the write
    /// lock; a new file that a killed process left behind is in nobody's use.
    pub(crate) fn replace(&self, bytes: &[u8]) -> Result<(), StorageError> {
        trust::folder_of(&self.path)?;
        let new = beside(&self.path, "new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(StorageError::file("remove", &new)(error));
            }
            _ => {}
        }
        let mut file = private().create_new(true).open(&new).map_err(StorageError::file("create", &new))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(StorageError::file("write", &new))?;
        fs::rename(&new, &self.path).map_err(StorageError::file("replace", &self.path))?;
        sync_folder_of(&self.path)
    }
}

/// Tells one state of a file from the next: a replaced one is another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    modified: Option<SystemTime>,
    length: u64,
    number: u64,
}

impl Mark {
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::symlink_metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            number: number_of(&metadata),
        })
    }
}

/// The path with another ending after its own.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(ending);
    name.into()
}

/// Makes files that only their owner may read and write.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the folder of a file, for its owner alone.
pub(crate) fn make_folder_of(path: &Path) -> Result<(), StorageError> {
    let Some(folder) = folder_of(path) else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(StorageError::file("create", folder))
}

/// The folder of a file; `None` where that is the working folder.
pub(crate) fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

#[cfg(unix)]
fn number_of(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number_of(_: &Metadata) -> u64 {
    0
}

/// The new name is lost with the power unless the folder is written as well.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> Result<(), StorageError> {
    let folder = folder_of(path).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StorageError::file("write", folder))
}

#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> Result<(), StorageError> {
    Ok(())
}
