//! A running mall: everything that `mall up` starts, in the order in which one part needs another.
//!
//! ```text
//! data folder ─> front door's port ─> sandbox ─> parameters ─> templates ─> back ends ─> functions ─> pollers, streams, schedules
//!                                                                                         └─> front door, Invoke API
//! ```
//!
//! The port comes early because the templates want to know the mall's own address; the sandbox because they want its key.

mod error;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use backends::{Backends, PermissionRecord, Principal, Storage};
use template::Deployment;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::function::{AccessKey, AccessKeys, BackendUrls};
use crate::gateway::Gateway;
use crate::instance::Program;
use crate::invoke_api;
use crate::launch;
use crate::logs::{Logs, Style};
use crate::pages::Pages;
use crate::parts::Parts;
use crate::pool::Functions;
use crate::provider::Provider;
use crate::sources::{Ground, Sources};
use crate::state::{DataFolder, Endpoints, StateError};
use crate::templates::{Declared, read_templates};

pub use error::StartError;

/// How long functions may go on once the mall stops.
const GRACE: Duration = Duration::from_secs(5);

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
    /// A file to which what functions needed and were allowed is appended.
    pub permission_record: Option<PathBuf>,
}

/// What the process of a function is started with.
#[derive(Clone, Copy, Debug)]
pub struct FunctionProcess<'a> {
    /// The service whose bootstrap it runs.
    pub service: &'a str,
    /// Its operation, such as `submit-order`.
    pub handler: &'a str,
    /// Everything its process sees, but for the address of its Runtime API.
    pub environment: &'a BTreeMap<String, String>,
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
    sources: Sources,
    parts: Parts,
    /// Invoke API, the sweep of idle instances, the ears for what ends elsewhere: what runs until it is dropped.
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
        let inputs = declared.inputs(
            &own_values(&folder, &url, address, provider.as_ref())?,
            &options.parameters,
        )?;
        let deployment = read_templates(&options.root, &inputs)?;

        let (keys, own_key) = (function_keys(&deployment), AccessKey::of("mall"));
        let back_end_options = backends::Options {
            access_keys: access_keys(&deployment, &keys, &own_key),
            record: permission_record(options.permission_record)?,
            public_buckets: pictures_bucket(&deployment).into_iter().collect(),
            allowed_origins: own_origins(address)
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok())
                .collect(),
            ..backends::Options::default()
        };
        let storage = Storage::Directory(folder.path().join("data"));
        let backends = Backends::start_with(storage, back_end_options).await?;
        backends.create(&deployment).await?;
        let urls = BackendUrls {
            dynamodb: backends.dynamodb_url(),
            sqs: backends.sqs_url(),
            s3: backends.s3_url(),
        };
        let functions = Functions::new(&deployment, keys, &urls, &options.program, &logs);
        let (functions, parts) = (Arc::new(functions), Parts::default());
        let ground = Ground {
            deployment: &deployment,
            functions: &functions,
            urls: &urls,
            backends: &backends,
            folder: folder.path(),
            key: &own_key,
            parts: &parts,
        };
        let sources = Sources::start(ground).await?;
        let (invoke_listener, invoke_address) = listen(0).await?;
        let mut tasks = start_tasks(&parts, &functions, invoke_listener);
        tasks.spawn(parts.watch("the log", logs.clone().ended()));
        let ended = backends.ended();
        tasks.spawn(parts.watch("a back end", async { _ = ended.await }));
        if let Some(provider) = &provider {
            tasks.spawn(parts.watch("the payment provider's sandbox", provider.ended()));
        }

        let prefix = inputs.parameters.get("Prefix").cloned().unwrap_or_default();
        let endpoints = endpoints(url, invoke_address, provider.as_ref(), urls, prefix);
        let pictures_bucket = pictures_bucket(&deployment);
        let pages = Pages::new(pictures_bucket.as_deref(), &endpoints)?;
        let gateway = Gateway::new(&deployment, Arc::clone(&functions), pages, address.port());
        let (close_front_door, closed) = oneshot::channel();
        let served = gateway.serve(listener, async { _ = closed.await });
        let front_door = tokio::spawn(parts.watch("the front door", served));
        launch::publish(folder.path(), &functions.launches())?;
        folder.publish(&endpoints)?;
        Ok(Self {
            folder,
            endpoints,
            pictures_bucket,
            own_key,
            logs,
            functions,
            sources,
            parts,
            tasks,
            front_door,
            close_front_door,
            provider,
            backends,
        })
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

    /// Its functions, as their processes are started.
    pub fn functions(&self) -> impl Iterator<Item = FunctionProcess<'_>> {
        self.functions
            .definitions()
            .map(|definition| FunctionProcess {
                service: &definition.service,
                handler: &definition.handler,
                environment: &definition.environment,
            })
    }

    /// What the streams of its tables hold.
    pub fn streams(&self) -> backends::Streams {
        self.backends.streams()
    }

    /// A client of its S3.
    pub fn s3_client(&self) -> aws_sdk_s3::Client {
        crate::client::s3_client(&self.endpoints.s3_url, &self.own_key)
    }

    /// Its log stream.
    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    /// Waits until something has ended that must run as long as the mall does, and names it. The mall is of little use from then
    /// on: whoever started it should [stop](Mall::stop) it.
    pub async fn broken(&self) -> String {
        self.parts.ended().await
    }

    /// Takes nothing new, lets running functions end for a few seconds, ends every process, closes the data.
    pub async fn stop(self) {
        let Self {
            folder,
            logs,
            functions,
            sources,
            mut tasks,
            mut front_door,
            close_front_door,
            provider,
            backends,
            ..
        } = self;
        let _ = close_front_door.send(());
        tasks.shutdown().await;
        let finished = async { tokio::join!(sources.stop(), &mut front_door) };
        let _ = tokio::time::timeout(GRACE, finished).await;
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
    let logs = started.map_err(|source| StartError::Logs {
        folder: options.data.clone(),
        source,
    })?;
    logs.take_own_events();
    Ok(logs)
}

