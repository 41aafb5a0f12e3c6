//! Conditional changes (RFC 9110, 13): a client says which version of a thing it changes, so that two editors never
//! overwrite each other unseen.

use schemars::SchemaGenerator;
use serde_json::json;

use crate::{Description, Extract, Parameter, Problem, ProblemKind, Request};

/// What the client says it knows of the thing that it changes: `If-Match` with the `ETag` of a
/// [versioned answer](crate::Versioned), `If-None-Match: *` for what must not be there yet, or nothing.
///
/// An operation that takes it asks [`IfMatch::check`] once it has read the thing, writes on condition of that version, and
/// names [`ProblemKind::CHANGED_MEANWHILE`] and [`ProblemKind::IF_MATCH_REQUIRED`] among its problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch {
    known: Option<Known>,
    create_only: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    /// `*`: whichever version there is.
    Any,
    /// One of these. What is no tag of a version matches none.
    Versions(Vec<u64>),
}

/// Why a change does not happen: what is there is not what the client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unmatched {
    /// It is another version, it is gone, or it is there already.
    #[error("it is not as the request says: read it again")]
    Changed,
    /// The request does not say which version it changes.
    #[error("it is there already: send its ETag in If-Match to change it")]
    Unsaid,
}

impl IfMatch {
    /// Whether the thing may be changed that is there in version `current`, or made when there is none (`None`).
    ///
    /// # Errors
    /// When it is not what the client knows, or the client does not say what it knows of something that is there.
    pub fn check(&self, current: Option<u64>) -> Result<(), Unmatched> {
        match (&self.known, current) {
            (Some(_), None) => Err(Unmatched::Changed),
            (_, Some(_)) if self.create_only => Err(Unmatched::Changed),
            (Some(Known::Versions(known)), Some(current)) if !known.contains(&current) => {
                Err(Unmatched::Changed)
            }
            (None, Some(_)) => Err(Unmatched::Unsaid),
            _ => Ok(()),
        }
    }

    /// Whether the client says nothing about what it knows.
    #[must_use]
    pub fn is_unsaid(&self) -> bool {
        self.known.is_none() && !self.create_only
    }
}

impl From<Unmatched> for Problem {
    fn from(unmatched: Unmatched) -> Self {
        let kind = match unmatched {
            Unmatched::Changed => ProblemKind::CHANGED_MEANWHILE,
            Unmatched::Unsaid => ProblemKind::IF_MATCH_REQUIRED,
        };
        Self::from(kind).because(unmatched.to_string())
    }
}

impl Extract for IfMatch {
    fn extract(request: &Request) -> Result<Self, Problem> {
        let create_only = match request.header("if-none-match").map(str::trim) {
            None => false,
            Some("*") => true,
            Some(_) => {
                return Err(Problem::invalid(
                    "If-None-Match",
                    "a change takes no tags there, only *",
                ));
            }
        };
        Ok(Self {
            known: request.header("if-match").map(known),
            create_only,
        })
    }

    fn describe(description: &mut Description, _: &mut SchemaGenerator) {
        description.may_refuse(&[ProblemKind::INVALID]);
        description.parameters.extend([
            Parameter::header(
                "If-Match",
                json!({
                    "type": "string",
                    "description": "The ETag of the version that is changed, or * for whichever there is.",
                }),
            ),
            Parameter::header(
                "If-None-Match",
                json!({
                    "type": "string",
                    "enum": ["*"],
                    "description": "Only if there is none yet.",
                }),
            ),
        ]);
    }
}

fn known(header: &str) -> Known {
    if header.trim() == "*" {
        return Known::Any;
    }
    let version = |tag: &str| {
        tag.trim()
            .strip_prefix('"')?
            .strip_suffix('"')?
            .parse()
            .ok()
    };
    Known::Versions(header.split(',').filter_map(version).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn if_match(header: &str) -> IfMatch {
        IfMatch {
            known: Some(known(header)),
            create_only: false,
        }
    }

    const UNSAID: IfMatch = IfMatch {
        known: None,
        create_only: false,
    };
    const NEW: IfMatch = IfMatch {
        known: None,
        create_only: true,
    };

    #[test]
    fn a_change_happens_only_to_the_version_that_the_client_knows() {
        for header in ["\"3\"", "*", " \"2\", \"3\" "] {
            assert_eq!(if_match(header).check(Some(3)), Ok(()), "{header}");
            assert_eq!(if_match(header).check(None), Err(Unmatched::Changed));
        }
        // A weak tag never matches (RFC 9110, 13.1.1), nor does what is no version.
        for header in ["\"2\"", "3", "W/\"3\"", "\"x\"", "", "\"-3\""] {
            assert_eq!(
                if_match(header).check(Some(3)),
                Err(Unmatched::Changed),
                "{header}"
            );
        }
    }

    #[test]
    fn who_says_nothing_may_make_a_thing_and_not_change_one() {
        assert_eq!(UNSAID.check(None), Ok(()));
        assert_eq!(UNSAID.check(Some(1)), Err(Unmatched::Unsaid));
        assert_eq!(NEW.check(None), Ok(()));
        assert_eq!(NEW.check(Some(1)), Err(Unmatched::Changed));
    }
}
