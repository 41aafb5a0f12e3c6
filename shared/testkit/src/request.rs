//! An HTTP request in the making.

use std::collections::BTreeSet;

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
    staff: Option<BTreeSet<String>>,
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
            staff: None,
            body: Vec::new(),
        }
    }

    /// A request of any method.
    pub fn to(mall: &'m Mall, method: &str, path: &str) -> Self {
        Self::new(mall, method, path)
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

    /// Comes from staff who may do everything.
    pub fn staff(self) -> Self {
        self.staff_with(&["*"])
    }

    /// Comes from staff who may do this much: permissions, or all of a kind (`stock:*`). Nobody before, nobody again: each
    /// such set of permissions has one account for all of the test.
    pub fn staff_with(mut self, permissions: &[&str]) -> Self {
        let permissions = permissions.iter().map(|name| (*name).to_owned());
        self.staff = Some(permissions.collect());
        self
    }

    /// Comes from staff whose session this is.
    pub fn staff_session(self, session: &str) -> Self {
        self.cookie("__Host-mall-staff", session)
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
        self.mall.clone().answer(&self.event_parts().await).await
    }

    /// Sends it to a function that dies when the wire says so: `None` when it died before it could answer.
    pub async fn send_to_the_death(self) -> Option<Answer> {
        let (mall, parts) = (self.mall.clone(), self.event_parts().await);
        tokio::select! {
            answer = mall.answer(&parts) => Some(answer),
            () = self.mall.wire().died() => None,
        }
    }

    async fn event_parts(&self) -> Self {
        let mut parts = self.clone();
        if let Some(permissions) = &self.staff {
            let session = self.mall.session_of_staff_with(permissions).await;
            parts = parts.staff_session(&session);
        }
        if !parts.cookies.is_empty() {
            parts
                .headers
                .push(("cookie".to_owned(), parts.cookies.join("; ")));
        }
        parts
    }
}
