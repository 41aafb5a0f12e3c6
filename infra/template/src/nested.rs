//! `AWS::Serverless::Application` inside a service: what several services have in common and only AWS has, such as alarms.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::document::Document;
use crate::error::TemplateError;
use crate::kinds::Kind;
use crate::parameter::{Binding, bind};
use crate::properties::Properties;
use crate::read::hand_down;

/// A template that a service nests. It may hold only what one machine leaves out.
#[derive(Debug, Clone, PartialEq)]
pub struct Nested {
    /// Logical id in the service's template.
    pub id: String,
    /// The nested template, relative to the root folder.
    pub file: PathBuf,
    /// What its parameters are given, a text or a list of texts each; those are left out that have a value on AWS only.
    pub parameters: BTreeMap<String, Value>,
}

impl Nested {
    pub(crate) fn read(
        mut properties: Properties<'_>,
        root: &Path,
    ) -> Result<Nested, TemplateError> {
        let (scope, place) = (properties.scope(), properties.place().clone());
        let location = properties.required_text("Location")?;
        let folder = scope.document.file.parent().unwrap_or(Path::new(""));
        let file = folder.join(location);
        let given = hand_down(scope, properties.take_raw("Parameters"), &place)?;
        properties.ignore(&["NotificationARNs", "Tags", "TimeoutInMinutes"]);
        properties.finish()?;
        let document = Document::open(root, &file)?;
        for (id, resource) in &document.resources {
            if resource.kind != Kind::Unmodelled {
                return Err(document.place(id, "Type").refuse(
                    "belongs into the service's own template: one that a service nests holds what exists on AWS only",
                ));
            }
        }
        let parameters = bind(&document.parameters, given, &place.within("Parameters"))?;
        let known = |(name, binding)| match binding {
            Binding::Known(value) => Some((name, value)),
            Binding::Unknown(_) => None,
        };
        Ok(Nested {
            id: place.id().to_owned(),
            file,
            parameters: parameters.into_iter().filter_map(known).collect(),
        })
    }
}
