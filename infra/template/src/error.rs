//! What can be wrong with a template, and where.

use std::path::{Path, PathBuf};

/// A template that cannot be read. Every message starts with the file, relative to the folder of `template.yaml`.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file is missing or unreadable.
    #[error("{}: cannot be read", file.display())]
    Read {
        /// The template, relative to the root folder.
        file: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is not YAML, or uses a part of YAML that CloudFormation reads differently.
    #[error("{}:{line}:{column}: {problem}", file.display())]
    Yaml {
        /// The template, relative to the root folder.
        file: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A value is wrong, or outside the subset of CloudFormation that this crate knows.
    #[error("{}: {id}: {property}: {problem}", file.display())]
    Refused {
        /// The template, relative to the root folder.
        file: PathBuf,
        /// Logical id of the resource, or the name of the section (`Parameters`, `Conditions` ...).
        id: String,
        /// Dotted path of the property below `id`.
        property: String,
        /// What is wrong with it and, where it can be said, the mend.
        problem: String,
    },
    /// Nested stacks wait for each other's outputs, so that none can be created first.
    #[error("{}: {}: these stacks wait for each other in a circle; let only `edge` read outputs", file.display(), stacks.join(" -> "))]
    Cycle {
        /// The root template.
        file: PathBuf,
        /// Logical ids of the applications on the circle, the first one repeated at the end.
        stacks: Vec<String>,
    },
}

/// Where in a template a value stands: what an error message names.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    file: PathBuf,
    id: String,
    property: String,
}

impl Place {
    pub(crate) fn new(file: &Path, id: &str, property: &str) -> Place {
        Place {
            file: file.to_owned(),
            id: id.to_owned(),
            property: property.to_owned(),
        }
    }

    /// The place of a property below this one.
    pub(crate) fn within(&self, name: &str) -> Place {
        let property = if self.property.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.property)
        };
        Place {
            property,
            ..self.clone()
        }
    }

    /// The place of an element of a list, counted from 0.
    pub(crate) fn item(&self, index: usize) -> Place {
        Place {
            property: format!("{}[{index}]", self.property),
            ..self.clone()
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn refuse(&self, problem: impl Into<String>) -> TemplateError {
        TemplateError::Refused {
            file: self.file.clone(),
            id: self.id.clone(),
            property: self.property.clone(),
            problem: problem.into(),
        }
    }
}
