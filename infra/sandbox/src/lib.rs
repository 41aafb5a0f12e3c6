//! The payment provider's stand-in: what Alipay's open platform does for a merchant's web shop, on one machine.
//!
//! A local mall starts it on a loopback port and pays through it, so that the way of an order from the cashier's
//! page to the signed notice is walked without an account and without a network. It knows the merchant only as
//! the provider does: an application number, a public key, addresses. It shares no code and no key file with it.
//!
//! # What it serves
//! | address | what |
//! |---|---|
//! | `GET, POST /gateway.do` | the gateway: `alipay.trade.page.pay` shows the cashier's page, `alipay.trade.query`, `.close`, `.refund` and `.fastpay.refund.query` answer signed JSON |
//! | `POST /cashier/{trade_no}/pay`, `/cancel` | the buttons of that page |
//! | `GET /` | every trade and every notice, for a developer |
//! | `GET /trades/{out_trade_no}` | one of them as JSON |
//! | `GET /trades/{out_trade_no}/notice` | its newest notice, signed at this moment, as the form that is sent |
//!
//! # How a trade goes
//! The merchant sends a browser to the gateway with a signed order. The sandbox keeps a trade that waits for its
//! buyer and shows the page. Pay makes it `TRADE_SUCCESS`, sends the notice to `notify_url` and the browser to
//! `return_url`. The notice is repeated on the [schedule](PROVIDER_SCHEDULE) until the merchant answers `success`.
//! Nobody pays after the limit: the trade is `TRADE_CLOSED` then. Cancel leaves the trade waiting. Refunds are
//! announced as the payment was; that an unpaid trade closes is not.
//!
//! # What it keeps
//! Its directory holds the key pair and a journal of trades. Started again on the same directory it continues,
//! undelivered notices included, however it ended.
//!
//! # Where to look
//! `trade` has the rules, pure; `gateway` the common parameters and the merchant's signature; `content` the fields
//! of `biz_content`; `methods` and `cashier` what the gateway does for servers and for browsers; `notice` what a
//! notice says and when it is due, `delivery` its sending; `book` and `journal` the keeping; `signature` RSA2.

mod amount;
mod beijing;
mod book;
mod cashier;
mod content;
mod delivery;
mod gateway;
mod journal;
mod merchant;
mod methods;
mod notice;
mod numbers;
mod page;
mod refusal;
mod server;
mod signature;
mod trade;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

pub use journal::JournalError;
pub use signature::{KeyError, NotAPublicKey};

use book::Book;
use delivery::Errand;
use merchant::Merchant;
use signature::{KeyPair, MerchantKey};

