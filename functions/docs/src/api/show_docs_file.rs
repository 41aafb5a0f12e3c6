//! Shows a file that the page of the contract is made of.

use edge::{Answer, Cacheable, Path, Problem, ProblemKind, Public, Refusal, Reply};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::FRESH_SECONDS;
use crate::Docs;

/// Which file.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct FilePath {
    #[schemars(with = "File")]
    file: String,
}

/// The files of the page.
#[derive(Debug, Clone, Copy, JsonSchema)]
pub(crate) enum File {
    /// Swagger UI.
    #[schemars(rename = "swagger-ui-bundle.js")]
    Bundle,
    /// Its style sheet.
    #[schemars(rename = "swagger-ui.css")]
    Style,
    /// What starts it.
    #[schemars(rename = "start.js")]
    Start,
}

impl File {
    /// The file of this name, if it is one of the page's.
    fn named(name: &str) -> Option<Self> {
        match name {
            "swagger-ui-bundle.js" => Some(Self::Bundle),
            "swagger-ui.css" => Some(Self::Style),
            "start.js" => Some(Self::Start),
            _ => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowDocsFileError {
    #[error("the page has no such file")]
    NotFound,
}

impl Refusal for ShowDocsFileError {
    const KINDS: &'static [ProblemKind] = &[ProblemKind::NOT_FOUND];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
        }
    }
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
) -> Result<Reply<File, Cacheable>, ShowDocsFileError> {
    let file = File::named(&path.file).ok_or(ShowDocsFileError::NotFound)?;
    Ok(Reply::ok(file)
        .header("x-content-type-options", "nosniff")
        .public_for(FRESH_SECONDS))
}
