//! One stream of log lines for the whole mall.
//!
//! Functions write JSON lines to their standard output and error, as on AWS; so does this process (`tracing`). One thread writes
//! them all: to the terminal in a readable form, or with `--json` as JSON lines with the function's name added, and always as JSON
//! to `log.jsonl` in the data folder (`log_file`).

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::{mpsc, oneshot};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::log_file::LogFile;
use crate::log_line::Line;

/// Lines that may wait for the writer; then functions wait, as on a full pipe.
const WAITING_LINES: usize = 4096;
/// What this process logs unless `RUST_LOG` says otherwise.
const DEFAULT_FILTER: &str = "warn,mall=info";

/// How lines look on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// JSON lines, for machines.
    Json,
    /// Time, level, function, message, fields.
    Plain,
    /// The same in colour.
    Coloured,
    /// Nothing on standard output.
    Silent,
}

impl Style {
    /// JSON when asked for; colour when standard output is a terminal.
    pub fn of_terminal(json: bool) -> Self {
        match (json, io::stdout().is_terminal()) {
            (true, _) => Style::Json,
            (false, true) => Style::Coloured,
            (false, false) => Style::Plain,
        }
    }
}

/// The stream. Clones write to the same one.
#[derive(Clone, Debug)]
pub struct Logs {
    entries: mpsc::Sender<Entry>,
    quiet: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Entry {
    Line { source: String, text: String },
    Print { text: String },
    Flush(oneshot::Sender<()>),
}

impl Logs {
    /// Starts the writer.
    ///
    /// # Errors
    /// When the log file cannot be made.
    pub fn start(style: Style, folder: &Path) -> io::Result<Self> {
        let (entries, received) = mpsc::channel(WAITING_LINES);
        let quiet = Arc::new(AtomicBool::new(false));
        let output = Output {
            style,
            quiet: Arc::clone(&quiet),
            file: LogFile::open(folder)?,
        };
        std::thread::Builder::new()
            .name("logs".to_owned())
            .spawn(move || output.write_all(received))?;
        Ok(Self { entries, quiet })
    }

    /// Sends what this process logs by `tracing`, and its panics, into the stream. Where a subscriber is set already (a test), it
    /// stays.
    pub fn take_own_events(&self) {
        let filter =
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
        let own = OwnEvents {
            entries: self.entries.clone(),
        };
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_env_filter(filter)
            .with_writer(own)
            .finish();
        if tracing::subscriber::set_global_default(subscriber).is_ok() {
            log_panics();
        }
    }

    /// Waits until nobody writes lines any more.
    pub(crate) async fn ended(self) {
        self.entries.closed().await;
    }

    /// Copies what a function's process writes until it closes the stream.
    pub(crate) fn copy(&self, function: &str, stream: impl AsyncRead + Send + Unpin + 'static) {
        let (entries, source) = (self.entries.clone(), function.to_owned());
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).split(b'\n');
            while let Ok(Some(line)) = lines.next_segment().await {
                let text = String::from_utf8_lossy(&line).into_owned();
                if entries
                    .send(Entry::Line {
                        source: source.clone(),
                        text,
                    })
                    .await
                    .is_err()
                {
                    return;
                }
            }
        });
    }

    /// Prints a text for the person at the terminal, between log lines.
    pub async fn print(&self, text: impl Into<String>) {
        let _ = self.entries.send(Entry::Print { text: text.into() }).await;
    }

    /// Keeps all but warnings and errors from the person who waits for something else and is told how far it is. Machines get
    /// everything, and so does the file.
    pub(crate) fn keep_quiet(&self, quiet: bool) {
        self.quiet.store(quiet, Ordering::Relaxed);
    }

    /// Returns when everything logged so far is written.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.entries.send(Entry::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }
}

/// Has a panic told by `tracing` too, and then as before.
fn log_panics() {
    let as_before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let at = panic.location().map(ToString::to_string);
        let why = panic.payload_as_str();
        tracing::error!(at, why, "a panic");
        as_before(panic);
    }));
}

/// Writer of this process's own events: never waits, because `tracing` is called from anywhere.
struct OwnEvents {
    entries: mpsc::Sender<Entry>,
}

impl<'a> MakeWriter<'a> for OwnEvents {
    type Writer = OwnEvent<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        OwnEvent(&self.entries)
    }
}

struct OwnEvent<'a>(&'a mpsc::Sender<Entry>);

impl Write for OwnEvent<'_> {
    /// One call is one event.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event).trim_end().to_owned();
        let _ = self.0.try_send(Entry::Line {
            source: "mall".to_owned(),
            text,
        });
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Output {
    style: Style,
    quiet: Arc<AtomicBool>,
    file: LogFile,
}

impl Output {
    fn write_all(mut self, mut entries: mpsc::Receiver<Entry>) {
        while let Some(entry) = entries.blocking_recv() {
            match entry {
                Entry::Line { source, text } => {
                    let line = Line::parse(&source, &text);
                    self.file.write(&line.to_json());
                    if self.takes(&line) {
                        self.show(&line.to_text(self.style));
                    }
                }
                Entry::Print { text } => self.show(&text),
                Entry::Flush(done) => {
                    let _ = io::stdout().flush();
                    let _ = done.send(());
                }
            }
        }
    }

    /// Whether a line is for standard output now.
    fn takes(&self, line: &Line<'_>) -> bool {
        self.style == Style::Json || line.is_grave() || !self.quiet.load(Ordering::Relaxed)
    }

    fn show(&self, text: &str) {
        if self.style != Style::Silent {
            // A closed standard output (`mall up | head`) is no reason to stop the mall.
            let _ = writeln!(io::stdout(), "{text}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_it_is_quiet_people_see_what_is_grave_and_machines_see_all() {
        let folder = tempfile::tempdir().unwrap();
        for (style, quiet, level, shown) in [
            (Style::Plain, true, "INFO", false),
            (Style::Plain, true, "WARN", true),
            (Style::Plain, false, "INFO", true),
            (Style::Coloured, true, "INFO", false),
            (Style::Coloured, true, "ERROR", true),
            (Style::Json, true, "INFO", true),
        ] {
            let output = Output {
                style,
                quiet: Arc::new(AtomicBool::new(quiet)),
                file: LogFile::open(folder.path()).unwrap(),
            };
            let text = format!(r#"{{"level":"{level}","message":"handled"}}"#);
            let takes = output.takes(&Line::parse("put-product", &text));
            assert_eq!(takes, shown, "{style:?} {quiet} {level}");
        }
    }
}
