//! Where the emulator comes from: the package aws-sam-cli, which the checks of the templates use too.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::RieError;

/// As `.ci/templates` and `.ci/package` ask for it, so that one installation serves all.
const SAM_CLI: &str = "aws-sam-cli==1.170.*";

/// The emulator for this machine; fetched from PyPI the first time.
pub(super) fn emulator(root: &Path) -> Result<PathBuf, RieError> {
    let script = std::path::absolute(root.join(".ci/tools")).map_err(RieError::Folder)?;
    let output = Command::new(script)
        .arg(SAM_CLI)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| RieError::NoEmulator(error.to_string()))?;
    if !output.status.success() {
        return Err(RieError::NoEmulator(format!(
            ".ci/tools cannot install {SAM_CLI}"
        )));
    }
    let name = match std::env::consts::ARCH {
        "aarch64" => "aws-lambda-rie-arm64",
        _ => "aws-lambda-rie-x86_64",
    };
    let venv = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    find(&venv, name).ok_or_else(|| RieError::NoEmulator(format!("{SAM_CLI} has no {name}")))
}

fn find(venv: &Path, name: &str) -> Option<PathBuf> {
    let pythons = venv.join("lib").read_dir().ok()?;
    let within = |python: PathBuf| python.join("site-packages/samcli/local/rapid").join(name);
    pythons
        .flatten()
        .map(|python| within(python.path()))
        .find(|file| file.is_file())
}

/// Runs a command to its end, its output among ours on standard error.
pub(super) fn succeed(command: &mut Command, what: &str) -> Result<(), RieError> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::io::stderr()));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(RieError::Failed(what.to_owned())),
        Err(source) => Err(RieError::Start {
            what: what.to_owned(),
            source,
        }),
    }
}
