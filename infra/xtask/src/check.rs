//! The rules that templates, service crates and event files have to keep, one group a module.
//!
//! - [`stacks`]: a stack stays small; applications of the root do not wait for each other in a circle.
//! - [`operations`]: a function, an operation of the code, its source file and its event file come together.
//! - [`names`]: one name names an operation everywhere; physical names start with the prefix.
//! - [`queues`]: no message is lost: dead letters, visibility, partial failures.
//! - [`tables`]: no data is lost and none lies open.
//! - [`logs`]: functions and APIs write to log groups that forget in time; requests are traced.
//! - [`apis`]: an API takes no more than it can, and speaks to pages of listed origins only.
//! - [`edge`]: every route leads through the edge to its own API, and only what is for everyone is kept there.
//! - [`monitoring`]: each service nests `monitoring.yaml`, which watches all it has.
//! - [`policies`]: a function may do what it does and nothing else.
//! - [`triggers`]: what functions hear of tables and buckets is not lost, and their filters take what they are for.
//! - [`permissions`]: every permission that staff are asked for is one that a role can grant.
//! - [`routes`]: a service stays under its own path prefix, staff under `admin`.

mod apis;
mod edge;
mod logs;
mod monitoring;
mod names;
mod operations;
mod permissions;
mod policies;
mod queues;
mod routes;
mod stacks;
mod tables;
mod triggers;

#[cfg(test)]
pub(crate) mod small_mall;

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::path::Path;

use template::{Deployment, Function, Inputs, Stack, TemplateError};

use crate::services::Service;

/// The prefix that the templates are read with: no template can contain it by itself.
const PREFIX: &str = "xtask-check";

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    file: String,
    id: String,
    what: String,
}

/// What the rules look at.
struct Subject<'a> {
    /// Where the files are.
    root: &'a Path,
    deployment: &'a Deployment,
    services: &'a [Service],
    /// Event files and operations' source files, relative to the root, with `/` between folders.
    files: &'a BTreeSet<String>,
}

/// Everything that is wrong with the deployment in `root`, in the order of files.
///
/// When a template cannot be read, only that is told: what the other rules would say would mostly follow from it.
pub(crate) fn check(root: &Path, services: &[Service]) -> Vec<Finding> {
    let mut findings = match read(root) {
        Ok(deployment) => rules(&Subject {
            root,
            deployment: &deployment,
            services,
            files: &files(root),
        }),
        Err(problems) => problems.iter().map(Finding::from).collect(),
    };
    findings.sort();
    findings.dedup();
    findings
}

fn rules(subject: &Subject<'_>) -> Vec<Finding> {
    let groups = [
        stacks::check,
        operations::check,
        names::check,
        queues::check,
        tables::check,
        triggers::check,
        logs::check,
        apis::check,
        edge::check,
        monitoring::check,
        policies::check,
        permissions::check,
        routes::check,
    ];
    groups.iter().flat_map(|group| group(subject)).collect()
}

/// Reads the deployment with a prefix of the check's own.
pub(crate) fn read(root: &Path) -> Result<Deployment, Vec<TemplateError>> {
    read_named(root, PREFIX)
}

/// Reads the deployment with this prefix, and `1` for every parameter that has no default.
pub(crate) fn read_named(root: &Path, prefix: &str) -> Result<Deployment, Vec<TemplateError>> {
    let mut inputs = Inputs::local();
    inputs.parameters.clear();
    for parameter in template::parameters(root).map_err(|problem| vec![problem])? {
        match parameter.name.as_str() {
            "Prefix" => drop(inputs.parameters.insert(parameter.name, prefix.to_owned())),
            _ if parameter.default.is_none() => {
                drop(inputs.parameters.insert(parameter.name, "1".to_owned()))
            }
            _ => {}
        }
    }
    template::read_all(root, &inputs)
}

