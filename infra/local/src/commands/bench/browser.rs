//! One client's way to the mall: sends, measures, and reads of an answer only what the next step needs.

use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::meter::Meter;

/// How long a busy mall is asked again while a run is prepared.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client, and what it has measured since [`Browser::take_meter`].
#[derive(Debug)]
pub(crate) struct Browser {
    http: reqwest::Client,
    base: String,
    meter: Meter,
}

/// An answer of the status that was hoped for.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// `name=value` of the cookie it sets.
    pub(crate) cookie: Option<String>,
    pub(crate) body: Bytes,
}

/// What a request is about, beside its method and path.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    /// Under which name it is measured: that of the function.
    pub(crate) step: &'static str,
    /// The statuses of success.
    pub(crate) statuses: &'static [StatusCode],
    pub(crate) cookie: &'a str,
}

impl Browser {
    pub(crate) fn new(http: reqwest::Client, base: &str) -> Self {
        Self {
            http,
            base: base.to_owned(),
            meter: Meter::default(),
        }
    }

    /// Another client of the same mall.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.http.clone(), &self.base)
    }

    pub(crate) fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }

    /// What was measured so far; counting starts again.
    pub(crate) fn take_meter(&mut self) -> Meter {
        std::mem::take(&mut self.meter)
    }

    /// Reads something of the mall.
    pub(crate) async fn get(&mut self, wish: Wish<'_>, path: &str) -> Option<Answer> {
        let request = self.request(Method::GET, path, wish.cookie);
        self.send(wish.step, wish.statuses, request).await
    }

    /// Sends something to the mall.
    pub(crate) async fn post(
        &mut self,
        wish: Wish<'_>,
        path: &str,
        body: &impl Serialize,
    ) -> Option<Answer> {
        self.change(wish, Method::POST, path, body).await
    }

    /// Sends something to the mall by any method.
    pub(crate) async fn change(
        &mut self,
        wish: Wish<'_>,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Option<Answer> {
        let request = self.request(method, path, wish.cookie).json(body);
        self.send(wish.step, wish.statuses, request).await
    }

    /// Asks at an address outside the mall.
    pub(crate) fn elsewhere(&self, method: Method, url: &str) -> RequestBuilder {
        self.http.request(method, url)
    }

    fn request(&self, method: Method, path: &str, cookie: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        if cookie.is_empty() {
            request
        } else {
            request.header(COOKIE, cookie)
        }
    }

    /// Sends and measures; `None` when the answer is another than hoped for, which is counted as an error then.
    pub(crate) async fn send(
        &mut self,
        step: &'static str,
        hoped_for: &[StatusCode],
        request: RequestBuilder,
    ) -> Option<Answer> {
        let started = Instant::now();
        match receive(request).await {
            Ok(answer) => {
                self.meter.received(answer.body.len());
                if hoped_for.contains(&answer.status) {
                    self.meter.took(step, started.elapsed());
                    return Some(answer);
                }
                self.meter.failed(step, answer.problem());
            }
            Err(error) => self.meter.failed(step, reason(&error).to_owned()),
        }
        None
    }

    /// Reads the answer to a step; what cannot be read is an error of that step.
    pub(crate) fn read<T: DeserializeOwned>(
        &mut self,
        step: &'static str,
        answer: &Answer,
    ) -> Option<T> {
        let read = serde_json::from_slice(&answer.body);
        if read.is_err() {
            self.meter.failed(step, "unreadable".to_owned());
        }
        read.ok()
    }

    /// Sends something without measuring it, again and again while the mall is busy.
    pub(crate) async fn insist(
        &self,
        method: Method,
        path: &str,
        cookie: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<Answer, reqwest::Error> {
        let (deadline, mut wait) = (Instant::now() + PATIENCE, Duration::from_millis(10));
        loop {
            let request = self.request(method.clone(), path, cookie);
            let request = match body {
                Some(body) => request.json(body),
                None => request,
            };
            let answer = receive(request).await?;
            if !answer.is_passing() || Instant::now() > deadline {
                return Ok(answer);
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(1));
        }
    }
}

impl Answer {
    /// Whether the mall asks to be asked again.
    fn is_passing(&self) -> bool {
        matches!(
            self.status,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
        )
    }

    /// Status and, in a problem document, its code: `409 21000`.
    pub(crate) fn problem(&self) -> String {
        #[derive(Deserialize)]
        struct Problem<'a> {
            #[serde(borrow)]
            code: Option<&'a RawValue>,
        }
        let problem = serde_json::from_slice::<Problem>(&self.body).ok();
        let code = problem.and_then(|problem| Some(problem.code?.get().trim_matches('"')));
        match code {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }
}

async fn receive(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let status = response.status();
    let cookie = response
        .headers()
        .get(SET_COOKIE)
        .and_then(|cookie| cookie.to_str().ok()?.split(';').next())
        .map(str::to_owned);
    // Read to its end, so that the connection serves the next request.
    let body = response.bytes().await?;
    Ok(Answer {
        status,
        cookie,
        body,
    })
}

/// Why no answer came, in two words.
pub(crate) fn reason(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_timeout() => "timed out",
        error if error.is_connect() => "no connection",
        _ => "broken off",
    }
}
