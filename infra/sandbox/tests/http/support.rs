//! A merchant with a key of its own, its server that receives notices, and a buyer's browser.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use rsa::pkcs8::{DecodePublicKey, EncodePublicKey, LineEnding};
use rsa::sha2::Sha256;
use rsa::{PrivateKey, PublicKey};
use sandbox::{Options, Sandbox};
use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver};

pub(crate) const APP_ID: &str = "2021000000000001";
pub(crate) const SELLER_ID: &str = "2088000000000001";
/// Longer than anything waited for takes, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

static MERCHANT_KEY: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::new(&mut rand::rng(), 2048).unwrap());

pub(crate) type Parameters = BTreeMap<String, String>;

/// A sandbox and the client that talks to it, as the merchant's server and as the buyer's browser.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

/// Options as most tests want them: a notice is repeated at once, ten times.
pub(crate) fn options(directory: &Path) -> Options {
    Options {
        directory: directory.to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
        app_id: APP_ID.to_owned(),
        seller_id: SELLER_ID.to_owned(),
        merchant_public_key: MERCHANT_KEY
            .to_public_key()
            .to_public_key_pem(LineEnding::LF)
            .unwrap(),
        notice_schedule: vec![Duration::from_millis(5); 10],
    }
}

impl World {
    pub(crate) async fn start(options: Options) -> World {
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        World {
            sandbox: sandbox::start(options).await.unwrap(),
            client,
        }
    }

    /// The browser goes where the merchant sends it.
    pub(crate) async fn visit(&self, parameters: &Parameters) -> Response {
        let request = self.client.get(self.sandbox.gateway_url());
        request.query(parameters).send().await.unwrap()
    }

    /// The browser opens the cashier's page of an order; gives the trade's number.
    pub(crate) async fn open_page(&self, order: Order) -> String {
        let page = self.visit(&order.signed()).await;
        assert_eq!(page.status(), StatusCode::OK);
        trade_no_on(&page.text().await.unwrap())
    }

    /// The browser presses a button of the page.
    pub(crate) async fn press(&self, trade_no: &str, button: &str) -> Response {
        let url = format!("{}/cashier/{trade_no}/{button}", self.sandbox.url());
        self.client.post(url).send().await.unwrap()
    }

    /// The merchant's server calls a method; the answer's signature is checked over the node as it came.
    pub(crate) async fn call(&self, method: &str, content: Value) -> Value {
        let parameters = signed(common(method, &content.to_string()));
        let request = self.client.post(self.sandbox.gateway_url());
        let answer = request.form(&parameters).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let text = answer.text().await.unwrap();
        let name = format!("{}_response", method.replace('.', "_"));
        let (node, signature) = text
            .strip_prefix(&format!("{{\"{name}\":"))
            .and_then(|rest| rest.strip_suffix("\"}"))
            .and_then(|rest| rest.rsplit_once(",\"sign\":\""))
            .unwrap();
        assert!(verifies(self.sandbox.public_key(), node, signature));
        serde_json::from_str(node).unwrap()
    }

