//! A real `mall` process on a data folder of its own, for tests that treat it as a user or a power cut would.
//!
//! ```ignore
//! let mut mall = MallProcess::start(&workspace()).await;   // `mall up --port 0 --no-demo` on an empty data folder
//! mall.http.get(mall.url("/api/catalog/categories")).send().await?;
//! mall.kill9();                                        // the whole of it, without a warning
//! mall.restart().await;                                // on the same data
//! ```
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use mall::staff::open_session;
use mall::state::{Endpoints, read_endpoints};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// How long anything may take that a test waits for.
const DEADLINE: Duration = Duration::from_secs(60);

/// The `authorization` of a request to a back end in the name of the mall's administrator. Only S3 checks signatures.
pub(crate) const ADMINISTRATOR: &str = "AWS4-HMAC-SHA256 Credential=LOCALMALL/20261124/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";

/// The folder of the mall's own templates.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A running `mall up`; killed when dropped.
pub(crate) struct MallProcess {
    process: Child,
    root: PathBuf,
    data: PathBuf,
    arguments: Vec<String>,
    endpoints: Endpoints,
    staff: OnceCell<String>,
    /// Talks to this mall only.
    pub(crate) http: reqwest::Client,
    _folder: TempDir,
}

impl MallProcess {
    /// Starts a mall on the templates under `root`, without demo data, and waits until it is open.
    pub(crate) async fn start(root: &Path) -> Self {
        Self::start_with(root, &["--no-demo"]).await
    }

    /// The same with these arguments of `mall up`.
    pub(crate) async fn start_with(root: &Path, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("mall");
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let process = spawn(root, &data, &arguments);
        let mut mall = Self {
            endpoints: Endpoints::default(),
            staff: OnceCell::new(),
            process,
            root: root.to_owned(),
            data,
            arguments,
            http: http_client(),
            _folder: folder,
        };
        mall.wait_until_open().await;
        mall
    }

    /// Where it answers.
    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The URL of a path of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.endpoints.url)
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The cookie of staff who may do everything.
    pub(crate) async fn staff(&self) -> &str {
        let open = || async { open_session(&self.endpoints).await.unwrap() };
        self.staff.get_or_init(open).await
    }

    /// Kills it without a warning (SIGKILL).
    pub(crate) fn kill9(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to end (SIGTERM), as Ctrl-C does, and waits for the end.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        signal("TERM", self.process.id());
        let process = &mut self.process;
        until("the mall has ended", async || process.try_wait().unwrap()).await
    }

    /// Starts it again on the same data, after [`MallProcess::kill9`] or [`MallProcess::terminate`].
    pub(crate) async fn restart(&mut self) {
        self.process = spawn(&self.root, &self.data, &self.arguments);
        self.wait_until_open().await;
    }

    async fn wait_until_open(&mut self) {
        let pid = self.process.id();
        let (process, data) = (&mut self.process, &self.data);
        self.endpoints = until("the mall is open", async || {
            assert!(
                process.try_wait().unwrap().is_none(),
                "`mall up` ended instead of opening"
            );
            // What a killed mall left behind names another process.
            read_endpoints(data)
                .ok()
                .filter(|endpoints| endpoints.pid == pid)
        })
        .await;
    }
}

impl Drop for MallProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `mall up` of the binary under test, its output in the test's own.
fn spawn(root: &Path, data: &Path, arguments: &[String]) -> Child {
    let mut command = mall_command("up", root, data);
    command
        .args(["--port", "0", "--permission-record"])
        .arg(backends::PermissionRecord::file_of(&workspace()))
        .args(arguments)
        .stdin(Stdio::null());
    command.spawn().unwrap()
}

/// A command of the binary under test on these folders.
pub(crate) fn mall_command(word: &str, root: &Path, data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mall"));
    command
        .arg(word)
        .arg("--root")
        .arg(root)
        .arg("--data")
        .arg(data);
    command
}

/// A client that opens as many connections as a test has requests.
pub(crate) fn http_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(DEADLINE)
        .build()
        .unwrap()
}

/// Tries until `condition` gives a value; panics at the deadline.
pub(crate) async fn until<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Sends a signal by its name, such as `KILL`.
pub(crate) fn signal(name: &str, process: u32) {
    let status = Command::new("sh")
        .args(["-c", &format!("kill -{name} {process}")])
        .status();
    assert!(status.unwrap().success(), "no process {process}");
}

/// Whether a process runs. One that has ended and waits to be fetched by its parent does not.
pub(crate) fn is_running(process: u32) -> bool {
    let state = Command::new("ps")
        .args(["-o", "stat=", "-p", &process.to_string()])
        .output();
    let state = String::from_utf8(state.unwrap().stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}
