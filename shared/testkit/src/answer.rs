//! An HTTP answer.

use serde_json::Value;

/// What a client of the mall sees.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The values of `Set-Cookie`.
    pub cookies: Vec<String>,
    /// The body, empty where there is none.
    pub body: String,
}

impl Answer {
    pub(crate) fn of(event: &Value) -> Self {
        let headers = event["headers"].as_object().into_iter().flatten();
        let cookies = event["cookies"].as_array().into_iter().flatten();
        Self {
            status: u16::try_from(event["statusCode"].as_u64().unwrap()).unwrap(),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
                .collect(),
            cookies: cookies
                .map(|cookie| cookie.as_str().unwrap().to_owned())
                .collect(),
            body: event["body"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value that a cookie was set to; empty when it was taken back.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().find_map(|cookie| {
            let (known, rest) = cookie.split_once('=')?;
            (known == name).then(|| rest.split(';').next().unwrap_or_default().to_owned())
        })
    }

    /// The code of a problem document; fails the test when the answer is none.
    #[must_use]
    pub fn problem_code(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        let document = self.json();
        assert_eq!(
            document["status"].as_u64(),
            Some(self.status.into()),
            "{self:?}"
        );
        assert!(
            document["request_id"].is_string() && document["title"].is_string(),
            "{self:?}"
        );
        document["code"].as_str().unwrap().to_owned()
    }

    /// The pointers of a problem document's errors.
    #[must_use]
    pub fn pointers(&self) -> Vec<String> {
        let errors = self.json()["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        errors
            .iter()
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The answer itself, when it has this status; fails the test otherwise.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use)]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}
