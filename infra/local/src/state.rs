//! The data folder of a mall (`.mall/`): who holds it, its keys, and where the running mall answers.
//!
//! A folder belongs to one running mall at a time. It is recognised by a marker file, so that `--fresh` never deletes a folder
//! that merely has the same name. Every secret is random, made on the first start and readable by its owner alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::files::{
    file_error, make_folder, read_or_make, remove_if_there, unfinished, write_file,
};
use crate::launch;

const MARKER: &str = "mall-data";
const LOCK: &str = "lock";
const ENDPOINTS: &str = "endpoints.json";
const PREFIX: &str = "prefix";
const DEMO_LOADED: &str = "demo-loaded";
/// How long a folder may be held after its mall was killed, and how often to look whether it still is.
const LET_GO: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// There while the folder is being emptied: who was killed at that leaves it to the next.
const EMPTYING: &str = "emptying";

/// What can be wrong with a data folder.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process holds the folder.
    #[error(
        "a mall is already running on {} (process {holder}); stop it, or give another folder with --data",
        .folder.display()
    )]
    Held {
        /// The folder.
        folder: PathBuf,
        /// Process id as the holder wrote it, or a word for "unknown".
        holder: String,
    },
    /// The folder has content, and it is not that of a mall.
    #[error("{} is not the data folder of a mall (it has content, but no file {MARKER}); nothing was touched", .0.display())]
    Foreign(PathBuf),
    /// No mall runs on this folder.
    #[error("no mall is running on {}; start one with `mall up`", .0.display())]
    NotRunning(PathBuf),
    /// A file could not be read or written.
    #[error("cannot {action} {}", .path.display())]
    File {
        /// What was tried: a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The merchant's key pair could not be made.
    #[error("cannot make the merchant's key pair")]
    MerchantKey(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Where a running mall answers; `endpoints.json` in its data folder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Endpoints {
    /// The mall itself: gateway, storefront, API. No slash at the end.
    pub url: String,
    /// Invoke API of Lambda, for `mall invoke` and the AWS command line.
    pub invoke_url: String,
    /// The payment provider's sandbox, when the templates ask for a provider.
    pub sandbox_url: Option<String>,
    /// DynamoDB.
    pub dynamodb_url: String,
    /// SQS.
    pub sqs_url: String,
    /// S3.
    pub s3_url: String,
    /// What the names of its tables, queues and buckets begin with.
    pub prefix: String,
    /// Process id of `mall up`.
    pub pid: u32,
}

/// A data folder that this process holds until it is dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// The operating system frees the lock when the file is closed, also after `kill -9`.
    _lock: File,
}

impl DataFolder {
    /// Takes hold of the folder, and makes it when it does not exist. `fresh` empties it first.
    ///
    /// # Errors
    /// [`StateError::Held`] when another process has it, [`StateError::Foreign`] when it is not ours.
    pub fn open(path: &Path, fresh: bool) -> Result<Self, StateError> {
        make_folder(path)?;
        if !is_ours(path)? {
            return Err(StateError::Foreign(path.to_owned()));
        }
        write_file(
            &path.join(MARKER),
            b"Data of a local mall. `mall up --fresh` starts over.\n",
        )?;
        let lock = take_lock(path)?;
        if fresh || path.join(EMPTYING).exists() {
            empty(path)?;
        }
        remove_if_there(&path.join(ENDPOINTS))?;
        launch::withdraw(path)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key that signs quotes and cursors, 256 bit; made on the first call.
    ///
    /// # Errors
    /// When the file can neither be read nor made.
    pub fn signing_key(&self) -> Result<String, StateError> {
        read_or_make(&self.path.join("signing-key"), || Ok(random_secret()))
    }

    /// A secret of another kind, in the folder `keys`; `make` makes it on the first call.
    ///
    /// # Errors
    /// When the file can neither be read nor made.
    pub(crate) fn key(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<String, StateError>,
    ) -> Result<String, StateError> {
        let keys = self.path.join("keys");
        make_folder(&keys)?;
        read_or_make(&keys.join(name), make)
    }

    /// Whether the demo data has been loaded to its end.
    pub fn demo_is_loaded(&self) -> bool {
        demo_is_loaded(&self.path)
    }

    /// Remembers that the demo data has been loaded to its end.
    ///
    /// # Errors
    /// When the marker cannot be written.
    pub fn mark_demo_loaded(&self) -> Result<(), StateError> {
        write_file(&self.path.join(DEMO_LOADED), b"")
    }

    /// What the names of its tables, queues and buckets began with when a mall last ran on it.
    pub fn prefix(&self) -> Option<String> {
        let prefix = std::fs::read_to_string(self.path.join(PREFIX)).ok()?;
        Some(prefix.trim_end().to_owned())
    }

    /// Says where the mall answers, for `mall import`, `invoke` and `event`. Its prefix is kept beyond its end, for those who use
    /// its tables then.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn publish(&self, endpoints: &Endpoints) -> Result<(), StateError> {
        write_file(&self.path.join(PREFIX), endpoints.prefix.as_bytes())?;
        let text = serde_json::to_vec_pretty(endpoints).unwrap_or_default();
        write_file(&self.path.join(ENDPOINTS), &text)
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // Not a promise: after `kill -9` the file stays behind, and the next start removes it.
        let _ = std::fs::remove_file(self.path.join(ENDPOINTS));
        let _ = launch::withdraw(&self.path);
    }
}

/// Reads where the mall on `folder` answers. After `kill -9` of a mall the answer is that of the dead one, until the next starts.
///
/// # Errors
/// [`StateError::NotRunning`] when no mall has published its endpoints.
pub fn read_endpoints(folder: &Path) -> Result<Endpoints, StateError> {
    let not_running = || StateError::NotRunning(folder.to_owned());
    let text = std::fs::read(folder.join(ENDPOINTS)).map_err(|_| not_running())?;
    serde_json::from_slice(&text).map_err(|_| not_running())
}

/// Whether the demo data has been loaded to its end into the mall on `folder`.
pub fn demo_is_loaded(folder: &Path) -> bool {
    folder.join(DEMO_LOADED).exists()
}

/// 256 random bits, as text that fits a header and a file.
pub(crate) fn random_secret() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// An empty folder may become ours; one with content is ours only with the marker. The first start may have been killed while it
/// wrote that: then there is nothing else.
fn is_ours(path: &Path) -> Result<bool, StateError> {
    if path.join(MARKER).exists() {
        return Ok(true);
    }
    let failed = |source| file_error("read", path, source);
    let unfinished = unfinished(Path::new(MARKER));
    for entry in path.read_dir().map_err(failed)? {
        if *entry.map_err(failed)?.file_name() != *unfinished {
            return Ok(false);
        }
    }
    Ok(true)
}

fn take_lock(folder: &Path) -> Result<File, StateError> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    let opened = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path);
    let mut file = opened.map_err(|source| file_error("open", &path, source))?;
    // A mall that was killed while it started a function leaves the lock a moment later: the child has all its files until it
    // becomes the function.
    let patience = Instant::now() + LET_GO;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if Instant::now() < patience => {
                std::thread::sleep(LOOK_AGAIN);
            }
            Err(TryLockError::WouldBlock) => return Err(held(folder, &mut file)),
            Err(TryLockError::Error(source)) => return Err(file_error("lock", &path, source)),
        }
    }
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| write!(file, "{}", std::process::id()));
    written.map_err(|source| file_error("write", &path, source))?;
    Ok(file)
}