    /// The developer looks at a trade.
    pub(crate) async fn trade(&self, out_trade_no: &str) -> Value {
        let url = format!("{}/trades/{out_trade_no}", self.sandbox.url());
        let answer = self.client.get(url).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Waits until a trade is as wanted.
    pub(crate) async fn wait_for_trade(
        &self,
        out_trade_no: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let wait = async {
            let mut pause = tokio::time::interval(Duration::from_millis(10));
            loop {
                let trade = self.trade(out_trade_no).await;
                if wanted(&trade) {
                    return trade;
                }
                pause.tick().await;
            }
        };
        tokio::time::timeout(DEADLINE, wait).await.unwrap()
    }
}

/// What the merchant asks to be paid for.
pub(crate) struct Order {
    pub(crate) content: Value,
    pub(crate) notify_url: Option<String>,
    pub(crate) return_url: Option<String>,
}

impl Order {
    pub(crate) fn new(out_trade_no: &str) -> Order {
        let content = serde_json::json!({
            "out_trade_no": out_trade_no,
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "total_amount": "3788.00",
            "subject": "谷粒商城 手机",
            "body": "金色 64GB",
            "timeout_express": "15m",
        });
        Order {
            content,
            notify_url: None,
            return_url: Some("http://mall.local/orders?page=1".to_owned()),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Order {
        self.content[name] = Value::from(value);
        self
    }

    pub(crate) fn notifying(mut self, receiver: &Receiver) -> Order {
        self.notify_url = Some(receiver.url.clone());
        self
    }

    pub(crate) fn signed(&self) -> Parameters {
        let mut parameters = common("alipay.trade.page.pay", &self.content.to_string());
        for (name, url) in [
            ("notify_url", &self.notify_url),
            ("return_url", &self.return_url),
        ] {
            if let Some(url) = url {
                parameters.insert(name.to_owned(), url.clone());
            }
        }
        signed(parameters)
    }
}

/// The common parameters, not yet signed.
pub(crate) fn common(method: &str, content: &str) -> Parameters {
    let pairs = [
        ("app_id", APP_ID),
        ("biz_content", content),
        ("charset", "utf-8"),
        ("format", "JSON"),
        ("method", method),
        ("sign_type", "RSA2"),
        ("timestamp", "2026-03-02 12:00:00"),
        ("version", "1.0"),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

pub(crate) fn signed(mut parameters: Parameters) -> Parameters {
    let text = joined(&parameters, &["sign"]);
    let signature = MERCHANT_KEY
        .pkcs1v15_sign::<Sha256>(text.as_bytes())
        .unwrap();
    parameters.insert("sign".to_owned(), STANDARD.encode(signature));
    parameters
}

/// Whether a notice or a return was signed by the sandbox: everything but `sign` and `sign_type` counts.
pub(crate) fn is_signed(parameters: &Parameters, public_key: &str) -> bool {
    let text = joined(parameters, &["sign", "sign_type"]);
    verifies(public_key, &text, &parameters["sign"])
}

fn joined(parameters: &Parameters, left_out: &[&str]) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .filter(|(name, _)| !left_out.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

fn verifies(public_key: &str, text: &str, signature: &str) -> bool {
    let key = PublicKey::from_public_key_der(&STANDARD.decode(public_key).unwrap()).unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    key.pkcs1v15_verify::<Sha256>(text.as_bytes(), &signature)
        .is_ok()
}

fn trade_no_on(page: &str) -> String {
    let (_, rest) = page.split_once("action=\"/cashier/").unwrap();
    rest.split_once('/').unwrap().0.to_owned()
}

/// The merchant's server: answers notices as it is told to, then with `success`.
pub(crate) struct Receiver {
    pub(crate) url: String,
    notices: UnboundedReceiver<Parameters>,
}

impl Receiver {
    pub(crate) async fn start(answers: &[&'static str]) -> Receiver {
        let answers: Mutex<VecDeque<&'static str>> = Mutex::new(answers.iter().copied().collect());
        let answers = Arc::new(answers);
        let (sender, notices) = mpsc::unbounded_channel();
        let receive = move |body: String| async move {
            let notice = serde_html_form::from_str(&body).unwrap();
            let answer = answers.lock().unwrap().pop_front().unwrap_or("success");
            sender.send(notice).unwrap();
            answer
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/notice", listener.local_addr().unwrap());
        let routes: Router = Router::new().route("/notice", post(receive));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Receiver { url, notices }
    }

    /// The next notice that comes in.
    pub(crate) async fn notice(&mut self) -> Parameters {
        let notice = tokio::time::timeout(DEADLINE, self.notices.recv());
        notice.await.unwrap().unwrap()
    }

    /// Whether a notice has come in that was not taken yet.
    pub(crate) fn has_more(&mut self) -> bool {
        self.notices.try_recv().is_ok()
    }
}
