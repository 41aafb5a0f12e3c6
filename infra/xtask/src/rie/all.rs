//! Every function, in the local mall and under the emulator.
//!
//! Two malls begin from copies of one data folder and take the same events in the same order, one through the local mall's own
//! functions, the other through bootstraps under the emulator. So both answer from the same state.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use ::mall::launch::{Launch, read_launches};

use super::compare::{Verdict, compare};
use super::emulator::Emulator;
use super::mall::Mall;
use super::{RieError, RieOptions, bootstrap, build, install, target};

pub(super) fn run(options: &RieOptions, emulator: &Path) -> Result<(), RieError> {
    let services = ::mall::services();
    let names: Vec<_> = services.iter().map(|service| service.name()).collect();
    build(options, &names)?;
    let folder = tempfile::tempdir().map_err(RieError::Folder)?;
    let prepared = folder.path().join("prepared");
    let events = prepare(options, &prepared)?;
    let start = |name: &str| {
        let data = folder.path().join(name);
        copy(&prepared, &data)?;
        Mall::start(&options.root, &data, &target(&options.root))
    };
    let (local, emulated) = (start("local")?, start("emulated")?);
    let launches = in_order(read_launches(emulated.data())?);
    let logs = target(&options.root).join("rie.log");
    let mut failed = 0;
    for launch in &launches {
        let event = &events[&launch.handler];
        let verdict = bootstrap(options, launch).and_then(|bootstrap| {
            let running = Emulator::start(emulator, &bootstrap, launch, append(&logs)?)?;
            Ok(compare(
                &launch.handler,
                &local.invoke(&launch.handler, event)?,
                &emulated.invoke_at(&running.url(), event)?,
            ))
        });
        let said = verdict
            .as_ref()
            .map_or_else(|error| kernel::causes(error), ToString::to_string);
        say(&format!("{:<24} {said}", launch.handler));
        failed += usize::from(!matches!(verdict, Ok(Verdict::Same)));
    }
    if failed > 0 {
        return Err(RieError::Differences {
            count: failed,
            logs,
        });
    }
    let count = launches.len();
    say(&format!(
        "{count} functions answer under the emulator what they answer in the local mall"
    ));
    Ok(())
}

/// Fills a mall with its demo data and with what every sample event needs, and ends it.
fn prepare(options: &RieOptions, data: &Path) -> Result<BTreeMap<String, String>, RieError> {
    let mall = Mall::start(&options.root, data, &target(&options.root))?;
    let mut events = BTreeMap::new();
    for launch in read_launches(mall.data())? {
        let event = mall.event(&launch.handler)?;
        events.insert(launch.handler, event);
    }
    Ok(events)
}

/// Those that read come first: what the others set off (a message to a consumer) takes effect at a moment of its own. What ends
/// the sessions that samples come with is last.
fn in_order(mut launches: Vec<Launch>) -> Vec<Launch> {
    launches.sort_by_key(|launch| {
        let reads = launch.routes.iter().any(|(method, _)| method == "GET");
        let ends_sessions = launch.handler == "change-own-password";
        (!reads, ends_sessions, launch.handler.clone())
    });
    launches
}

fn copy(from: &Path, to: &Path) -> Result<(), RieError> {
    install::succeed(Command::new("cp").arg("-R").arg(from).arg(to), "cp")
}

/// A file for standard output and standard error.
fn append(path: &Path) -> Result<[Stdio; 2], RieError> {
    let open = || {
        let mut options = File::options();
        options.create(true).append(true).open(path)
    };
    let failed = |source| RieError::Logs {
        path: path.to_owned(),
        source,
    };
    Ok([
        open().map_err(failed)?.into(),
        open().map_err(failed)?.into(),
    ])
}

fn say(text: &str) {
    // A reader that closes the pipe early has seen enough; the exit code says the rest.
    let _ = writeln!(std::io::stdout(), "{text}");
}
