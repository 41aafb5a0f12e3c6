//! Shows the page on which the contract can be browsed and tried out.

use edge::{Answer, Cacheable, Public, Reply};
use schemars::{Schema, SchemaGenerator, json_schema};

use super::{FRESH_SECONDS, ShowDocsError};
use crate::Docs;

/// What the page may load and where it may send: this mall alone. Its pictures are in its style sheet.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page.
pub(crate) struct Page;

impl Answer for Page {
    const MEDIA_TYPES: &'static [&'static str] = &["text/html; charset=utf-8"];

    fn text(&self) -> Result<Option<String>, serde_json::Error> {
        Ok(Some(include_str!("../../page/index.html").to_owned()))
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        Some(json_schema!({ "type": "string" }))
    }
}

pub(crate) async fn show_docs(
    _: &Docs,
    (_,): (Public,),
) -> Result<Reply<Page, Cacheable>, ShowDocsError> {
    Ok(Reply::ok(Page)
        .header("content-security-policy", CONTENT_SECURITY_POLICY)
        .header("x-content-type-options", "nosniff")
        .public_for(FRESH_SECONDS))
}
