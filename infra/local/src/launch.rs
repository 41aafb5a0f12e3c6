//! What every function of a running mall is started with: `functions.json` in its data folder, for whoever runs a function
//! somewhere else against the same back ends (`mall env`, `cargo xtask rie`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::files::{file_error, remove_if_there, write_file};
use crate::state::StateError;

const FUNCTIONS: &str = "functions.json";

/// How one function is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// The operation, `submit-order`: the value of `_HANDLER`.
    pub handler: String,
    /// Logical id in the template, `SubmitOrder`.
    pub logical_id: String,
    /// The crate whose bootstrap holds the operation.
    pub service: String,
    /// Memory in MB.
    pub memory_mb: u32,
    /// How long one invocation may take.
    pub timeout_seconds: u64,
    /// Method and path of each of its routes.
    pub routes: Vec<(String, String)>,
    /// Everything its process sees but for the address of its Runtime API: secrets, and an access key that is its own.
    pub environment: BTreeMap<String, String>,
}

/// Reads how the functions of the mall on `folder` are started.
///
/// # Errors
/// [`StateError::NotRunning`] when no mall has published them, [`StateError::File`] when they cannot be read.
pub fn read_launches(folder: &Path) -> Result<Vec<Launch>, StateError> {
    let path = folder.join(FUNCTIONS);
    if !path.exists() {
        return Err(StateError::NotRunning(folder.to_owned()));
    }
    let text = std::fs::read(&path).map_err(|source| file_error("read", &path, source))?;
    serde_json::from_slice(&text).map_err(|source| file_error("read", &path, source.into()))
}

/// Publishes them; readable by the owner alone, as they hold secrets.
pub(crate) fn publish(folder: &Path, launches: &[Launch]) -> Result<(), StateError> {
    let path = folder.join(FUNCTIONS);
    let text = serde_json::to_vec_pretty(launches)
        .map_err(|source| file_error("write", &path, source.into()))?;
    write_file(&path, &text)
}

/// Takes them back: the keys are of one run.
pub(crate) fn withdraw(folder: &Path) -> Result<(), StateError> {
    remove_if_there(&folder.join(FUNCTIONS))
}