/// The files that rules ask for: `events/**/*.json` and `functions/<service>/src/{api,worker}/*.rs`.
fn files(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(root, Path::new("events"), &mut found);
    for service in names_in(&root.join("functions")) {
        for folder in ["api", "worker"] {
            collect(
                root,
                &Path::new("functions")
                    .join(&service)
                    .join("src")
                    .join(folder),
                &mut found,
            );
        }
    }
    found
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    for name in names_in(&root.join(folder)) {
        let path = folder.join(name);
        if root.join(&path).is_dir() {
            collect(root, &path, found);
        } else {
            found.insert(
                path.components()
                    .map(|part| part.as_os_str().to_string_lossy())
                    .collect::<Vec<_>>()
                    .join("/"),
            );
        }
    }
}

/// A folder that is missing has no files: the rules say what is missing.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

impl Subject<'_> {
    /// Every function with the stack it stands in.
    fn functions(&self) -> impl Iterator<Item = (&Stack, &Function)> {
        self.deployment.stacks.iter().flat_map(|stack| {
            stack
                .functions
                .iter()
                .map(move |function| (stack, function))
        })
    }

    /// The service crate of this name.
    fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }
}

impl Finding {
    fn new(file: impl Into<String>, id: impl Into<String>, what: impl Into<String>) -> Finding {
        Finding {
            file: file.into(),
            id: id.into(),
            what: what.into(),
        }
    }

    /// A finding about a resource of a stack.
    pub(crate) fn of(stack: &Stack, id: impl Into<String>, what: impl Into<String>) -> Finding {
        Finding::new(stack.file.display().to_string(), id, what)
    }
}

impl From<&TemplateError> for Finding {
    fn from(problem: &TemplateError) -> Finding {
        let file = match problem {
            TemplateError::Read { file, .. }
            | TemplateError::Yaml { file, .. }
            | TemplateError::Refused { file, .. }
            | TemplateError::Cycle { file, .. } => file.display().to_string(),
        };
        match problem {
            TemplateError::Read { source, .. } => {
                Finding::new(file, "the file", format!("cannot be read: {source}"))
            }
            TemplateError::Yaml {
                line,
                column,
                problem,
                ..
            } => Finding::new(file, format!("line {line}, column {column}"), problem),
            TemplateError::Refused {
                id,
                property,
                problem,
                ..
            } => Finding::new(file, id, format!("{property}: {problem}")),
            TemplateError::Cycle { stacks, .. } => {
                let what = format!(
                    "waits for itself ({}); let only the edge read outputs",
                    stacks.join(" -> ")
                );
                Finding::new(file, stacks.first().map_or("", String::as_str), what)
            }
        }
    }
}

impl Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.file, self.id, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::small_mall::SmallMall;

    #[test]
    fn a_mall_that_keeps_every_rule_has_no_findings() {
        assert_eq!(SmallMall::new().findings(), Vec::<String>::new());
    }

    #[test]
    fn a_template_that_cannot_be_read_is_the_only_finding_even_when_several_things_are_wrong() {
        let mut mall = SmallMall::new();
        mall.edit("infra/stock.yaml", "DelaySeconds: 0", "FifoQueue: true");
        mall.edit(
            "infra/stock.yaml",
            "Handler: release-stock",
            "Handler: release",
        );
        assert_eq!(
            mall.findings(),
            [
                "infra/stock.yaml: ReleaseStockQueue: Properties.FifoQueue: is outside the properties that this reader knows"
            ]
        );
    }

    #[test]
    fn a_missing_template_is_a_finding() {
        let mut mall = SmallMall::new();
        mall.edit("template.yaml", "infra/stock.yaml", "infra/stok.yaml");
        let findings = mall.findings();
        let told =
            |finding: &String| finding.starts_with("infra/stok.yaml: the file: cannot be read: ");
        assert!(findings.iter().any(told), "{findings:?}");
    }

    #[test]
    fn parameters_without_a_default_do_not_keep_the_templates_from_being_read() {
        let mut mall = SmallMall::new();
        mall.edit(
            "template.yaml",
            "Parameters:",
            "Parameters:\n  Window: {Type: Number}",
        );
        assert_eq!(mall.findings(), Vec::<String>::new());
    }
}
