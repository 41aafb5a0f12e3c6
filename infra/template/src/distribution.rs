//! `AWS::CloudFront::Distribution`: what stands in front of all APIs on AWS.
//!
//! One machine has no CDN. It is read so that the way through it can be checked: which origin a path leads to, and whether answers
//! are kept there.

use std::collections::BTreeMap;

use crate::error::TemplateError;
use crate::properties::Properties;

/// The managed cache policy `CachingDisabled`; its id is the same in every account.
const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

/// A distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// Logical id in its template.
    pub id: String,
    /// Domain of each origin, by the origin's id.
    pub origins: BTreeMap<String, String>,
    /// Behaviours in their order, the default one last.
    pub behaviours: Vec<Behaviour>,
}

/// What a distribution does with the paths of one pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// A path with `*` for any characters and `?` for one; `*` for the default.
    pub pattern: String,
    /// Id of the origin.
    pub origin: String,
    /// Methods that are passed on.
    pub methods: Vec<String>,
    /// Answers may be kept: the cache policy is any but `CachingDisabled`.
    pub caches: bool,
}

impl Distribution {
    /// The behaviour that takes this path: the first whose pattern it has.
    pub fn behaviour(&self, path: &str) -> Option<&Behaviour> {
        let mut behaviours = self.behaviours.iter();
        behaviours.find(|behaviour| has_pattern(path.as_bytes(), behaviour.pattern.as_bytes()))
    }

    pub(crate) fn read(mut properties: Properties<'_>) -> Result<Distribution, TemplateError> {
        let id = properties.place().id().to_owned();
        let missing = properties
            .place()
            .within("DistributionConfig")
            .refuse("is missing");
        let mut config = properties.section("DistributionConfig")?.ok_or(missing)?;
        properties.ignore(&["Tags"]);
        properties.finish()?;
        let mut origins = BTreeMap::new();
        for mut origin in config.list("Origins")? {
            origins.insert(
                origin.required_text("Id")?,
                origin.required_text("DomainName")?,
            );
        }
        let mut behaviours = Vec::new();
        for mut behaviour in config.list("CacheBehaviors")? {
            let pattern = behaviour.required_text("PathPattern")?;
            behaviours.push(read_behaviour(behaviour, pattern)?);
        }
        let missing = config
            .place()
            .within("DefaultCacheBehavior")
            .refuse("is missing");
        let default = config.section("DefaultCacheBehavior")?.ok_or(missing)?;
        behaviours.push(read_behaviour(default, "*".to_owned())?);
        Ok(Distribution {
            id,
            origins,
            behaviours,
        })
    }
}

fn read_behaviour(
    mut behaviour: Properties<'_>,
    pattern: String,
) -> Result<Behaviour, TemplateError> {
    let mut methods = behaviour.texts("AllowedMethods")?;
    if methods.is_empty() {
        methods = vec!["GET".to_owned(), "HEAD".to_owned()];
    }
    // A policy of the template's own has an id on AWS only.
    let policy = behaviour.text("CachePolicyId").ok().flatten();
    Ok(Behaviour {
        origin: behaviour.required_text("TargetOriginId")?,
        pattern,
        methods,
        caches: policy.as_deref() != Some(CACHING_DISABLED),
    })
}

fn has_pattern(path: &[u8], pattern: &[u8]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, _) => path.is_empty(),
        (Some((b'*', rest)), None) => has_pattern(path, rest),
        (Some((b'*', rest)), Some((_, path_rest))) => {
            has_pattern(path, rest) || has_pattern(path_rest, pattern)
        }
        (Some((b'?', rest)), Some((_, path_rest))) => has_pattern(path_rest, rest),
        (Some((wanted, rest)), Some((found, path_rest))) => {
            wanted == found && has_pattern(path_rest, rest)
        }
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_characters_and_a_question_mark_is_one() {
        let has = |path: &str, pattern: &str| has_pattern(path.as_bytes(), pattern.as_bytes());
        assert!(has("/api/cart/items/1", "/api/cart/*"));
        assert!(has("/api/cart/", "/api/cart/*"));
        assert!(!has("/api/cart", "/api/cart/*"));
        assert!(has("/media/a/b.png", "/media/*.png"));
        assert!(!has("/media/a.pngx", "/media/*.png"));
        assert!(has("/v1", "/v?") && !has("/v", "/v?"));
        assert!(has("/anything", "*") && has("", "*"));
    }
}
