//! Operations that nobody waits for: on a queue, a table's stream, a bucket, a clock.

use std::{future::Future, pin::Pin, sync::Arc, time::Instant};

use kernel::{ConfigError, causes};
use lambda_http::aws_lambda_events::sqs::SqsEvent;
use queue::{Consumer, Done, Work, WorkId};
use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};

use super::{Failure, Operation, Outcome, Running, Service, Source};
use crate::{Boot, ObjectEvent, StreamRecord, object, stream};

/// Takes one event for an operation with its state and its function.
type Take<App, H, Event> = fn(Arc<(App, H)>, Consumer, Event) -> Taken;
type Taken = Pin<Box<dyn Future<Output = Result<Outcome, Failure>> + Send>>;

impl Service {
    /// Adds a worker on a queue: `async fn(&App, Message) -> Result<(), Error>`.
    ///
    /// A message whose handling fails stays in the queue and comes again, the others of its event do not.
    #[must_use]
    pub fn worker<App, M, E, H>(
        self,
        name: &'static str,
        app: fn(&Boot) -> Result<App, ConfigError>,
        handler: H,
    ) -> Self
    where
        App: Send + Sync + 'static,
        M: DeserializeOwned + Send + 'static,
        E: std::error::Error + Send + 'static,
        H: for<'a> Worker<'a, App, M, E> + Clone,
    {
        let take: Take<App, H, SqsEvent> = |shared, consumer, event| {
            Box::pin(async move {
                let (app, handler) = &*shared;
                let handle = |message: M| handler.call(app, message);
                Ok(Outcome::Batch(
                    queue::consume(consumer, event, handle).await,
                ))
            })
        };
        self.working(name, Source::Queue, app, handler, take)
    }

    /// Adds a worker on the stream of a table: `async fn(&App, StreamRecord) -> Result<(), Error>`.
    ///
    /// Records are handled one after the other. One that fails comes again together with all that follow it, until the
    /// template's retries are used up; then Lambda tells the queue for failures of it and goes on.
    #[must_use]
    pub fn stream_worker<App, E, H>(
        self,
        name: &'static str,
        app: fn(&Boot) -> Result<App, ConfigError>,
        handler: H,
    ) -> Self
    where
        App: Send + Sync + 'static,
        E: std::error::Error + Send + 'static,
        H: for<'a> Worker<'a, App, StreamRecord, E> + Clone,
    {
        let take: Take<App, H, stream::StreamEvent> = |shared, consumer, event| {
            Box::pin(async move {
                let (app, handler) = &*shared;
                let handle = |record| handler.call(app, record);
                Ok(Outcome::Stream(
                    stream::consume(consumer, event, handle).await,
                ))
            })
        };
        self.working(name, Source::Stream, app, handler, take)
    }

    /// Adds a worker on the events of a bucket: `async fn(&App, ObjectEvent) -> Result<(), Error>`.
    ///
    /// An event that fails comes twice more, as Lambda has it for what is invoked without waiting; then it goes where the
    /// template says.
    #[must_use]
    pub fn bucket_worker<App, E, H>(
        self,
        name: &'static str,
        app: fn(&Boot) -> Result<App, ConfigError>,
        handler: H,
    ) -> Self
    where
        App: Send + Sync + 'static,
        E: std::error::Error + Send + 'static,
        H: for<'a> Worker<'a, App, ObjectEvent, E> + Clone,
    {
        let take: Take<App, H, object::BucketEvent> = |shared, consumer, event| {
            Box::pin(async move {
                let (app, handler) = &*shared;
                let handle = |object| handler.call(app, object);
                let handled = object::consume(consumer, event, handle).await;
                handled.map_err(|unhandled| Failure::Unhandled {
                    operation: consumer.operation,
                    reason: unhandled.to_string(),
                })?;
                Ok(Outcome::Done)
            })
        };
        self.working(name, Source::Bucket, app, handler, take)
    }

    /// Adds a worker on a schedule: `async fn(&App) -> Result<(), Error>`.
    ///
    /// A tick that fails comes twice more, as Lambda has it for what is invoked without waiting. What a tick has to say is
    /// nothing but that it is time: a template's `Input` is not read.
    #[must_use]
    pub fn scheduled<App, E, H>(
        self,
        name: &'static str,
        app: fn(&Boot) -> Result<App, ConfigError>,
        handler: H,
    ) -> Self
    where
        App: Send + Sync + 'static,
        E: std::error::Error + Send + 'static,
        H: for<'a> Task<'a, App, E> + Clone,
    {
        // Whatever the template's `Input` says comes here: anything, with an id only if it is the scheduler's own.
        let take: Take<App, H, Value> = |shared, consumer, tick| {
            Box::pin(async move {
                let (app, handler) = &*shared;
                let work = Work {
                    id: WorkId::Event(tick["id"].as_str().unwrap_or_default().to_owned()),
                    parent: None,
                    bytes: 0,
                };
                let started = Instant::now();
                let handling = async { handler.call(app).await.map_err(|error| causes(&error)) };
                let done = work.run(consumer, handling).await;
                Done::log_all(std::slice::from_ref(&done), consumer, started.elapsed());
                match done.failed {
                    false => Ok(Outcome::Done),
                    true => Err(Failure::Unhandled {
                        operation: consumer.operation,
                        reason: "it will be tried again".to_owned(),
                    }),
                }
            })
        };
        self.working(name, Source::Schedule, app, handler, take)
    }

    fn working<App, H, Event>(
        mut self,
        name: &'static str,
        source: Source,
        app: fn(&Boot) -> Result<App, ConfigError>,
        handler: H,
        take: Take<App, H, Event>,
    ) -> Self
    where
        App: Send + Sync + 'static,
        Event: DeserializeOwned + Send + 'static,
        H: Clone + Send + Sync + 'static,
    {
        let consumer = Consumer {
            service: self.name,
            operation: name,
        };
        let start = move |boot: &Boot| {
            let shared = Arc::new((app(boot)?, handler.clone()));
            Ok(Running(Arc::new(move |event: Box<RawValue>| {
                let shared = Arc::clone(&shared);
                Box::pin(async move {
                    let event: Event =
                        serde_json::from_str(event.get()).map_err(|source| Failure::Unknown {
                            operation: name,
                            source,
                        })?;
                    take(shared, consumer, event).await
                })
            })))
        };
        self.operations.push(Operation {
            name,
            source,
            start: Box::new(start),
            describe: None,
        });
        self
    }
}

/// A plain async function that handles what comes: messages, changes, objects.
pub trait Worker<'a, App: 'a, M, E>: Send + Sync + 'static {
    /// What it returns when called.
    type Future: Future<Output = Result<(), E>> + Send + 'a;
    /// Calls it.
    fn call(&self, app: &'a App, message: M) -> Self::Future;
}

impl<'a, App: 'a, M, E, F, Fut> Worker<'a, App, M, E> for F
where
    F: Fn(&'a App, M) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send + 'a,
{
    type Future = Fut;
    fn call(&self, app: &'a App, message: M) -> Fut {
        self(app, message)
    }
}

/// A plain async function that does what is due.
pub trait Task<'a, App: 'a, E>: Send + Sync + 'static {
    /// What it returns when called.
    type Future: Future<Output = Result<(), E>> + Send + 'a;
    /// Calls it.
    fn call(&self, app: &'a App) -> Self::Future;
}

impl<'a, App: 'a, E, F, Fut> Task<'a, App, E> for F
where
    F: Fn(&'a App) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send + 'a,
{
    type Future = Fut;
    fn call(&self, app: &'a App) -> Fut {
        self(app)
    }
}
