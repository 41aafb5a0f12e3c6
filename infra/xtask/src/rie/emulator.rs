//! One bootstrap under the emulator.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ::mall::launch::Launch;

use super::RieError;

/// How long it may take until the emulator listens.
const UP_WITHIN: Duration = Duration::from_secs(10);

/// A running emulator; ends, with its bootstrap, when it is dropped.
pub(super) struct Emulator {
    process: Child,
    address: SocketAddr,
}

impl Emulator {
    /// Starts a bootstrap under the emulator and waits until it takes events. Both addresses are given: on its own the emulator
    /// listens on every interface of the machine. What it and the function log goes to `logs`.
    pub(super) fn start(
        emulator: &Path,
        bootstrap: &Path,
        launch: &Launch,
        logs: [Stdio; 2],
    ) -> Result<Self, RieError> {
        let failed = |source| RieError::Start {
            what: format!("the emulator of {}", launch.handler),
            source,
        };
        let [output, errors] = logs;
        let [address, runtime_api] = free_addresses().map_err(failed)?;
        let mut command = Command::new(emulator);
        command
            .args(["--runtime-interface-emulator-address", &address.to_string()])
            .args(["--runtime-api-address", &runtime_api.to_string()])
            .args(["--log-level", "error"])
            .arg(bootstrap)
            .arg(&launch.handler)
            .env_clear()
            .envs(&launch.environment)
            .env(
                "AWS_LAMBDA_FUNCTION_TIMEOUT",
                launch.timeout_seconds.to_string(),
            )
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        let mut started = Self {
            process: command.spawn().map_err(failed)?,
            address,
        };
        started.wait_until_up()?;
        Ok(started)
    }

    fn wait_until_up(&mut self) -> Result<(), RieError> {
        let deadline = Instant::now() + UP_WITHIN;
        while TcpStream::connect(self.address).is_err() {
            let ended = !matches!(self.process.try_wait(), Ok(None));
            if ended || Instant::now() > deadline {
                return Err(RieError::NotUp("the emulator"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Where it takes events, as Lambda's Invoke API does.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // The bootstrap is of its process group.
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}

/// Two addresses of this machine that nobody listens on.
fn free_addresses() -> std::io::Result<[SocketAddr; 2]> {
    let listeners = [
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
    ];
    Ok([listeners[0].local_addr()?, listeners[1].local_addr()?])
}
