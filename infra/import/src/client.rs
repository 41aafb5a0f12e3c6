//! Speaks to a mall: requests that are the same when they are sent again, so that a repeat is always safe.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{COOKIE, HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH, SET_COOKIE};
use reqwest::{Method, Url, redirect};
use serde::Serialize;
use serde_json::Value;

use crate::answer::{Outcome, is_passing, outcome, retry_after};
use crate::patience::Patience;
use crate::problem;
use crate::report::ImportError;

/// How many requests are under way at once unless told otherwise: enough to hide the way to a mall far off,
/// few enough not to crowd out its customers.
const IN_FLIGHT: usize = 16;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A little above the 30 seconds after which API Gateway gives up.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(35);
/// Where staff sign in.
const SESSIONS: &str = "/api/staff/sessions";
/// Why something is refused that somebody else writes at the same time.
pub(crate) const CHANGED_MEANWHILE: &str = "it was changed, or removed, at the same time";
/// What may stand in a path segment as it is (RFC 3986, unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A mall that takes categories, products and receipts from its staff over HTTP.
#[derive(Clone, Debug)]
pub struct MallClient {
    http: reqwest::Client,
    base: String,
    in_flight: usize,
    adds_only: bool,
    patience: Patience,
}

/// What a request asks for beside its body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Precondition {
    None,
    /// `If-Match: *`: whatever is there.
    Replace,
    /// `If-Match` with a version: only what was read.
    Version(u64),
    /// `If-None-Match: *`: only what is not there yet.
    Create,
}

/// What became of a thing that was to be as a file says, with the mall's answer where anybody needs it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Put<A = ()> {
    Created(A),
    Replaced(A),
    Unchanged(A),
    Refused(String),
}

impl MallClient {
    /// A client of the mall at `url` (`http` or `https`, a path before `/api` is kept) in a session of its staff:
    /// `session` is the cookie of it, name and value.
    ///
    /// # Errors
    /// [`ImportError::Address`] and [`ImportError::MalformedSession`] for arguments that cannot be right,
    /// [`ImportError::Client`] when TLS cannot be set up, for want of root certificates for instance.
    pub fn new(url: &str, session: &str) -> Result<MallClient, ImportError> {
        let mut cookie =
            HeaderValue::from_str(session.trim()).map_err(|_| ImportError::MalformedSession)?;
        cookie.set_sensitive(true);
        MallClient::with_headers(url, HeaderMap::from_iter([(COOKIE, cookie)]))
    }

    /// A client of the mall at `url` in a new session of the account that has this login and password.
    ///
    /// # Errors
    /// [`ImportError::SignIn`] when the mall does not let it in, and as [`MallClient::new`].
    pub async fn sign_in(
        url: &str,
        login: &str,
        password: &str,
    ) -> Result<MallClient, ImportError> {
        let nobody = MallClient::with_headers(url, HeaderMap::new())?;
        let credentials = serde_json::json!({ "login": login, "password": password });
        let answer = nobody.answer(
            Method::POST,
            SESSIONS,
            Some(&credentials),
            Precondition::None,
        );
        let answer = answer.await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        if let (true, Some(cookie)) = (status.is_success(), session_cookie(&headers)) {
            return MallClient::new(url, cookie);
        }
        let body = answer.text().await.unwrap_or_default();
        Err(ImportError::SignIn {
            login: login.to_owned(),
            reason: problem::reason(status, problem::announced(&headers), &body),
        })
    }

    fn with_headers(url: &str, headers: HeaderMap) -> Result<MallClient, ImportError> {
        let not_an_address = || ImportError::Address {
            url: url.to_owned(),
        };
        let base = Url::parse(url).map_err(|_| not_an_address())?;
        let https = match base.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(not_an_address()),
        };

