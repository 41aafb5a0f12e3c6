//! What staff may do: names such as `catalog:product:write`, and grants that name one or all below one.

use std::{collections::BTreeSet, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A thing that staff may be permitted to do.
pub trait Permission: 'static {
    /// Its name: `service:thing:verb`.
    const NAME: &'static str;
}

/// What a role grants: one permission by its name, all of a service or of a thing (`catalog:*`, `catalog:product:*`), or
/// everything (`*`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant(String);

/// A text that is no grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a permission: it must match {PATTERN}")]
pub struct InvalidGrant;

const PATTERN: &str =
    r"^(\*|[a-z][a-z0-9-]{0,23}(:[a-z][a-z0-9-]{0,23}){0,2}(:[a-z][a-z0-9-]{0,23}|:\*))$";

impl Grant {
    /// Reads a grant.
    ///
    /// # Errors
    /// When the text is not of the form of one. Whether there is such a permission is not asked here.
    pub fn parse(text: &str) -> Result<Self, InvalidGrant> {
        let word = |part: &str| {
            part.len() <= 24
                && part.starts_with(|c: char| c.is_ascii_lowercase())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let parts: Vec<&str> = text.split(':').collect();
        let fits = match parts.as_slice() {
            ["*"] => true,
            [words @ .., last] => {
                (1..=3).contains(&words.len())
                    && words.iter().all(|part| word(part))
                    && (*last == "*" || word(last))
            }
            [] => false,
        };
        fits.then(|| Self(text.to_owned())).ok_or(InvalidGrant)
    }

    /// The grant of everything.
    #[must_use]
    pub fn everything() -> Self {
        Self("*".to_owned())
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether whoever has it may do what needs this permission, or may give away what needs that grant.
    #[must_use]
    pub fn covers(&self, wanted: &str) -> bool {
        match self.0.strip_suffix('*') {
            // What remains ends with a colon, or is empty.
            Some(above) => wanted.starts_with(above),
            None => wanted == self.0,
        }
    }
}

/// All that somebody may do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(BTreeSet<Grant>);

impl Permissions {
    /// Whether this permission is among them.
    #[must_use]
    pub fn allow(&self, name: &str) -> bool {
        self.0.iter().any(|grant| grant.covers(name))
    }

    /// Whether they are everything.
    #[must_use]
    pub fn are_everything(&self) -> bool {
        self.0.contains(&Grant::everything())
    }

    /// The first grant of `others` that goes beyond these.
    #[must_use]
    pub fn first_beyond<'o>(&self, others: &'o Self) -> Option<&'o Grant> {
        others.0.iter().find(|grant| !self.allow(grant.as_str()))
    }

    /// The grants they are made of, in the order of their names.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.0.iter()
    }
}

impl FromIterator<Grant> for Permissions {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        Self(grants.into_iter().collect())
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Grant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Grant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Grant {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Grant".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(grants: &[&str]) -> Permissions {
        grants
            .iter()
            .map(|grant| Grant::parse(grant).unwrap())
            .collect()
    }

    #[test]
    fn a_grant_names_one_permission_or_all_below_a_name() {
        for text in [
            "*",
            "catalog:*",
            "catalog:read",
            "catalog:product:write",
            "catalog:product:*",
            "flash-sale:round:write",
        ] {
            assert!(Grant::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "catalog",
            "catalog:",
            ":read",
            "cat*",
            "catalog:p*",
            "*:read",
            "catalog:*:write",
            "Catalog:read",
            "a:b:c:d:e",
            "a b:c",
        ] {
            assert_eq!(Grant::parse(text), Err(InvalidGrant), "{text}");
        }
    }

    #[test]
    fn what_is_not_granted_is_denied() {
        let some = permissions(&["catalog:product:*", "stock:read"]);
        for allowed in [
            "catalog:product:write",
            "catalog:product:publish",
            "stock:read",
        ] {
            assert!(some.allow(allowed), "{allowed}");
        }
        for denied in [
            "catalog:read",
            "catalog:products:write",
            "stock:receipt:write",
            "staff:read",
            "",
        ] {
            assert!(!some.allow(denied), "{denied}");
        }
        assert!(!Permissions::default().allow("stock:read"));
        assert!(permissions(&["*"]).allow("staff:account:write"));
    }

    #[test]
    fn nobody_has_more_than_they_have() {
        let some = permissions(&["catalog:*", "stock:read"]);
        for less in [
            &["catalog:read"][..],
            &["catalog:*"],
            &["catalog:product:*", "stock:read"],
            &[],
        ] {
            assert_eq!(some.first_beyond(&permissions(less)), None, "{less:?}");
        }
        for (more, beyond) in [
            (&["*"][..], "*"),
            (&["stock:*"], "stock:*"),
            (&["catalog:read", "staff:read"], "staff:read"),
        ] {
            let more = permissions(more);
            assert_eq!(some.first_beyond(&more).map(Grant::as_str), Some(beyond));
        }
        assert!(permissions(&["*"]).are_everything() && !some.are_everything());
    }
}
