//! Answers of operations.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

/// Which statuses an answer may have.
pub trait Statuses: Send + 'static {
    /// The statuses.
    const STATUSES: &'static [u16];
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

impl Statuses for Ok200 {
    const STATUSES: &'static [u16] = &[200];
}
impl Statuses for Created {
    const STATUSES: &'static [u16] = &[201];
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

    /// Sets a cookie.
    #[must_use]
    pub fn cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Lets browsers and the CDN keep the answer for so many seconds, and ask with its `ETag` afterwards: an unchanged
    /// one is answered with 304 and no body. Only for answers that are the same for everyone.
    #[must_use]
    pub fn public_for(mut self, seconds: u32) -> Self {
        self.headers.push((
            "cache-control",
            format!("public, max-age={seconds}, stale-while-revalidate=60"),
        ));
        self.tagged = true;
        self
    }
}

impl<V> Reply<V, Ok200> {
    /// 200 with a body.
    pub fn ok(body: V) -> Self {
        Self::new(200, body)
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

/// What an answer's body is made of. Implemented for every type that is JSON and has a schema, for [`Plain`], and for
/// nothing else.
pub trait Answer: Send + 'static {
    /// The media type of the body.
    const MEDIA_TYPE: &'static str;

    /// The body as text; `None` for none.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    fn text(&self) -> Result<Option<String>, serde_json::Error>;

    /// The schema of the body; `None` for none.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;
}

impl<V: Serialize + JsonSchema + Send + 'static> Answer for V {
    const MEDIA_TYPE: &'static str = "application/json";

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
    const MEDIA_TYPE: &'static str = "text/plain; charset=utf-8";

    fn text(&self) -> Result<Option<String>, serde_json::Error> {
        Ok(Some(self.0.clone()))
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        Some(schemars::json_schema!({ "type": "string" }))
    }
}