fn held(folder: &Path, lock: &mut File) -> StateError {
    let mut holder = String::new();
    let read = lock.read_to_string(&mut holder);
    if read.is_err() || holder.is_empty() {
        holder = "unknown".to_owned();
    }
    StateError::Held {
        folder: folder.to_owned(),
        holder,
    }
}

/// Deletes everything but the marker and the lock, which this process holds. Half of a mall's data is not a mall's: whoever is
/// killed here has the next start finish it.
fn empty(folder: &Path) -> Result<(), StateError> {
    let emptying = folder.join(EMPTYING);
    write_file(&emptying, b"")?;
    let entries = folder
        .read_dir()
        .map_err(|source| file_error("read", folder, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| file_error("read", folder, source))?;
        let path = entry.path();
        if [MARKER, LOCK, EMPTYING].contains(&&*entry.file_name().to_string_lossy()) {
            continue;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if is_folder {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.map_err(|source| file_error("delete", &path, source))?;
    }
    remove_if_there(&emptying)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn secrets_survive_a_restart_and_are_readable_by_their_owner_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(".mall");
        let first = DataFolder::open(&folder, false).unwrap();
        let key = first.signing_key().unwrap();
        drop(first);
        let second = DataFolder::open(&folder, false).unwrap();
        assert_eq!(second.signing_key().unwrap(), key);
        let mode = folder
            .join("signing-key")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_second_holder_is_refused_and_learns_who_the_first_is() {
        let root = tempfile::tempdir().unwrap();
        let _first = DataFolder::open(root.path(), false).unwrap();
        let refused = DataFolder::open(root.path(), true).unwrap_err().to_string();
        assert!(
            refused.contains(&format!("process {}", std::process::id())),
            "{refused}"
        );
    }

    #[test]
    fn fresh_empties_our_folder_and_never_another() {
        let root = tempfile::tempdir().unwrap();
        let ours = root.path().join("ours");
        let folder = DataFolder::open(&ours, false).unwrap();
        let key = folder.signing_key().unwrap();
        folder.mark_demo_loaded().unwrap();
        drop(folder);
        let fresh = DataFolder::open(&ours, true).unwrap();
        assert!(!fresh.demo_is_loaded());
        assert_ne!(fresh.signing_key().unwrap(), key);

        let theirs = root.path().join("theirs");
        std::fs::create_dir(&theirs).unwrap();
        std::fs::write(theirs.join("thesis.txt"), "mine").unwrap();
        assert!(matches!(
            DataFolder::open(&theirs, true),
            Err(StateError::Foreign(_))
        ));
        assert!(theirs.join("thesis.txt").exists());
    }

    #[test]
    fn a_first_start_that_was_killed_before_its_marker_was_there_leaves_our_folder() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("mall-data.new"), "Data of").unwrap();
        drop(DataFolder::open(root.path(), false).unwrap());
        drop(DataFolder::open(root.path(), true).unwrap());

        let theirs = tempfile::tempdir().unwrap();
        for file in ["mall-data.new", "thesis.txt"] {
            std::fs::write(theirs.path().join(file), "mine").unwrap();
        }
        assert!(matches!(
            DataFolder::open(theirs.path(), true),
            Err(StateError::Foreign(_))
        ));
    }

    #[test]
    fn a_fresh_start_that_was_killed_while_it_emptied_the_folder_is_finished_by_the_next() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path(), false).unwrap();
        let key = folder.signing_key().unwrap();
        folder.mark_demo_loaded().unwrap();
        drop(folder);
        // What it does first.
        std::fs::write(root.path().join("emptying"), "").unwrap();
        let next = DataFolder::open(root.path(), false).unwrap();
        assert!(!next.demo_is_loaded());
        let made_anew = next.signing_key().unwrap();
        assert_ne!(made_anew, key);
        drop(next);
        let after = DataFolder::open(root.path(), false).unwrap();
        assert_eq!(after.signing_key().unwrap(), made_anew);
    }

    #[test]
    fn endpoints_are_read_only_while_the_mall_runs() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path(), false).unwrap();
        assert!(matches!(
            read_endpoints(root.path()),
            Err(StateError::NotRunning(_))
        ));
        let endpoints = Endpoints {
            url: "http://127.0.0.1:8080".to_owned(),
            ..Endpoints::default()
        };
        folder.publish(&endpoints).unwrap();
        assert_eq!(read_endpoints(root.path()).unwrap().url, endpoints.url);
        drop(folder);
        assert!(matches!(
            read_endpoints(root.path()),
            Err(StateError::NotRunning(_))
        ));
    }
}
