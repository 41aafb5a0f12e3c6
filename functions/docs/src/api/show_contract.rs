//! Shows the contract: the OpenAPI document of all services.

use edge::{Answer, Cacheable, Public, Reply};
use schemars::{Schema, SchemaGenerator, json_schema};

use super::{FRESH_SECONDS, ShowDocsError};
use crate::Docs;

/// The document as it is checked in.
pub(crate) struct Contract;

impl Answer for Contract {
    const MEDIA_TYPES: &'static [&'static str] = &["application/json"];

    fn text(&self) -> Result<Option<String>, serde_json::Error> {
        Ok(Some(
            include_str!("../../../../docs/openapi.json").to_owned(),
        ))
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        Some(json_schema!({ "type": "object", "required": ["openapi", "info", "paths"] }))
    }
}

pub(crate) async fn show_contract(
    _: &Docs,
    (_,): (Public,),
) -> Result<Reply<Contract, Cacheable>, ShowDocsError> {
    Ok(Reply::ok(Contract).public_for(FRESH_SECONDS))
}
