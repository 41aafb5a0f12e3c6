//! Files of the data folder: readable by their owner alone, and either whole or not there.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::state::StateError;

pub(crate) fn make_folder(path: &Path) -> Result<(), StateError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| file_error("create", path, source))
}

pub(crate) fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> Result<String, StateError>,
) -> Result<String, StateError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim_end().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = make()?;
            write_file(path, format!("{}\n", secret.trim_end()).as_bytes())?;
            Ok(secret.trim_end().to_owned())
        }
        Err(source) => Err(file_error("read", path, source)),
    }
}

/// Writes beside and renames, so that a start that is killed leaves either no file or a whole one.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> Result<(), StateError> {
    replace(path, content, true)
}

/// The same without waiting for the disk, for what is written often: a power cut may bring an older file back.
pub(crate) fn note_file(path: &Path, content: &[u8]) -> Result<(), StateError> {
    replace(path, content, false)
}

/// Where a file is until it is whole.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    path.with_extension("new")
}

fn replace(path: &Path, content: &[u8], to_disk: bool) -> Result<(), StateError> {
    let beside = unfinished(path);
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(content)?;
        if to_disk {
            file.sync_all()?;
        }
        std::fs::rename(&beside, path)
    };
    write().map_err(|source| file_error("write", path, source))
}

pub(crate) fn remove_if_there(path: &Path) -> Result<(), StateError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(file_error("delete", path, source))
        }
        _ => Ok(()),
    }
}

pub(crate) fn file_error(action: &'static str, path: &Path, source: io::Error) -> StateError {
    StateError::File {
        action,
        path: path.to_owned(),
        source,
    }
}
