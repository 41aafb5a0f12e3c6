//! One function instance: a child process behind its own Runtime API, which takes one event at a time.
//!
//! The process gets exactly the environment of its function. It ends with this process in every case: its standard input is a pipe
//! that nobody writes to, and the operating system closes the pipe when this process is gone, also after `kill -9`
//! (see [`end_with_parent`]). It has a process group of its own, so that Ctrl-C reaches this process first.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::function::Definition;
use crate::logs::Logs;
use crate::runtime_api::{Call, FunctionError, Invocation, RuntimeApi};

/// Time to the first `next`, as on Lambda.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How the process of a function is started: `<path> <arguments> <service> <handler>`.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

impl Program {
    /// This executable, which starts itself again as `function <service> <handler>`.
    ///
    /// # Errors
    /// When the operating system does not say which file this process runs.
    pub fn this(arguments: &[&str]) -> std::io::Result<Self> {
        // Where it exists, the link names the file that runs even after a build has put another in its place.
        let link = Path::new("/proc/self/exe");
        let path = if link.exists() {
            link.to_owned()
        } else {
            std::env::current_exe()?
        };
        Ok(Self {
            path,
            arguments: arguments.iter().map(OsString::from).collect(),
        })
    }
}

/// Ends this process when the one that started it is gone. For the process of a function, which calls it first.
pub fn end_with_parent() {
    let watch = || {
        // The parent writes nothing: reading returns when its end of the pipe is closed.
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    };
    let started = std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(watch);
    if started.is_err() {
        std::process::exit(1);
    }
}

/// Why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// All instances are busy and too many wait.
    #[error("too many requests wait for this function")]
    Throttled,
    /// The event is larger than Lambda takes (6 MB).
    #[error("the event is larger than 6 MB")]
    EventTooLarge,
    /// The function used more than its time.
    #[error("Task timed out after {:.2} seconds", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The process ended with the invocation unanswered.
    #[error("the process ended before it answered ({0})")]
    Died(ExitStatus),
    /// The mall itself failed while the function had the event. Why is in the log.
    #[error("the mall failed before the function answered")]
    Panicked,
    /// The process did not get as far as asking for its first event.
    #[error("the function did not start: {0}")]
    NotStarted(String),
    /// The function itself reported a failure.
    #[error("{error_type}: {error_message}")]
    Function {
        /// Lambda's `errorType`.
        error_type: String,
        /// Lambda's `errorMessage`.
        error_message: String,
    },
}

impl From<FunctionError> for InvokeError {
    fn from(error: FunctionError) -> Self {
        InvokeError::Function {
            error_type: error.error_type,
            error_message: error.error_message,
        }
    }
}

/// What became of an event given to an instance.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The function has answered; the instance can take another.
    Answered(Result<Bytes, InvokeError>),
    /// The event was taken, and the instance is of no more use.
    Lost(InvokeError),
    /// The process was gone before it took the event: another instance may have it.
    NotTaken,
}

/// A running process that has asked for its first event.
#[derive(Debug)]
pub(crate) struct Instance {
    process: Child,
    api: RuntimeApi,
    /// Waits for an event; `None` while the process has not asked again.
    waiting: Option<oneshot::Sender<Invocation>>,
    used: Instant,
    /// Open as long as this process lives.
    _lifeline: Option<ChildStdin>,
}

impl Instance {
    /// Starts a process and waits until it asks for its first event.
    pub(crate) async fn start(
        program: &Program,
        definition: &Definition,
        logs: &Logs,
    ) -> Result<Self, InvokeError> {
        let started = Instant::now();
        let mut instance = Self::spawn(program, definition, logs).await?;
        let first = tokio::select! {
            call = instance.api.heard() => call,
            status = instance.process.wait() => return Err(not_started(status_text(status))),
            () = tokio::time::sleep(INIT_LIMIT) => return Err(not_started("it asked for no event within 10 seconds")),
        };
        match first {
            Call::Next(waiting) => instance.waiting = Some(waiting),
            Call::InitError(error) => {
                return Err(not_started(format!(
                    "{}: {}",
                    error.error_type, error.error_message
                )));
            }
        }
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(function = definition.handler, micros, "started an instance");
        Ok(instance)
    }

    async fn spawn(
        program: &Program,
        definition: &Definition,
        logs: &Logs,
    ) -> Result<Self, InvokeError> {
        let api = RuntimeApi::start()
            .await
            .map_err(|error| not_started(error.to_string()))?;
        let mut command = Command::new(&program.path);
        command
            .arg0("mall")
            .args(&program.arguments)
            .args([&definition.service, &definition.handler])
            .env_clear()
            .envs(&definition.environment)
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let mut process = command
            .spawn()
            .map_err(|error| not_started(error.to_string()))?;
        if let Some(stream) = process.stdout.take() {
            logs.copy(&definition.handler, stream);
        }
        if let Some(stream) = process.stderr.take() {
            logs.copy(&definition.handler, stream);
        }
        let lifeline = process.stdin.take();
        Ok(Self {
            process,
            api,
            waiting: None,
            used: Instant::now(),
            _lifeline: lifeline,
        })
    }

    /// Gives the process one event and waits for its answer, at most the function's time.
    pub(crate) async fn invoke(&mut self, definition: &Definition, event: Bytes) -> Outcome {
        let (reply, answer) = oneshot::channel();
        let deadline = Instant::now() + definition.timeout;
        let timed_out = || Outcome::Lost(InvokeError::TimedOut(definition.timeout));
        tokio::select! {
            biased;
            () = hand_over(&mut self.api, &mut self.waiting, definition.invocation(event, reply)) => {}
            _ = self.process.wait() => return Outcome::NotTaken,
            () = tokio::time::sleep_until(deadline) => return timed_out(),
        }
        let outcome = tokio::select! {
            // In this order: an answer counts even when the process died right after it.
            biased;
            Ok(answer) = answer => Outcome::Answered(answer.map_err(InvokeError::from)),
            status = self.process.wait() => Outcome::Lost(match status {
                Ok(status) => InvokeError::Died(status),
                Err(error) => not_started(error.to_string()),
            }),
            () = tokio::time::sleep_until(deadline) => timed_out(),
        };
        self.used = Instant::now();
        outcome
    }

    /// Time since its last answer.
    pub(crate) fn idle(&self) -> Duration {
        self.used.elapsed()
    }
}

/// Delivers the invocation as soon as the process asks.
async fn hand_over(
    api: &mut RuntimeApi,
    waiting: &mut Option<oneshot::Sender<Invocation>>,
    mut invocation: Invocation,
) {
    loop {
        let asked = match waiting.take() {
            Some(asked) => asked,
            None => match api.heard().await {
                Call::Next(asked) => asked,
                Call::InitError(_) => continue,
            },
        };
        match asked.send(invocation) {
            Ok(()) => return,
            // The connection is closed: the process asks again, or it has ended and the caller sees that.
            Err(back) => invocation = back,
        }
    }
}

fn not_started(why: impl Into<String>) -> InvokeError {
    InvokeError::NotStarted(why.into())
}

fn status_text(status: std::io::Result<ExitStatus>) -> String {
    status.map_or_else(
        |error| error.to_string(),
        |status| format!("its process ended ({status})"),
    )
}

/// Milliseconds since 1970 at `after` from now.
pub(crate) fn milliseconds_from_now(after: Duration) -> u128 {
    (SystemTime::now() + after)
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis())
}
