//! Answers of operations.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

/// Which statuses an answer may have, and which headers come with them.
pub trait Statuses: Send + 'static {
    /// The statuses.
    const STATUSES: &'static [u16];

    /// The headers that the answer has beside those of every answer, whichever of its statuses it has.
    #[must_use]
    fn headers() -> Vec<AnswerHeader> {
        Vec::new()
    }
}

/// A header of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerHeader {
    /// Its name.
    pub name: &'static str,
    /// Whether the answer always has it.
    pub always: bool,
    /// What it says.
    pub meaning: &'static str,
}

/// 200.
pub enum Ok200 {}
/// 201 with the address of what was made.
pub enum Created {}
/// 201 when it was made, 200 when it was there and now is as given.
pub enum Stored {}
/// 202: taken, done later.
pub enum Accepted {}
/// 204 without a body.
pub enum NoContent {}
/// 200 with a tag, and 304 without a body for a client that has the answer with this tag.
pub enum Cacheable {}
/// As `S`, with the version of the thing as its tag: what a change of it sends back in `If-Match`.
pub struct Versioned<S>(PhantomData<fn() -> S>);
/// As `S`, and cookies may be set.
pub struct SettingCookies<S>(PhantomData<fn() -> S>);

impl Statuses for Ok200 {
    const STATUSES: &'static [u16] = &[200];
}
impl Statuses for Created {
    const STATUSES: &'static [u16] = &[201];
    fn headers() -> Vec<AnswerHeader> {
        vec![AnswerHeader {
            name: "Location",
            always: true,
            meaning: "Where to find what was made.",
        }]
    }
}
impl Statuses for Stored {
    const STATUSES: &'static [u16] = &[200, 201];
}
impl Statuses for Accepted {
    const STATUSES: &'static [u16] = &[202];
}
impl Statuses for NoContent {
    const STATUSES: &'static [u16] = &[204];
}
impl Statuses for Cacheable {
    const STATUSES: &'static [u16] = &[200, 304];
    fn headers() -> Vec<AnswerHeader> {
        let always = |name, meaning| AnswerHeader {
            name,
            always: true,
            meaning,
        };
        vec![
            always(
                "ETag",
                "The tag of this answer; send it back in If-None-Match.",
            ),
            always(
                "Cache-Control",
                "For how long the answer may be shown without asking.",
            ),
        ]
    }
}
impl<S: Statuses> Statuses for Versioned<S> {
    const STATUSES: &'static [u16] = S::STATUSES;
    fn headers() -> Vec<AnswerHeader> {
        let mut headers = S::headers();
        headers.push(AnswerHeader {
            name: "ETag",
            always: true,
            meaning: "The version of the thing; send it back in If-Match to change just that.",
        });
        headers
    }
}
impl<S: Statuses> Statuses for SettingCookies<S> {
    const STATUSES: &'static [u16] = S::STATUSES;
    fn headers() -> Vec<AnswerHeader> {
        let mut headers = S::headers();
        headers.push(AnswerHeader::SET_COOKIE);
        headers
    }
}

impl AnswerHeader {
    pub(crate) const SET_COOKIE: Self = Self {
        name: "Set-Cookie",
        always: false,
        meaning: "A cookie of a session or a guest, set or taken back.",
    };
    pub(crate) const RETRY_AFTER: Self = Self {
        name: "Retry-After",
        always: true,
        meaning: "After how many seconds the same request is worth another try.",
    };
}

/// An operation's answer: a body, a status, and what goes into headers. `Reply<OrderView>` answers 200;
/// `Reply<OrderView, Created>` 201.
#[derive(Debug)]
pub struct Reply<V, S = Ok200> {
    pub(crate) body: V,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) cookies: Vec<String>,
    pub(crate) tagged: bool,
    statuses: PhantomData<S>,
}

impl<V, S> Reply<V, S> {
    fn new(status: u16, body: V) -> Self {
        Self {
            body,
            status,
            headers: Vec::new(),
            cookies: Vec::new(),
            tagged: false,
            statuses: PhantomData,
        }
    }

