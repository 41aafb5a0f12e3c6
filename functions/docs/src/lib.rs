#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;

use edge::{Boot, Service};
use kernel::ConfigError;

/// What the operations of this service share: nothing, as all they answer is compiled in.
struct Docs;

impl Docs {
    fn from_env(_: &Boot) -> Result<Self, ConfigError> {
        Ok(Self)
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("docs")
        .endpoint(
            "show-contract",
            Docs::from_env,
            api::show_contract::show_contract,
        )
        .endpoint("show-docs", Docs::from_env, api::show_docs::show_docs)
        .endpoint(
            "show-docs-file",
            Docs::from_env,
            api::show_docs_file::show_docs_file,
        )
}
