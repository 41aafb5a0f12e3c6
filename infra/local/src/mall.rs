//! A running mall: everything that `mall up` starts, in the order in which one part needs another.
//!
//! ```text
//! data folder ─> front door's port ─> sandbox ─> parameters ─> templates ─> back ends ─> functions ─> pollers, schedules
//!                                                                                         └─> front door, Invoke API
//! ```
//!
//! The port comes early because the templates want to know the mall's own address; the sandbox because they want its key.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use backends::{BackendError, Backends, Storage};
use template::Deployment;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::function::{AccessKey, AccessKeys, BackendUrls};
use crate::gateway::Gateway;
use crate::instance::Program;
use crate::invoke_api;
use crate::logs::{Logs, Style};
use crate::pages::Pages;
use crate::parameters::{Declared, ParameterError};
use crate::poller::Poller;
use crate::pool::Functions;
use crate::provider::Provider;
use crate::schedule::ScheduleError;
use crate::state::{DataFolder, Endpoints, StateError};
use crate::timer::Timer;

/// How long functions may go on once the mall stops.
const GRACE: Duration = Duration::from_secs(5);
/// The bucket whose objects anybody may read, by its logical id.
const PICTURES_BUCKET: &str = "Pictures";

/// What a mall is started with.
#[derive(Debug)]
pub struct Options {
    /// The folder that holds `template.yaml`.
    pub root: PathBuf,
    /// The data folder.
    pub data: PathBuf,
    /// Empty the data folder first.
    pub fresh: bool,
    /// The front door's port; 0 is any free one.
    pub port: u16,
    /// Values for parameters of `template.yaml`, before the mall's own.
    pub parameters: BTreeMap<String, String>,
    /// How log lines look on standard output.
    pub style: Style,
    /// How the process of a function is started.
    pub program: Program,
}

