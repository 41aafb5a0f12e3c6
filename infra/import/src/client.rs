//! Speaks to a mall: requests that are the same when they are sent again, so that a repeat is always safe.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{
    COOKIE, HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER, SET_COOKIE,
};
use reqwest::{Method, StatusCode, Url, redirect};
use serde::Serialize;
use serde_json::Value;

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
const CHANGED_MEANWHILE: &str = "it was changed, or removed, at the same time";
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
    patience: Patience,
}

/// What the mall made of a request.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// 201: it was not there before.
    Created(Value),
    /// Any other success: it was there before, or there is nothing to make.
    Done(Value),
    /// 412 or 428: it is there, and not as the request says.
    Differs,
    /// The mall does not want it, for this reason.
    Refused(String),
}

/// What a request asks for beside its body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Precondition {
    None,
    /// `If-Match: *`: whatever is there.
    Replace,
    /// `If-None-Match: *`: only what is not there yet.
    Create,
}

/// What became of a thing that was to be as a file says.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Put {
    Created(Value),
    Replaced(Value),
    Unchanged(Value),
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
        let request = nobody
            .http
            .post(format!("{}{SESSIONS}", nobody.base))
            .json(&serde_json::json!({ "login": login, "password": password }));
        let answer = request.send().await.map_err(ImportError::Client)?;
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
    ) -> Result<Put, ImportError> {
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

    /// Puts a thing that the mall would write again whatever is there: only when it is not there, or the mall shows it otherwise
    /// than `body` says.
    pub(crate) async fn put_unless_shown(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Put, ImportError> {
        let body = json(body)?;
        match self.put(path, &body, Precondition::Create).await? {
            Outcome::Created(answer) | Outcome::Done(answer) => return Ok(Put::Created(answer)),
            Outcome::Refused(reason) => return Ok(Put::Refused(reason)),
            Outcome::Differs => {}
        }
        // What is not shown was removed; the mall says so when it refuses the request.
        if let Outcome::Done(shown) = self.act(Method::GET, path, None).await?
            && shows(&shown, &body)
        {
            return Ok(Put::Unchanged(shown));
        }
        Ok(match self.put(path, &body, Precondition::None).await? {
            Outcome::Created(answer) => Put::Created(answer),
            Outcome::Done(answer) => Put::Replaced(answer),
            Outcome::Refused(reason) => Put::Refused(reason),
            Outcome::Differs => Put::Refused(CHANGED_MEANWHILE.to_owned()),
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
                Precondition::Create => request.header(IF_NONE_MATCH, "*"),
            };
            let sent = request.send().await;
            let (wish, last, source) = match sent {
                Ok(answer) if is_passing(answer.status()) => {
                    (retry_after(&answer), answer.status().to_string(), None)
                }
                Ok(answer) => return outcome(answer, &format!("{method} {path}")).await,
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

/// States that pass: too many requests, busy, or a function or its gateway that has just died.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::BAD_GATEWAY
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// The seconds a mall asks for. Its form with a date is not in use between machines and counts as no wish.
fn retry_after(answer: &reqwest::Response) -> Option<Duration> {
    answer
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
}

async fn outcome(answer: reqwest::Response, request: &str) -> Result<Outcome, ImportError> {
    let status = answer.status();
    if status.is_success() {
        // Read to its end, the connection can be used again. What broke off on the way was done all the same.
        let body = answer.bytes().await.unwrap_or_default();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        return Ok(if status == StatusCode::CREATED {
            Outcome::Created(body)
        } else {
            Outcome::Done(body)
        });
    }
    if matches!(
        status,
        StatusCode::PRECONDITION_FAILED | StatusCode::PRECONDITION_REQUIRED
    ) {
        return Ok(Outcome::Differs);
    }
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(ImportError::Session {
            request: request.to_owned(),
            status: status.as_u16(),
        });
    }
    let is_problem = problem::announced(answer.headers());
    if !is_problem
        && (status.is_redirection()
            || matches!(
                status,
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
            ))
    {
        return Err(ImportError::NoMall {
            request: request.to_owned(),
            status: status.as_u16(),
        });
    }
    // The status is known: a body that breaks off takes nothing from the refusal but its words.
    let body = answer.text().await.unwrap_or_default();
    Ok(Outcome::Refused(problem::reason(status, is_problem, &body)))
}

/// Whether what the mall shows says all that a request does; it leaves out what it has nothing to say of.
fn shows(shown: &Value, body: &Value) -> bool {
    body.as_object().is_some_and(|fields| {
        let mut fields = fields.iter();
        fields.all(|(name, value)| shown.get(name).unwrap_or(&Value::Null) == value)
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

/// How long a client tries: exponential back-off with full jitter, so that many clients do not return at once.
#[derive(Clone, Copy, Debug)]
struct Patience {
    attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
    longest_wish: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            attempts: 8,
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(10),
            longest_wish: Duration::from_secs(60),
        }
    }
}

impl Patience {
    /// The wait after so many attempts, `None` when it is enough, or when the mall wishes for a longer wait than ours.
    /// A wish is waited out in full; the jitter comes on top.
    fn wait(&self, attempts: u32, wish: Option<Duration>) -> Option<Duration> {
        let wish = wish.unwrap_or_default();
        if attempts >= self.attempts || wish > self.longest_wish {
            return None;
        }
        let doubled = self.first_wait.saturating_mul(1 << (attempts - 1).min(16));
        Some(wish + rand::random_range(Duration::ZERO..=doubled.min(self.longest_wait)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_shorter_than_the_mall_wishes_and_never_longer_than_wish_and_back_off() {
        let patience = Patience::default();
        for attempts in 1..8 {
            for wish in [0, 1, 60].map(Duration::from_secs) {
                let wait = patience.wait(attempts, Some(wish)).unwrap();
                assert!(wait >= wish, "{wait:?} after {attempts} attempts");
                assert!(
                    wait <= wish + Duration::from_millis(100 << (attempts - 1)),
                    "{wait:?} after {attempts} attempts"
                );
            }
        }
    }

    #[test]
    fn patience_ends_with_the_last_attempt_and_with_a_wish_beyond_a_minute() {
        let patience = Patience::default();
        assert!(patience.wait(7, None).is_some());
        assert!(patience.wait(8, None).is_none());
        assert!(patience.wait(1, Some(Duration::from_secs(61))).is_none());
    }

    #[test]
    fn waits_stop_growing() {
        let patience = Patience {
            attempts: u32::MAX,
            ..Patience::default()
        };
        assert!(patience.wait(u32::MAX - 1, None).unwrap() <= Duration::from_secs(10));
    }

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