/// A listener on this machine alone. A port that a mall left a moment ago can be taken again.
async fn listen(port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Port { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn own_values(
    folder: &DataFolder,
    url: &str,
    address: SocketAddr,
    provider: Option<&Provider>,
) -> Result<Vec<(&'static str, String)>, StateError> {
    let mut values = vec![
        ("SigningKey", folder.signing_key()?),
        ("AllowedOrigins", own_origins(address).join(",")),
    ];
    if let Some(provider) = provider {
        values.extend(provider.parameters(url));
    }
    Ok(values)
}

/// Whose pages may act for a visitor, and upload to S3: the mall's own, by either of its names.
fn own_origins(address: SocketAddr) -> [String; 2] {
    let port = address.port();
    [
        format!("http://{address}"),
        format!("http://localhost:{port}"),
    ]
}

fn function_keys(deployment: &Deployment) -> AccessKeys {
    let handlers = deployment.functions().map(|function| &function.handler);
    handlers
        .map(|handler| (handler.clone(), AccessKey::of(handler)))
        .collect()
}

/// Whose each access key is: the mall's own is an administrator's, every other its function's.
fn access_keys(
    deployment: &Deployment,
    keys: &AccessKeys,
    own_key: &AccessKey,
) -> BTreeMap<String, backends::AccessKey> {
    let known = |key: &AccessKey, holder| {
        let secret = key.secret.clone();
        (key.id.clone(), backends::AccessKey { secret, holder })
    };
    let of_functions = deployment.roles().filter_map(|role| {
        let key = keys.get(&role.function)?;
        Some(known(key, Principal::Function(role)))
    });
    let own = known(own_key, Principal::Administrator);
    of_functions.chain([own]).collect()
}

fn permission_record(file: Option<PathBuf>) -> Result<Option<Arc<PermissionRecord>>, StartError> {
    let Some(file) = file else {
        return Ok(None);
    };
    match PermissionRecord::open(&file) {
        Ok(record) => Ok(Some(Arc::new(record))),
        Err(source) => Err(StartError::PermissionRecord { file, source }),
    }
}

/// The Invoke API, and the sweep of idle instances.
fn start_tasks(
    parts: &Parts,
    functions: &Arc<Functions>,
    invoke_listener: TcpListener,
) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let served = invoke_api::serve(invoke_listener, Arc::clone(functions));
    tasks.spawn(parts.watch("the Invoke API", served));
    let swept = Arc::clone(functions);
    let sweep = async move { swept.stop_idle_instances().await };
    tasks.spawn(parts.watch("the sweep of idle instances", sweep));
    tasks
}

fn endpoints(
    url: String,
    invoke: SocketAddr,
    provider: Option<&Provider>,
    urls: BackendUrls,
    prefix: String,
) -> Endpoints {
    Endpoints {
        url,
        invoke_url: format!("http://{invoke}"),
        sandbox_url: provider.map(Provider::url),
        dynamodb_url: urls.dynamodb,
        sqs_url: urls.sqs,
        s3_url: urls.s3,
        prefix,
        pid: std::process::id(),
    }
}

fn pictures_bucket(deployment: &Deployment) -> Option<String> {
    let bucket = deployment.pictures_bucket()?;
    Some(bucket.name.clone())
}
