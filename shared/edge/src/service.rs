//! A service: the list of its operations.

mod workers;

use std::{future::Future, pin::Pin, sync::Arc};

use kernel::ConfigError;
use lambda_http::aws_lambda_events::{apigw::ApiGatewayV2httpResponse, sqs::SqsBatchResponse};
use schemars::SchemaGenerator;
use serde::Serialize;
use serde_json::value::RawValue;

pub use workers::{Task, Worker};

use crate::{
    Answer, Boot, DescribedAnswer, Description, Input, Parameter, Principal, ProblemKind, Refusal,
    Reply, Statuses, StreamAnswer, reply, respond,
};

/// A service and its operations, each by the one name that its template, its file, its event and its logs share.
pub struct Service {
    name: &'static str,
    operations: Vec<Operation>,
}

/// One operation: what a Lambda function runs.
pub struct Operation {
    name: &'static str,
    source: Source,
    start: Start,
    describe: Option<Describe>,
}

/// Where an operation's events come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// An HTTP API.
    Http,
    /// A queue.
    Queue,
    /// The stream of a table.
    Stream,
    /// A bucket.
    Bucket,
    /// A clock.
    Schedule,
}

type Start = Box<dyn Fn(&Boot) -> Result<Running, ConfigError> + Send + Sync>;
type Describe = Box<dyn Fn(&mut SchemaGenerator) -> Description + Send + Sync>;
type Work = Pin<Box<dyn Future<Output = Result<Outcome, Failure>> + Send>>;

/// An operation that has read its configuration and takes events.
#[derive(Clone)]
pub struct Running(Arc<dyn Fn(Box<RawValue>) -> Work + Send + Sync>);

/// What an operation hands back to whoever invoked it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// To the gateway.
    Http(Box<ApiGatewayV2httpResponse>),
    /// To the queue.
    Batch(SqsBatchResponse),
    /// To the stream.
    Stream(StreamAnswer),
    /// To whoever waits for nothing: all is done.
    Done,
}

/// An event that the operation cannot take, or all of which has to come again.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is not of the kind that the operation takes.
    #[error("the event is not one that {operation} takes: {source}")]
    Unknown {
        /// The operation.
        operation: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It was tried and failed. What failed, and why, is in the log.
    #[error("{operation} failed: {reason}")]
    Unhandled {
        /// The operation.
        operation: &'static str,
        /// How much of the event.
        reason: String,
    },
}

impl Running {
    /// Handles one event: the JSON that Lambda hands over.
    ///
    /// # Errors
    /// When the event is of another kind, or is one that can only come again as a whole (a bucket's, a clock's) and failed.
    /// A refusal is no error: it is an HTTP answer, or a failed message or record.
    pub async fn handle(&self, event: Box<RawValue>) -> Result<Outcome, Failure> {
        (self.0)(event).await
    }
}

impl Operation {
    /// Its name, such as `submit-order`: the function's `Handler`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where its events come from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Reads the configuration and gets ready for events.
    ///
    /// # Errors
    /// When a variable is missing or invalid.
    pub fn start(&self, boot: &Boot) -> Result<Running, ConfigError> {
        (self.start)(boot)
    }

    /// Describes an endpoint; `None` for a worker.
    #[must_use]
    pub fn describe(&self, generator: &mut SchemaGenerator) -> Option<Description> {
        self.describe.as_ref().map(|describe| describe(generator))
    }
}

impl Service {
    /// A service without operations.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            operations: Vec::new(),
        }
    }

    /// Its name: of its crate, its stack, its binary and its table.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its operations.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter()
    }

    /// The operation of this name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| operation.name == name)
    }

    /// Adds an endpoint: `async fn(&App, (Caller, …)) -> Result<Reply<View>, Error>`.
    #[must_use]
    pub fn endpoint<App, I, V, S, E, H>(
        mut self,
        name: &'static str,
        app: fn(&Boot) -> Result<App, ConfigError>,
        handler: H,
    ) -> Self
    where
        App: Send + Sync + 'static,
        I: Input,
        V: Answer,
        S: Statuses,
        E: Refusal,
        H: for<'a> Endpoint<'a, App, I, V, S, E> + Clone,
    {
        let place = respond::Place {
            service: self.name,
            operation: name,
        };
        let start = move |boot: &Boot| {
            let shared = Arc::new((app(boot)?, I::Caller::guard(boot, name)?, handler.clone()));
            Ok(Running(Arc::new(move |event: Box<RawValue>| {
                let shared = Arc::clone(&shared);
                Box::pin(async move {
                    let (app, guard, handler) = &*shared;
                    let answer = respond::respond(place, app, guard, handler, &event).await;
                    Ok(Outcome::Http(Box::new(answer)))
                })
            })))
        };
        let describe = move |generator: &mut SchemaGenerator| {
            let mut description = Description::new(name, I::Caller::SECURITY);
            description.may_refuse(I::Caller::KINDS);
            I::describe(&mut description, generator);
            description.may_refuse(E::KINDS);
            // An answer that cannot be written is a defect, whatever the operation itself may answer.
            description.may_refuse(&[ProblemKind::INTERNAL]);
            if S::STATUSES.contains(&304) {
                description.parameters.push(Parameter::if_none_match());
            }
            description.answers = answers::<V, S>(generator);
            description
        };
        self.operations.push(Operation {
            name,
            source: Source::Http,
            start: Box::new(start),
            describe: Some(Box::new(describe)),
        });
        self
    }
}

fn answers<V: Answer, S: Statuses>(generator: &mut SchemaGenerator) -> Vec<DescribedAnswer> {
    let body = V::schema(generator).map(|schema| (V::MEDIA_TYPES, schema));
    let answer = |status: &u16| DescribedAnswer {
        status: *status,
        body: body.clone().filter(|_| *status != 304),
        headers: S::headers(),
    };
    S::STATUSES.iter().map(answer).collect()
}

/// A plain async function that is an endpoint.
pub trait Endpoint<'a, App: 'a, I, V, S, E>: Send + Sync + 'static {
    /// What it returns when called.
    type Future: Future<Output = Result<Reply<V, S>, E>> + Send + 'a;
    /// Calls it.
    fn call(&self, app: &'a App, input: I) -> Self::Future;
}

impl<'a, App: 'a, I, V, S, E, F, Fut> Endpoint<'a, App, I, V, S, E> for F
where
    F: Fn(&'a App, I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<reply::Reply<V, S>, E>> + Send + 'a,
{
    type Future = Fut;
    fn call(&self, app: &'a App, input: I) -> Fut {
        self(app, input)
    }
}
