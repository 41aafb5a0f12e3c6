//! An HTTP request in the making.

use serde_json::Value;

use crate::{Answer, Mall};

/// A request to the mall of a test.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'m> {
    mall: &'m Mall,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    cookies: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl<'m> Request<'m> {
    pub(crate) fn new(mall: &'m Mall, method: &str, path: &str) -> Self {
        Self {
            mall,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            cookies: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Carries a cookie.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// Comes from the member whose session this is.
    pub fn session(self, session: &str) -> Self {
        self.cookie("__Host-mall-session", session)
    }

    /// Comes from the guest whose key this is.
    pub fn guest(self, key: &str) -> Self {
        self.cookie("__Host-mall-guest", key)
    }

    /// Comes from staff.
    pub fn staff(self) -> Self {
        self.header("authorization", &format!("Bearer {}", crate::STAFF_KEY))
    }

    /// Sends JSON.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sends a body of any type.
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// Sends it, and waits for the answer.
    pub async fn send(self) -> Answer {
        self.mall.clone().answer(&self.event_parts()).await
    }

    /// Sends it to a function that dies when the wire says so: `None` when it died before it could answer.
    pub async fn send_to_the_death(self) -> Option<Answer> {
        let (mall, parts) = (self.mall.clone(), self.event_parts());
        tokio::select! {
            answer = mall.answer(&parts) => Some(answer),
            () = self.mall.wire().died() => None,
        }
    }

    fn event_parts(&self) -> Self {
        let mut parts = self.clone();
        if !parts.cookies.is_empty() {
            parts
                .headers
                .push(("cookie".to_owned(), parts.cookies.join("; ")));
        }
        parts
    }
}
