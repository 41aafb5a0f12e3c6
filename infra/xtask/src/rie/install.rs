//! Where the emulator comes from: the package aws-sam-cli, alone, in a virtual environment under the target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::RieError;

/// The version whose emulator is used.
const SAM_CLI: &str = "aws-sam-cli==1.170.0";

/// The emulator for this machine; fetched from PyPI the first time.
pub(super) fn emulator(target: &Path) -> Result<PathBuf, RieError> {
    let venv = target.join("rie-venv");
    let name = match std::env::consts::ARCH {
        "aarch64" => "aws-lambda-rie-arm64",
        _ => "aws-lambda-rie-x86_64",
    };
    if let Some(found) = find(&venv, name) {
        return Ok(found);
    }
    let unavailable = |error: RieError| RieError::NoEmulator(error.to_string());
    let make = &mut Command::new("python3");
    succeed(make.args(["-m", "venv"]).arg(&venv), "python3 -m venv").map_err(unavailable)?;
    // Nothing of the package runs, so nothing that it depends on is needed.
    let install = &mut Command::new(venv.join("bin/pip"));
    install
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", SAM_CLI]);
    succeed(install, "pip install").map_err(unavailable)?;
    find(&venv, name).ok_or_else(|| RieError::NoEmulator(format!("{SAM_CLI} has no {name}")))
}

fn find(venv: &Path, name: &str) -> Option<PathBuf> {
    let pythons = venv.join("lib").read_dir().ok()?;
    pythons
        .flatten()
        .map(|python| {
            python
                .path()
                .join("site-packages/samcli/local/rapid")
                .join(name)
        })
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