/// Why a mall does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The log file cannot be written.
    #[error("cannot write the log file in {}", .folder.display())]
    Logs {
        /// The data folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The front door's port is taken or not allowed.
    #[error("port {port} is not free; stop what uses it, or choose another with --port (0 takes any free one)")]
    Port {
        /// The port.
        port: u16,
        /// What the operating system says.
        source: io::Error,
    },
    /// No port at all.
    #[error("cannot listen on 127.0.0.1")]
    Loopback(#[source] io::Error),
    /// A parameter is wrong.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The templates are wrong: everything that is, a line each.
    #[error("the templates are wrong:\n  {0}")]
    Templates(String),
    /// A function is to be started by something that a local mall cannot do.
    #[error("{function}: a local mall serves no {kind} yet")]
    Trigger {
        /// The function.
        function: String,
        /// The kind of its trigger.
        kind: &'static str,
    },
    /// A schedule cannot be read.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// DynamoDB, SQS or S3 does not start.
    #[error("the back ends do not start")]
    Backends(#[from] BackendError),
    /// The payment provider's sandbox does not start.
    #[error("the payment provider's sandbox does not start")]
    Sandbox(#[from] sandbox::SandboxError),
    /// The HTTP client for pictures cannot be made.
    #[error("cannot make an HTTP client")]
    Http(#[from] reqwest::Error),
}

/// A running mall. Dropping it ends everything at once; [`Mall::stop`] lets what runs come to its end.
#[derive(Debug)]
pub struct Mall {
    folder: DataFolder,
    endpoints: Endpoints,
    pictures_bucket: Option<String>,
    /// What the mall itself shows to S3; no function has it.
    own_key: AccessKey,
    logs: Logs,
    functions: Arc<Functions>,
    pollers: Vec<Arc<Poller>>,
    /// Pollers, schedules, Invoke API, the sweep of idle instances: whatever runs until it is dropped.
    tasks: JoinSet<()>,
    front_door: JoinHandle<()>,
    close_front_door: oneshot::Sender<()>,
    provider: Option<Provider>,
    backends: Backends,
}

impl Mall {
    /// Starts a mall; it answers when this returns.
    ///
    /// # Errors
    /// See [`StartError`]; what was started until then is ended.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let folder = DataFolder::open(&options.data, options.fresh)?;
        let logs = start_logs(&options)?;
        let (listener, address) = listen(options.port).await?;
        let url = format!("http://{address}");
        let declared = Declared::read(&options.root)?;
        let provider = Provider::start(&declared, &folder, address).await?;
        let inputs = declared.inputs(&own_values(&folder, &url, address, provider.as_ref())?, &options.parameters)?;
        let deployment = read_templates(&options.root, &inputs)?;

        let keys: AccessKeys =
            deployment.functions().map(|function| (function.handler.clone(), AccessKey::of(&function.handler))).collect();
        let own_key = AccessKey::of("mall");
        let known = keys.values().chain([&own_key]).map(|key| (key.id.clone(), key.secret.clone())).collect();
        let backends = start_backends(&folder, &deployment, known, &url).await?;
        let urls = BackendUrls { dynamodb: backends.dynamodb_url(), sqs: backends.sqs_url(), s3: backends.s3_url() };
        let functions = Arc::new(Functions::new(&deployment, keys, &urls, &options.program, &logs));
        let pollers = Poller::all(&deployment, &functions, &urls);
        let (invoke_listener, invoke_address) = listen_anywhere().await?;

        let mut tasks = JoinSet::new();
        for timer in Timer::all(&deployment, &functions)? {
            tasks.spawn(timer.run());
        }
        for poller in &pollers {
            tasks.spawn(Arc::clone(poller).run());
        }
        tasks.spawn(invoke_api::serve(invoke_listener, Arc::clone(&functions)));
        let idle = Arc::clone(&functions);
        tasks.spawn(async move { idle.stop_idle_instances().await });

        let endpoints = Endpoints {
            url,
            invoke_url: format!("http://{invoke_address}"),
            sandbox_url: provider.as_ref().map(Provider::url),
            dynamodb_url: urls.dynamodb,
            sqs_url: urls.sqs,
            s3_url: urls.s3,
            pid: std::process::id(),
        };
        let pictures_bucket = pictures_bucket(&deployment);
        let pages = pages(pictures_bucket.as_deref(), &endpoints)?;
        let gateway = Gateway::new(&deployment, Arc::clone(&functions), pages, address.port());
        let (close_front_door, closed) = oneshot::channel();
        let front_door = tokio::spawn(gateway.serve(listener, async { _ = closed.await }));
        folder.publish(&endpoints)?;
        Ok(Self { folder, endpoints, pictures_bucket, own_key, logs, functions, pollers, tasks, front_door, close_front_door, provider, backends })
    }

    /// Where it answers.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Its data folder.
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// The bucket for pictures; none when the templates declare none.
    pub fn pictures_bucket(&self) -> Option<&str> {
        self.pictures_bucket.as_deref()
    }

    /// A client of its S3.
    pub fn s3_client(&self) -> aws_sdk_s3::Client {
        crate::client::s3_client(&self.endpoints.s3_url, &self.own_key)
    }

    /// Its log stream.
    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    /// Takes nothing new, lets running functions end for a few seconds, ends every process, closes the data.
    pub async fn stop(self) {
        let Self { folder, logs, functions, pollers, mut tasks, mut front_door, close_front_door, provider, backends, .. } = self;
        let _ = close_front_door.send(());
        tasks.shutdown().await;
        let finished = futures::future::join_all(pollers.iter().map(|poller| poller.finish()));
        let _ = tokio::time::timeout(GRACE, async { tokio::join!(finished, &mut front_door) }).await;
        front_door.abort();
        functions.stop(GRACE).await;
        if let Some(provider) = provider {
            provider.stop().await;
        }
        backends.stop().await;
        logs.flush().await;
        drop(folder);
    }
}

fn start_logs(options: &Options) -> Result<Logs, StartError> {
    let started = Logs::start(options.style, &options.data);
    let logs = started.map_err(|source| StartError::Logs { folder: options.data.clone(), source })?;
    logs.take_own_events();
    Ok(logs)
}

/// The front door's listener. An address that a mall left a moment ago can be taken again.
async fn listen(port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Port { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

async fn listen_anywhere() -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(StartError::Loopback)?;
    let address = listener.local_addr().map_err(StartError::Loopback)?;
    Ok((listener, address))
}

fn own_values(
    folder: &DataFolder,
    url: &str,
    address: SocketAddr,
    provider: Option<&Provider>,
) -> Result<Vec<(&'static str, String)>, StateError> {
    let mut values = vec![
        ("StaffKey", folder.staff_key()?),
        ("SigningKey", folder.signing_key()?),
        ("AllowedOrigins", format!("{url},http://localhost:{}", address.port())),
    ];
    if let Some(provider) = provider {
        values.extend(provider.parameters(url));
    }
    Ok(values)
}

fn read_templates(root: &std::path::Path, inputs: &template::Inputs) -> Result<Deployment, StartError> {
    let deployment = template::read_all(root, inputs).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        StartError::Templates(lines.join("\n  "))
    })?;
    for function in deployment.functions() {
        for trigger in &function.triggers {
            let kind = match trigger {
                template::Trigger::Stream { .. } => "table streams",
                template::Trigger::Bucket { .. } => "bucket events",
                _ => continue,
            };
            return Err(StartError::Trigger { function: function.handler.clone(), kind });
        }
    }
    Ok(deployment)
}

async fn start_backends(
    folder: &DataFolder,
    deployment: &Deployment,
    access_keys: BTreeMap<String, String>,
    url: &str,
) -> Result<Backends, StartError> {
    let options = backends::Options {
        access_keys,
        public_buckets: pictures_bucket(deployment).into_iter().collect(),
        allowed_origins: HeaderValue::from_str(url).into_iter().collect(),
        ..backends::Options::default()
    };
    let backends = Backends::start_with(Storage::Directory(folder.path().join("data")), options).await?;
    backends.create(deployment).await?;
    Ok(backends)
}

fn pictures_bucket(deployment: &Deployment) -> Option<String> {
    deployment.buckets().find(|bucket| bucket.id == PICTURES_BUCKET).map(|bucket| bucket.name.clone())
}

fn pages(pictures_bucket: Option<&str>, endpoints: &Endpoints) -> Result<Pages, StartError> {
    let bucket_url = pictures_bucket.map(|bucket| format!("{}/{bucket}", endpoints.s3_url));
    let welcome = format!(
        "This is a mall on one machine. Its API is under {url}/api, for instance {url}/api/catalog/categories.\n\
         `mall routes` lists every endpoint.\n",
        url = endpoints.url
    );
    Ok(Pages::new(crate::client::http_client()?, bucket_url, welcome))
}
