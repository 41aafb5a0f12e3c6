//! What brings events to functions beside the front door: queues, streams of tables, buckets, schedules.

use std::path::Path;
use std::sync::Arc;

use backends::Backends;
use futures::future::join_all;
use template::{Deployment, Table};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::function::{AccessKey, BackendUrls};
use crate::later::Later;
use crate::mall::StartError;
use crate::parts::Parts;
use crate::poller::Poller;
use crate::pool::Functions;
use crate::stream::{Reader, Trimmer};
use crate::timer::Timer;

/// What the sources of events stand on.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'g> {
    pub(crate) deployment: &'g Deployment,
    pub(crate) functions: &'g Functions,
    pub(crate) urls: &'g BackendUrls,
    pub(crate) backends: &'g Backends,
    /// The data folder.
    pub(crate) folder: &'g Path,
    /// The mall's own.
    pub(crate) key: &'g AccessKey,
    pub(crate) parts: &'g Parts,
}

/// The running sources of events. Dropping them ends them at once.
#[derive(Debug)]
pub(crate) struct Sources {
    pollers: Vec<Arc<Poller>>,
    later: Vec<Arc<Later>>,
    /// What takes events until it is dropped. What it has taken goes on by itself.
    tasks: JoinSet<()>,
    /// Readers of streams, which run until they are told to stop.
    readers: JoinSet<()>,
    stop_readers: watch::Sender<bool>,
}

impl Sources {
    /// Starts every source that the templates name.
    pub(crate) async fn start(ground: Ground<'_>) -> Result<Self, StartError> {
        let Ground {
            deployment,
            functions,
            urls,
            parts,
            ..
        } = ground;
        Later::create(ground.backends, deployment).await?;
        let (stop_readers, stop) = watch::channel(false);
        let mut sources = Self {
            pollers: Poller::all(deployment, functions, urls),
            later: Later::all(deployment, functions, urls, ground.key),
            tasks: JoinSet::new(),
            readers: JoinSet::new(),
            stop_readers,
        };
        for timer in Timer::all(deployment, &sources.later)? {
            let name = format!("a schedule of {}", timer.handler());
            sources.tasks.spawn(parts.watch(name, timer.run()));
        }
        for poller in &sources.pollers {
            let name = format!("the queue of {}", poller.handler());
            let run = Arc::clone(poller).run();
            sources.tasks.spawn(parts.watch(name, run));
        }
        for later in &sources.later {
            let name = format!("the events of {}", later.handler());
            let run = Arc::clone(later).run();
            sources.tasks.spawn(parts.watch(name, run));
        }
        let streams = deployment.tables().filter(|table| has_stream(table));
        let tables = streams.map(|table| table.name.clone());
        let trimmer = Arc::new(Trimmer::new(ground.backends.streams(), tables));
        for reader in Reader::all(ground, &trimmer, &stop).await? {
            let name = format!("the stream of {}", reader.handler());
            sources.readers.spawn(parts.watch(name, reader.run()));
        }
        let run = parts.watch("the trimming of streams", trimmer.run());
        sources.tasks.spawn(run);
        Ok(sources)
    }

    /// Takes nothing new, and waits until what is with functions is done.
    pub(crate) async fn stop(mut self) {
        let _ = self.stop_readers.send(true);
        self.tasks.shutdown().await;
        let pollers = join_all(self.pollers.iter().map(|poller| poller.finish()));
        let later = join_all(self.later.iter().map(|later| later.finish()));
        let readers = async { while self.readers.join_next().await.is_some() {} };
        tokio::join!(pollers, later, readers);
    }
}

fn has_stream(table: &Table) -> bool {
    table.create.get("StreamSpecification").is_some()
}
