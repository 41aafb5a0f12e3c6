//! How fast the packaged functions start: `cargo xtask startup`.
//!
//! Every function of the mall is started again and again from its release bootstrap, alone, behind a Lambda Runtime API of this
//! process and with the environment that the local mall gives it, until it asks for its first event. Beside it stands the
//! least that a function in Rust can be (`shared/edge/examples/empty.rs`, same profile): the difference is ours to mend. One
//! function then gets its first event, a real `GET` that reads the local DynamoDB, as a customer's request would find it cold.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use mall::instance::Program;
use mall::logs::Style;
use mall::mall::{FunctionProcess, Mall, Options};
use mall::runtime_api::{Call, Invocation, RuntimeApi};
use tokio::sync::oneshot;

use crate::cargo::cargo;

/// How long a process may take until it asks for an event, or answers one.
const PATIENCE: Duration = Duration::from_secs(10);
/// The function whose first `GET` is measured; its sample event needs no data.
const FIRST_GET: &str = "list-categories";
/// The function to compare with.
const EMPTY: &str = "empty";

/// Why start-up cannot be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartupError {
    #[error("the release build failed")]
    Build,
    #[error("cargo cannot be run")]
    Cargo(#[source] std::io::Error),
    #[error("a runtime or a folder cannot be made")]
    System(#[from] std::io::Error),
    #[error("the mall does not start")]
    Mall(#[from] mall::mall::StartError),
    #[error("{program} does not start")]
    Spawn {
        program: PathBuf,
        source: std::io::Error,
    },
    #[error("{0} did not ask for an event within 10 seconds")]
    Silent(String),
    #[error("{0} did not answer its first event with 200: {1}")]
    NoAnswer(String, String),
    #[error("there is no sample event of {0}")]
    NoEvent(&'static str),
}

/// One start of one function.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    /// From the start of the process to its first `next`.
    first_next: Duration,
    /// Processor time of all its threads until then.
    processor: Duration,
    /// Resident memory then, or after its first answer, in KiB.
    resident: u64,
    /// From the start of the process to its first answer; zero when it got no event.
    first_answer: Duration,
}

/// One row of the table: the medians of some starts.
#[derive(Debug)]
struct Row {
    service: String,
    function: String,
    start: Start,
    size: u64,
}

/// What is started: a bootstrap as one of its functions.
struct Subject<'a> {
    service: &'a str,
    function: &'a str,
    program: PathBuf,
    environment: BTreeMap<String, String>,
    /// The event to give it.
    event: Option<Bytes>,
}

/// Builds the bootstraps if wanted, starts every function `times` times, and says in a table how that went.
pub(crate) fn run(root: &Path, builds: bool, times: usize) -> Result<String, StartupError> {
    if builds {
        build(root)?;
    }
    let folder = release_folder(root)?;
    let data = scratch_folder()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let measured = runtime.block_on(measure(root, &data, &folder, times));
    std::fs::remove_dir_all(&data)?;
    measured
}

/// Builds the bootstraps of all services and the empty function. In one go: cargo takes every dependency once then, with the
/// features that the whole workspace gives it.
fn build(root: &Path) -> Result<(), StartupError> {
    let built = cargo()
        .current_dir(root)
        .args(["build", "--release", "--workspace", "--bins", "--examples"])
        .status()
        .map_err(StartupError::Cargo)?;
    match built.success() {
        true => Ok(()),
        false => Err(StartupError::Build),
    }
}

/// Where cargo puts what it builds for release. This program stands in `<target>/<profile>/`.
fn release_folder(root: &Path) -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.ancestors().nth(2).unwrap_or(root).join("release"))
}

fn scratch_folder() -> std::io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("mall-startup-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    Ok(folder)
}

async fn measure(
    root: &Path,
    data: &Path,
    bootstraps: &Path,
    times: usize,
) -> Result<String, StartupError> {
    let mall = Mall::start(Options {
        root: root.to_owned(),
        data: data.join("mall"),
        fresh: true,
        port: 0,
        parameters: BTreeMap::new(),
        style: Style::Silent,
        permission_record: None,
        // It runs no function itself.
        program: Program::this(&[])?,
    })
    .await?;
    let measured = measure_all(root, &mall, bootstraps, times).await;
    mall.stop().await;
    measured
}

async fn measure_all(
    root: &Path,
    mall: &Mall,
    bootstraps: &Path,
    times: usize,
) -> Result<String, StartupError> {
    let first_get = mall
        .functions()
        .find(|function| function.handler == FIRST_GET)
        .ok_or(StartupError::NoEvent(FIRST_GET))?;
    let empty = Subject {
        service: "",
        function: EMPTY,
        program: bootstraps.join("examples").join(EMPTY),
        // Of these it needs what Lambda itself sets.
        environment: first_get.environment.clone(),
        event: None,
    };
    let mut rows = vec![row(&empty, times).await?];
    let mut slowest: BTreeMap<&str, Row> = BTreeMap::new();
    for function in mall.functions() {
        let row = row(&subject(bootstraps, function), times).await?;
        match slowest.get(function.service) {
            Some(other) if other.start.first_next >= row.start.first_next => {}
            _ => drop(slowest.insert(function.service, row)),
        }
    }
    rows.extend(slowest.into_values());
    let first_get = Subject {
        event: Some(sample_event(root, first_get)?),
        ..subject(bootstraps, first_get)
    };
    let first_get = row(&first_get, times).await?;
    Ok(table(&rows, &first_get, times))
}

fn subject<'a>(bootstraps: &Path, function: FunctionProcess<'a>) -> Subject<'a> {
    Subject {
        service: function.service,
        function: function.handler,
        program: bootstraps.join(function.service),
        environment: function.environment.clone(),
        event: None,
    }
}

