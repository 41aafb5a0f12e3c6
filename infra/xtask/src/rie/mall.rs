//! A mall whose back ends the functions use.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ::mall::state::{demo_is_loaded, read_endpoints};
use serde_json::Value;

use super::RieError;

/// How long a new mall may take until its demo data is loaded, on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(300);

/// A mall, by its data folder.
pub(super) struct Mall {
    program: PathBuf,
    root: PathBuf,
    data: PathBuf,
    /// Where this run started it; a mall that ran before goes on.
    process: Option<Child>,
}

impl Mall {
    /// The mall that runs on `data`.
    pub(super) fn running(root: &Path, data: &Path, target: &Path) -> Self {
        Self {
            program: target.join("debug/mall"),
            root: root.to_owned(),
            data: data.to_owned(),
            process: None,
        }
    }

    /// Starts a mall on `data` and waits until it is open and has its demo data. It ends when it is dropped.
    pub(super) fn start(root: &Path, data: &Path, target: &Path) -> Result<Self, RieError> {
        let mut mall = Self::running(root, data, target);
        let process = mall
            .command("up")
            .args(["--port", "0", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|source| RieError::Start {
                what: "the mall".to_owned(),
                source,
            })?;
        mall.process = Some(process);
        mall.wait_until_ready()?;
        Ok(mall)
    }

    /// Its data folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// The sample event of a function with live values, new ones each time.
    pub(super) fn event(&self, function: &str) -> Result<String, RieError> {
        self.output(self.command("event").arg(function), "mall event", "")
    }

    /// What a function of the local mall answers.
    pub(super) fn invoke(&self, function: &str, event: &str) -> Result<Value, RieError> {
        self.answer(function, event, &[])
    }

    /// What the one function of an emulator at `url` answers.
    pub(super) fn invoke_at(&self, url: &str, event: &str) -> Result<Value, RieError> {
        self.answer("function", event, &["--url", url])
    }

    fn answer(&self, function: &str, event: &str, more: &[&str]) -> Result<Value, RieError> {
        let mut command = self.command("invoke");
        command.arg(function).args(["--event", "-"]).args(more);
        let text = self.output(&mut command, "mall invoke", event)?;
        serde_json::from_str(&text).map_err(|_| RieError::NoJson {
            function: function.to_owned(),
            text,
        })
    }

    /// What a command says when it is told `input`.
    fn output(&self, command: &mut Command, what: &str, input: &str) -> Result<String, RieError> {
        let failed = |source| RieError::Start {
            what: what.to_owned(),
            source,
        };
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        if let Some(mut stdin) = process.stdin.take() {
            stdin.write_all(input.as_bytes()).map_err(failed)?;
        }
        let output = process.wait_with_output().map_err(failed)?;
        if !output.status.success() {
            return Err(RieError::Failed(what.to_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn command(&self, word: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg(word)
            .arg("--root")
            .arg(&self.root)
            .arg("--data")
            .arg(&self.data);
        command
    }

    fn wait_until_ready(&mut self) -> Result<(), RieError> {
        let Some(process) = &mut self.process else {
            return Ok(());
        };
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            // What an earlier mall left behind names another process.
            let open = read_endpoints(&self.data).is_ok_and(|found| found.pid == process.id());
            if open && demo_is_loaded(&self.data) {
                return Ok(());
            }
            if !matches!(process.try_wait(), Ok(None)) || Instant::now() > deadline {
                return Err(RieError::NotUp("the mall"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Mall {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let id = process.id().to_string();
            let _ = Command::new("kill").args(["-TERM", &id]).status();
            let _ = process.wait();
        }
    }
}
