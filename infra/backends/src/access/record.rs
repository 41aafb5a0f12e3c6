//! What functions were allowed and needed, written down: the other half of the proof that policies are exact.

use std::collections::{BTreeSet, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A file to which any number of processes append what their functions needed, each thing once a process: a line with the
/// function, the action and the resource, separated by tabs.
#[derive(Debug)]
pub struct PermissionRecord {
    file: File,
    seen: Mutex<HashSet<Needed>>,
}

/// What a function needed and was allowed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Needed {
    /// The function's handler, as `submit-order`.
    pub function: String,
    /// `dynamodb:PutItem`.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
}

impl PermissionRecord {
    /// Where the tests of the workspace at `root` write theirs: the file `permissions` in its target folder, which is that of
    /// `CARGO_TARGET_DIR` or `target`.
    #[must_use]
    pub fn file_of(root: &Path) -> PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        root.join(target).join("permissions")
    }

    /// Opens a record to append to, and makes it if it is missing.
    ///
    /// # Errors
    /// The file or its folder cannot be made or written.
    pub fn open(path: &Path) -> io::Result<PermissionRecord> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(PermissionRecord {
            file,
            seen: Mutex::default(),
        })
    }

    /// Everything that a record holds; nothing when there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(path: &Path) -> io::Result<BTreeSet<Needed>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        Ok(text.lines().filter_map(Needed::parse).collect())
    }

    pub(crate) fn note(&self, function: &str, action: &str, resource: &str) {
        let needed = Needed {
            function: function.to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
        };
        let Ok(mut seen) = self.seen.lock() else {
            return;
        };
        if seen.contains(&needed) {
            return;
        }
        // One write of one short line: those of other processes come before or after it, never between.
        let line = format!("{function}\t{action}\t{resource}\n");
        if let Err(error) = (&self.file).write_all(line.as_bytes()) {
            tracing::error!(%error, "a permission that was needed is not on record");
        }
        seen.insert(needed);
    }
}

impl Needed {
    fn parse(line: &str) -> Option<Needed> {
        let mut parts = line.split('\t').map(str::to_owned);
        Some(Needed {
            function: parts.next()?,
            action: parts.next()?,
            resource: parts.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_holds_once_what_several_processes_noted_many_times() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("target/permissions");
        let (one, other) = (
            PermissionRecord::open(&path).expect("a record"),
            PermissionRecord::open(&path).expect("the same"),
        );
        for _ in 0..3 {
            one.note("a", "dynamodb:GetItem", "arn:1");
            other.note("a", "dynamodb:GetItem", "arn:1");
            other.note("b", "dynamodb:GetItem", "arn:1");
        }
        let written = std::fs::read_to_string(&path).expect("the file");
        assert_eq!(written.lines().count(), 3);
        let read = PermissionRecord::read(&path).expect("readable");
        let functions: Vec<&str> = read.iter().map(|needed| &*needed.function).collect();
        assert_eq!(functions, ["a", "b"]);
    }

    #[test]
    fn no_record_holds_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = PermissionRecord::read(&folder.path().join("permissions"));
        assert!(read.expect("no error").is_empty());
    }
}
