//! `mall up`: starts the mall, says where it is, loads demo data the first time, and ends it on Ctrl-C or SIGTERM.

use std::path::Path;
use std::process::ExitCode;

use ::import::{MallClient, Pictures, Progress, Report, load_demo};
use tokio::signal::unix::{SignalKind, signal};

use super::{CommandError, block_on};
use crate::cli::{UpOptions, with_causes};
use crate::instance::Program;
use crate::log_file::log_file;
use crate::logs::Style;
use crate::mall::{Mall, Options};
use crate::open_files;
use crate::staff::as_demo_loader;
use crate::state::{DataFolder, Endpoints};

/// Where the pictures of the demo data are, from the mall's own address: it may change its port, and its pictures stay.
const PICTURES_BASE: &str = "/media";

pub(crate) fn run(options: &UpOptions) -> Result<ExitCode, CommandError> {
    let style = Style::of_terminal(options.json);
    let start = Options {
        root: options.place.root()?,
        data: options.place.data()?,
        fresh: options.fresh,
        port: options.port,
        parameters: options.parameters(),
        style,
        program: Program::this(&["function"]).map_err(CommandError::CurrentFolder)?,
        permission_record: options.permission_record.clone(),
    };
    block_on(async {
        let mut signals = Signals::listen().map_err(CommandError::Runtime)?;
        let mall = Mall::start(start).await?;
        open_files::allow_many();
        announce(&mall, style).await;
        let ended = tokio::select! {
            () = work(&mall, options.no_demo, &mut signals) => ExitCode::SUCCESS,
            part = mall.broken() => {
                tracing::error!(part, "a part of the mall has ended, and with it the mall ends");
                ExitCode::FAILURE
            }
        };
        if style != Style::Json {
            mall.logs()
                .print("\nStopping. Once more to stop at once.")
                .await;
        }
        tokio::select! {
            () = mall.stop() => Ok(ended),
            () = signals.next() => Ok(ExitCode::FAILURE),
        }
    })
}

/// Loads the demo data the first time, and goes on until somebody ends it.
async fn work(mall: &Mall, no_demo: bool, signals: &mut Signals) {
    tokio::select! {
        () = load_demo_once(mall, no_demo) => signals.next().await,
        () = signals.next() => {}
    }
}

/// Ctrl-C and SIGTERM.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

async fn announce(mall: &Mall, style: Style) {
    let endpoints = mall.endpoints();
    if style == Style::Json {
        tracing::info!(
            url = endpoints.url,
            sandbox = endpoints.sandbox_url,
            pid = endpoints.pid,
            "the mall is open"
        );
    } else {
        mall.logs()
            .print(addresses(endpoints, mall.folder().path()))
            .await;
    }
}

fn addresses(endpoints: &Endpoints, folder: &Path) -> String {
    let line = |name: &str, value: &str| format!("  {name:<14} {value}\n");
    let mut text = "\nThe mall is open.\n\n".to_owned();
    text += &line("Mall", &endpoints.url);
    text += &line(
        "API",
        &format!(
            "{}/api/   (docs/openapi.json; `mall routes` lists it)",
            endpoints.url
        ),
    );
    if let Some(sandbox) = &endpoints.sandbox_url {
        text += &line(
            "Payments",
            &format!("{sandbox}   (practice provider: every trade and notice)"),
        );
    }
    text += &line(
        "Logs",
        &format!("below, and {}", log_file(folder).display()),
    );
    text += &line(
        "AWS endpoints",
        &format!("DynamoDB {}", endpoints.dynamodb_url),
    );
    text += &line("", &format!("SQS      {}", endpoints.sqs_url));
    text += &line("", &format!("S3       {}", endpoints.s3_url));
    text += &line("", &format!("Lambda   {}", endpoints.invoke_url));
    text += "\n  Ctrl-C ends it.\n";
    text
}

/// Loads the demo data unless that has been done to its end, or the templates have no bucket for its pictures. The mall answers
/// meanwhile; what is broken off goes on at the next start.
async fn load_demo_once(mall: &Mall, unwanted: bool) {
    let Some(bucket) = mall.pictures_bucket() else {
        return;
    };
    if unwanted || mall.folder().demo_is_loaded() {
        return;
    }
    mall.logs().keep_quiet(true);
    let loaded = load(mall, bucket).await;
    mall.logs().keep_quiet(false);
    match loaded.and_then(|report| keep_in_mind(mall.folder(), &report)) {
        Ok(0) => tracing::info!("the demo data is loaded"),
        Ok(refused) => tracing::error!(
            refused,
            "the demo data is not loaded whole; the next start tries again"
        ),
        Err(error) => {
            tracing::error!(error = %with_causes(&error), "the demo data is not loaded; the next start tries again")
        }
    }
}

async fn load(mall: &Mall, bucket: &str) -> Result<Report, CommandError> {
    let pictures = Pictures::new(mall.s3_client(), bucket, PICTURES_BASE);
    as_demo_loader(mall.endpoints(), async |client: &MallClient| {
        Ok::<_, CommandError>(load_demo(client, &pictures, &Progress::on_stderr()).await?)
    })
    .await
}

/// Remembers that the demo data is loaded when all of it is; how much of it was refused.
fn keep_in_mind(folder: &DataFolder, report: &Report) -> Result<usize, CommandError> {
    for refusal in &report.refused {
        tracing::warn!(%refusal, "the mall refused a part of the demo data");
    }
    if report.refused.is_empty() {
        folder.mark_demo_loaded()?;
    }
    Ok(report.refused.len())
}

#[cfg(test)]
mod tests {
    use ::import::Refusal;

    use super::*;

    #[test]
    fn demo_data_of_which_something_was_refused_is_not_taken_for_loaded() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path(), false).unwrap();
        let refusal = Refusal {
            file: "demo/catalogue.jsonl".to_owned(),
            line: 1,
            what: "product D1001".to_owned(),
            reason: "its category is gone".to_owned(),
        };
        let mut report = Report::default();
        report.refused.push(refusal);
        assert_eq!(keep_in_mind(&folder, &report).unwrap(), 1);
        assert!(!folder.demo_is_loaded());
        assert_eq!(keep_in_mind(&folder, &Report::default()).unwrap(), 0);
        assert!(folder.demo_is_loaded());
    }
}
