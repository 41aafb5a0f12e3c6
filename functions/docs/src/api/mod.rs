//! The endpoints.

pub(crate) mod show_contract;
pub(crate) mod show_docs;
pub(crate) mod show_docs_file;

use edge::{Problem, ProblemKind, Refusal};

/// How long browsers and the CDN may show any of it without asking, in seconds: a new release shows within minutes.
const FRESH_SECONDS: u32 = 300;

/// What is compiled in can always be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowDocsError {}

impl Refusal for ShowDocsError {
    const KINDS: &'static [ProblemKind] = &[];

    fn problem(&self) -> Problem {
        match *self {}
    }
}