    /// The same reply, of other statuses.
    fn becoming<T>(self) -> Reply<V, T> {
        Reply {
            body: self.body,
            status: self.status,
            headers: self.headers,
            cookies: self.cookies,
            tagged: self.tagged,
            statuses: PhantomData,
        }
    }

    /// Sets these cookies, if any. The type of the reply says so, and with it the OpenAPI document.
    #[must_use]
    pub fn cookies(
        mut self,
        cookies: impl IntoIterator<Item = String>,
    ) -> Reply<V, SettingCookies<S>> {
        self.cookies.extend(cookies);
        self.becoming()
    }

    /// Says which version of a thing this is, as its `ETag`.
    #[must_use]
    pub fn version(mut self, version: u64) -> Reply<V, Versioned<S>> {
        self.headers.push(("etag", format!("\"{version}\"")));
        self.becoming()
    }

    /// Sends a header along, such as a page's `content-security-policy`.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl<V> Reply<V, Ok200> {
    /// 200 with a body.
    pub fn ok(body: V) -> Self {
        Self::new(200, body)
    }

    /// Lets browsers and the CDN keep the answer for so many seconds, and ask with its `ETag` afterwards: an unchanged
    /// one is answered with 304 and no body. Only for answers that are the same for everyone.
    #[must_use]
    pub fn public_for(mut self, seconds: u32) -> Reply<V, Cacheable> {
        self.headers.push((
            "cache-control",
            format!("public, max-age={seconds}, stale-while-revalidate=60"),
        ));
        self.tagged = true;
        self.becoming()
    }
}

impl<V> Reply<V, Created> {
    /// 201: made, and to be found at `location`.
    pub fn created(location: String, body: V) -> Self {
        let mut reply = Self::new(201, body);
        reply.headers.push(("location", location));
        reply
    }
}

impl<V> Reply<V, Stored> {
    /// 201 when it was made, 200 when it replaced what was there, or was there already.
    pub fn stored(made: bool, body: V) -> Self {
        Self::new(if made { 201 } else { 200 }, body)
    }
}

impl<V> Reply<V, Accepted> {
    /// 202: taken, done later.
    pub fn accepted(body: V) -> Self {
        Self::new(202, body)
    }
}

impl Reply<(), NoContent> {
    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::new(204, ())
    }
}

/// A body that is text and not JSON, such as the `success` that a payment provider waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain(pub String);

/// What an answer's body is made of. Implemented for every type that is JSON and has a schema, and for [`Plain`]; a type
/// whose text is sent as it is, such as a page, implements it itself.
pub trait Answer: Send + 'static {
    /// The media types that the body may be of.
    const MEDIA_TYPES: &'static [&'static str];

    /// The media type of this body, one of [`Answer::MEDIA_TYPES`].
    fn media_type(&self) -> &'static str {
        Self::MEDIA_TYPES[0]
    }

    /// The body as text; `None` for none.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    fn text(&self) -> Result<Option<String>, serde_json::Error>;

    /// The schema of the body; `None` for none.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;
}

impl<V: Serialize + JsonSchema + Send + 'static> Answer for V {
    const MEDIA_TYPES: &'static [&'static str] = &["application/json"];

    fn text(&self) -> Result<Option<String>, serde_json::Error> {
        let text = serde_json::to_string(self)?;
        // The unit type is the body of an answer without one.
        Ok(Some(text).filter(|text| text != "null"))
    }

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        let unit = V::schema_name() == <()>::schema_name();
        (!unit).then(|| generator.subschema_for::<V>())
    }
}

impl Answer for Plain {
    const MEDIA_TYPES: &'static [&'static str] = &["text/plain; charset=utf-8"];

    fn text(&self) -> Result<Option<String>, serde_json::Error> {
        Ok(Some(self.0.clone()))
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        Some(schemars::json_schema!({ "type": "string" }))
    }
}