/// The delays after each notice in vain that the provider publishes: 4 min, 10 min, 10 min, 1 h, 2 h, 6 h, 15 h.
pub const PROVIDER_SCHEDULE: [Duration; 7] = [
    Duration::from_secs(4 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(15 * 60 * 60),
];

/// How long `stop` waits for answers that are being given.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// What a sandbox is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where its key pair and its journal are; made when absent. One process at a time.
    pub directory: PathBuf,
    /// Where it listens: a loopback address. A fixed port keeps open pages usable across restarts.
    pub listen: SocketAddr,
    /// The merchant's application at the provider, compared with `app_id` of each request.
    pub app_id: String,
    /// The merchant's account at the provider (`2088...`), told in notices.
    pub seller_id: String,
    /// The public half of the merchant's key: SPKI, as PEM or as bare base64.
    pub merchant_public_key: String,
    /// The delays before a notice is repeated: the n-th follows the n-th attempt. [`PROVIDER_SCHEDULE`] in
    /// earnest, milliseconds in tests.
    pub notice_schedule: Vec<Duration>,
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Anyone who reaches the sandbox may pay, so it listens on this machine only.
    #[error("the sandbox listens on loopback addresses only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The directory cannot be made.
    #[error("the directory {} cannot be made", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The merchant's key cannot be read.
    #[error("the merchant's public key cannot be read")]
    MerchantKey(#[source] NotAPublicKey),
    /// The sandbox's own key pair cannot be read or made.
    #[error("the sandbox has no key pair")]
    Key(#[source] KeyError),
    /// The journal cannot be opened.
    #[error("the sandbox cannot read its trades")]
    Journal(#[source] JournalError),
    /// The client for notices cannot be built.
    #[error("the sandbox cannot send notices")]
    Client(#[source] reqwest::Error),
    /// The port is taken or not allowed.
    #[error("the sandbox cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// What every part of a running sandbox sees.
struct Shared {
    merchant: Merchant,
    keys: KeyPair,
    schedule: Vec<Duration>,
    book: Book,
    client: reqwest::Client,
    courier: UnboundedSender<Errand>,
}

/// A running sandbox. Dropping it ends it at once, as a kill would.
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinSet<()>,
    courier: JoinSet<()>,
    /// Closed when the one or the other has come to its end.
    ended: [watch::Receiver<()>; 2],
}

/// Starts a sandbox: reads what its directory holds, takes up what was not finished, listens. The first start
/// makes the key pair, which may take a second.
///
/// # Errors
/// See [`SandboxError`]; nothing is left running.
pub async fn start(options: Options) -> Result<Sandbox, SandboxError> {
    if !options.listen.ip().is_loopback() {
        return Err(SandboxError::NotLoopback(options.listen));
    }
    let key = MerchantKey::read(&options.merchant_public_key).map_err(SandboxError::MerchantKey)?;
    let (keys, book) = open_directory(options.directory).await?;
    let client = delivery::client().map_err(SandboxError::Client)?;
    let (listener, address) = listen(options.listen).await?;
    let (courier, errands) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        merchant: Merchant {
            app_id: options.app_id,
            seller_id: options.seller_id,
            key,
        },
        keys,
        schedule: options.notice_schedule,
        book,
        client,
        courier,
    });
    take_up_notices(&shared);
    let (mut courier, (alive, courier_ended)) = (JoinSet::new(), watch::channel(()));
    let delivered = delivery::run(Arc::clone(&shared), errands);
    courier.spawn(while_alive(delivered, alive));
    let (stop, stopped) = oneshot::channel();
    let (mut server, (alive, server_ended)) = (JoinSet::new(), watch::channel(()));
    let served = server::serve(listener, Arc::clone(&shared), stopped);
    server.spawn(while_alive(served, alive));
    tracing::info!(%address, "payment sandbox ready");
    Ok(Sandbox {
        address,
        shared,
        stop: Some(stop),
        server,
        courier,
        ended: [server_ended, courier_ended],
    })
}

/// Lets go of `alive` when the work comes to its end, a panic's too.
async fn while_alive(work: impl Future<Output = ()>, alive: watch::Sender<()>) {
    work.await;
    drop(alive);
}

/// Making a key takes its time and files block, so both happen off the runtime's threads.
async fn open_directory(path: PathBuf) -> Result<(KeyPair, Book), SandboxError> {
    let opened = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&path).map_err(|source| SandboxError::Directory {
            path: path.clone(),
            source,
        })?;
        // The journal's lock comes first, so that two first starts do not make two keys.
        let book = Book::open(&path.join("journal.jsonl")).map_err(SandboxError::Journal)?;
        let keys = KeyPair::load_or_make(&path).map_err(SandboxError::Key)?;
        Ok((keys, book))
    });
    opened
        .await
        .expect("opening the directory reports its failures and does not panic")
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), SandboxError> {
    let failed = |source| SandboxError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

fn take_up_notices(shared: &Shared) {
    for trade in shared.book.all(time::OffsetDateTime::now_utc()) {
        let waiting = trade
            .notices
            .iter()
            .filter(|notice| notice.next_attempt_at.is_some());
        for notice in waiting {
            delivery::hand_over(&shared.courier, &trade, notice);
        }
    }
}

impl Sandbox {
    /// Where it is found: `http://127.0.0.1:<port>`. The developer's page is at its root.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The gateway's address, for browsers and for servers: what a merchant configures.
    pub fn gateway_url(&self) -> String {
        format!("{}/gateway.do", self.url())
    }

    /// The sandbox's public key, against which a merchant verifies notices and answers: SPKI in DER in base64 on
    /// one line. The same key is in its directory as `public-key.pem`.
    pub fn public_key(&self) -> &str {
        self.shared.keys.public_key()
    }

    /// Waits until it answers no more, or delivers no more notices. Neither happens while all is well.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let [mut server, mut courier] = self.ended.clone();
        async move {
            tokio::select! {
                _closed = server.changed() => {}
                _closed = courier.changed() => {}
            }
        }
    }

    /// Ends the answers that are being given, then lets go of port and journal. Notices that were not delivered
    /// wait for the next start.
    pub async fn stop(mut self) {
        self.courier.shutdown().await;
        // Without its sender the server's signal ends, which it takes as the word to stop.
        drop(self.stop.take());
        let gracefully = tokio::time::timeout(STOP_PATIENCE, self.server.join_next()).await;
        if gracefully.is_err() {
            self.server.shutdown().await;
        }
    }
}

impl Drop for Sandbox {
    /// Lets go of the journal even while a browser holds a connection open, so that the next start can have it.
    fn drop(&mut self) {
        self.shared.book.close();
    }
}