fn sample_event(root: &Path, function: FunctionProcess<'_>) -> Result<Bytes, StartupError> {
    let folder = root.join("events").join(function.service);
    let event = std::fs::read(folder.join(format!("{}.json", function.handler)));
    Ok(event.map_err(|_| StartupError::NoEvent(FIRST_GET))?.into())
}

async fn row(subject: &Subject<'_>, times: usize) -> Result<Row, StartupError> {
    let mut starts = Vec::new();
    for _ in 0..times {
        starts.push(start(subject).await?);
    }
    Ok(Row {
        service: subject.service.to_owned(),
        function: subject.function.to_owned(),
        start: Start {
            first_next: median(&starts, |start| start.first_next),
            processor: median(&starts, |start| start.processor),
            resident: median(&starts, |start| start.resident),
            first_answer: median(&starts, |start| start.first_answer),
        },
        size: std::fs::metadata(&subject.program)?.len(),
    })
}

fn median<T: Ord + Copy + Default>(starts: &[Start], of: impl Fn(&Start) -> T) -> T {
    let mut values: Vec<T> = starts.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Ends its process when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already is what we want.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn start(subject: &Subject<'_>) -> Result<Start, StartupError> {
    let mut api = RuntimeApi::start().await?;
    let mut command = Command::new(&subject.program);
    command
        .env_clear()
        .envs(&subject.environment)
        .env("AWS_LAMBDA_RUNTIME_API", api.address())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let began = Instant::now();
    let process = command.spawn().map_err(|source| StartupError::Spawn {
        program: subject.program.clone(),
        source,
    })?;
    let process = Process(process);
    let heard = tokio::time::timeout(PATIENCE, api.heard()).await;
    let first_next = began.elapsed();
    let Ok(Call::Next(waiting)) = heard else {
        return Err(StartupError::Silent(subject.function.to_owned()));
    };
    let pid = process.0.id();
    let processor = processor_time(pid);
    let first_answer = match &subject.event {
        Some(event) => {
            answer(subject.function, event, waiting).await?;
            began.elapsed()
        }
        None => Duration::ZERO,
    };
    let resident = resident_memory(pid);
    // First the process: it takes it ill when its question has no answer.
    drop(process);
    Ok(Start {
        first_next,
        processor,
        resident,
        first_answer,
    })
}

/// Gives the process its first event and waits for the answer, which must be 200.
async fn answer(
    function: &str,
    event: &Bytes,
    waiting: oneshot::Sender<Invocation>,
) -> Result<(), StartupError> {
    let (reply, answer) = oneshot::channel();
    let in_a_while = SystemTime::now() + PATIENCE;
    let deadline = in_a_while.duration_since(SystemTime::UNIX_EPOCH);
    let given = waiting.send(Invocation {
        request_id: "start-up".to_owned(),
        deadline_ms: deadline.map_or(0, |since| since.as_millis()),
        function_arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{function}"),
        trace_id: String::new(),
        event: event.clone(),
        reply,
    });
    let answered = match given {
        Ok(()) => tokio::time::timeout(PATIENCE, answer).await,
        Err(_) => return Err(StartupError::Silent(function.to_owned())),
    };
    let text = match answered {
        Ok(Ok(Ok(body))) => String::from_utf8_lossy(&body).into_owned(),
        other => format!("{other:?}"),
    };
    if text.contains("\"statusCode\":200") {
        return Ok(());
    }
    Err(StartupError::NoAnswer(function.to_owned(), text))
}

/// Of all threads: the first field of `schedstat` is the time on a processor, in nanoseconds.
fn processor_time(pid: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task"));
    let of_thread = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    let nanos = threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(of_thread);
    Duration::from_nanos(nanos.sum())
}

/// KiB.
fn resident_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    kilobytes.unwrap_or_default()
}

fn table(rows: &[Row], first_get: &Row, times: usize) -> String {
    let mut text = format!(
        "median of {times} starts; of a service's functions, the one that is slowest to ask for its first event\n\n\
         {:<12}{:<26}{:>14}{:>10}{:>10}{:>10}\n",
        "service", "function", "first next ms", "CPU ms", "RSS MB", "size MB"
    );
    for row in rows {
        // A table in memory: writing to it does not fail.
        let _ = writeln!(
            text,
            "{:<12}{:<26}{:>14}{:>10}{:>10}{:>10}",
            row.service,
            row.function,
            tenths(row.start.first_next.as_micros(), 1000),
            tenths(row.start.processor.as_micros(), 1000),
            tenths(row.start.resident.into(), 1024),
            tenths(row.size.into(), 1024 * 1024)
        );
    }
    let _ = write!(
        text,
        "\n{} from a cold start: answered after {} ms, then {} MB",
        first_get.function,
        tenths(first_get.start.first_answer.as_micros(), 1000),
        tenths(first_get.start.resident.into(), 1024)
    );
    text
}

/// `number / unit` with one digit after the point.
fn tenths(number: u128, unit: u128) -> String {
    let tenths = (number * 10 + unit / 2) / unit;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_to_a_tenth() {
        assert_eq!(tenths(1_549, 1000), "1.5");
        assert_eq!(tenths(9_951, 1000), "10.0");
        assert_eq!(tenths(0, 1000), "0.0");
    }

    #[test]
    fn the_median_is_that_in_the_middle() {
        let starts = [3, 1, 2].map(|resident| Start {
            resident,
            ..Start::default()
        });
        assert_eq!(median(&starts, |start| start.resident), 2);
    }
}
