//! Shows a file that the page of the contract is made of.

use edge::{Answer, Cacheable, Path, Public, Reply};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::{FRESH_SECONDS, ShowDocsError};
use crate::Docs;

/// Which file.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct FilePath {
    file: File,
}

/// The files of the page.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) enum File {
    /// Swagger UI.
    #[serde(rename = "swagger-ui-bundle.js")]
    Bundle,
    /// Its style sheet.
    #[serde(rename = "swagger-ui.css")]
    Style,
    /// What starts it.
    #[serde(rename = "start.js")]
    Start,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

impl Answer for File {
    const MEDIA_TYPES: &'static [&'static str] = &[SCRIPT, STYLE];

    fn media_type(&self) -> &'static str {
        match self {
            Self::Bundle | Self::Start => SCRIPT,
            Self::Style => STYLE,
        }
    }

    fn text(&self) -> Result<Option<String>, serde_json::Error> {
        let text = match self {
            Self::Bundle => include_str!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js")),
            Self::Style => include_str!(concat!(env!("OUT_DIR"), "/swagger-ui.css")),
            Self::Start => include_str!("../../page/start.js"),
        };
        Ok(Some(text.to_owned()))
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        Some(json_schema!({ "type": "string" }))
    }
}

pub(crate) async fn show_docs_file(
    _: &Docs,
    (_, Path(path)): (Public, Path<FilePath>),
) -> Result<Reply<File, Cacheable>, ShowDocsError> {
    Ok(Reply::ok(path.file)
        .header("x-content-type-options", "nosniff")
        .public_for(FRESH_SECONDS))
}