        // Whoever came first has chosen a provider already; there is one in this workspace, so it is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .default_headers(headers)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT);
        if !https {
            // Roots are needed for TLS only, and a bare machine has none to load.
            http = http.tls_certs_only([]);
        }
        if is_this_machine(&base) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(ImportError::Client)?;
        let base = base.as_str().trim_end_matches('/').to_owned();
        Ok(MallClient {
            http,
            base,
            in_flight: IN_FLIGHT,
            adds_only: false,
            patience: Patience::default(),
        })
    }

    /// The same client with at most `requests` under way at once, 16 if not said (0 counts as 1).
    #[must_use]
    pub fn with_requests_in_flight(self, requests: usize) -> MallClient {
        MallClient {
            in_flight: requests.max(1),
            ..self
        }
    }

    pub(crate) fn requests_in_flight(&self) -> usize {
        self.in_flight
    }

    /// The same client, which leaves what the mall has as it is there and adds what it has not.
    pub(crate) fn adding_only(self) -> MallClient {
        MallClient {
            adds_only: true,
            ..self
        }
    }

    /// Whether what the mall has stays as it is there.
    pub(crate) fn adds_only(&self) -> bool {
        self.adds_only
    }

    /// Puts a thing in its place.
    pub(crate) async fn put(
        &self,
        path: &str,
        body: &impl Serialize,
        precondition: Precondition,
    ) -> Result<Outcome, ImportError> {
        let body = json(body)?;
        self.send(Method::PUT, path, Some(&body), precondition)
            .await
    }

    /// Puts a thing in place of whatever is there; the request says so only when the mall asks for it. What is there already
    /// and is the same stays untouched.
    pub(crate) async fn put_over(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Put<Value>, ImportError> {
        let body = json(body)?;
        let put = |precondition| self.send(Method::PUT, path, Some(&body), precondition);
        Ok(match put(Precondition::None).await? {
            Outcome::Created(answer) => Put::Created(answer),
            Outcome::Done(answer) => Put::Unchanged(answer),
            Outcome::Refused(reason) => Put::Refused(reason),
            Outcome::Differs => match put(Precondition::Replace).await? {
                Outcome::Created(answer) | Outcome::Done(answer) => Put::Replaced(answer),
                Outcome::Refused(reason) => Put::Refused(reason),
                Outcome::Differs => Put::Refused(CHANGED_MEANWHILE.to_owned()),
            },
        })
    }

    /// Puts a thing where nothing is yet; answers with what is there otherwise.
    pub(crate) async fn put_new(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Put<Value>, ImportError> {
        Ok(match self.put(path, body, Precondition::Create).await? {
            Outcome::Created(answer) => Put::Created(answer),
            Outcome::Done(answer) => Put::Unchanged(answer),
            Outcome::Refused(reason) => Put::Refused(reason),
            Outcome::Differs => match self.act(Method::GET, path, None).await? {
                Outcome::Created(answer) | Outcome::Done(answer) => Put::Unchanged(answer),
                Outcome::Refused(reason) => Put::Refused(reason),
                Outcome::Differs => Put::Refused(CHANGED_MEANWHILE.to_owned()),
            },
        })
    }

    /// Sends a request of any method without a precondition.
    pub(crate) async fn act(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Outcome, ImportError> {
        self.send(method, path, body, Precondition::None).await
    }

    /// Reads.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, ImportError> {
        match self.act(Method::GET, path, None).await? {
            Outcome::Created(answer) | Outcome::Done(answer) => Ok(answer),
            Outcome::Refused(reason) => Err(ImportError::Unreadable {
                path: path.to_owned(),
                reason,
            }),
            Outcome::Differs => Err(ImportError::Unreadable {
                path: path.to_owned(),
                reason: "an answer to a change".to_owned(),
            }),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        precondition: Precondition,
    ) -> Result<Outcome, ImportError> {
        let request = format!("{method} {path}");
        let answer = self.answer(method, path, body, precondition).await?;
        outcome(answer, &request).await
    }

    /// Sends a request, again and again while the mall is busy or away.
    async fn answer(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        precondition: Precondition,
    ) -> Result<reqwest::Response, ImportError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut request = self
                .http
                .request(method.clone(), format!("{}{path}", self.base));
            if let Some(body) = body {
                request = request.json(body);
            }
            request = match precondition {
                Precondition::None => request,
                Precondition::Replace => request.header(IF_MATCH, "*"),
                Precondition::Version(version) => {
                    request.header(IF_MATCH, format!("\"{version}\""))
                }
                Precondition::Create => request.header(IF_NONE_MATCH, "*"),
            };
            let sent = request.send().await;
            let (wish, last, source) = match sent {
                Ok(answer) if is_passing(answer.status()) => {
                    (retry_after(&answer), answer.status().to_string(), None)
                }
                Ok(answer) => return Ok(answer),
                Err(error) => (None, "no answer".to_owned(), Some(error)),
            };
            match self.patience.wait(attempts, wish) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => {
                    return Err(ImportError::Unavailable {
                        request: format!("{method} {path}"),
                        attempts,
                        last,
                        source,
                    });
                }
            }
        }
    }
}

/// The cookie of the session, name and value, that a sign-in sets.
fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(SET_COOKIE).iter();
    let mut pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    pairs.find(|pair| {
        pair.split_once('=')
            .is_some_and(|(name, _)| name.ends_with("-mall-staff"))
    })
}

fn json(body: &impl Serialize) -> Result<Value, ImportError> {
    serde_json::to_value(body).map_err(|source| ImportError::Unreadable {
        path: "a body".to_owned(),
        reason: source.to_string(),
    })
}

/// A path segment of any text.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A proxy of the environment cannot reach this machine's loopback.
fn is_this_machine(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_http_address_and_a_possible_cookie_make_a_client() {
        for url in ["", "mall.example", "ftp://mall.example", "//mall.example"] {
            let error = MallClient::new(url, "key").unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("{url} is not the http or https address of a mall")
            );
        }
        assert!(matches!(
            MallClient::new("http://127.0.0.1:1", "ke\ny"),
            Err(ImportError::MalformedSession)
        ));
        let client = MallClient::new("http://mall.example/shop/", " 5ecret\n").unwrap();
        assert_eq!(client.base, "http://mall.example/shop");
        assert!(
            !format!("{client:?}").contains("5ecret"),
            "the cookie shows in {client:?}"
        );
    }

    #[test]
    fn loopback_is_recognised_in_every_spelling() {
        for (url, expected) in [
            ("http://127.0.0.1:80", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:80", true),
            ("http://localhost", true),
            ("http://10.0.0.1", false),
            ("http://mall.example", false),
        ] {
            assert_eq!(
                is_this_machine(&Url::parse(url).unwrap()),
                expected,
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn a_mall_that_is_away_ends_the_run_after_the_last_attempt() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let mut mall = MallClient::new(&format!("http://{address}"), "key").unwrap();
        mall.patience = Patience {
            attempts: 3,
            first_wait: Duration::ZERO,
            ..mall.patience
        };
        let error = mall.act(Method::PUT, "/api/x", None).await.unwrap_err();
        assert!(
            matches!(&error, ImportError::Unavailable { attempts: 3, source: Some(_), request, .. } if request == "PUT /api/x"),
            "{error:?}"
        );
    }
}
