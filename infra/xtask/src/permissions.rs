//! Permissions that nobody needs: what the templates allow, less what functions needed while the tests ran.
//!
//! A function that misses a permission fails its tests: the back ends refuse the call, as AWS would. One that has too many
//! fails nothing, and shows here: the tests leave a record of all that was needed (see [`PermissionRecord`]), and a permission
//! that is not on it is unneeded, or no test goes where it is needed. Both are a reason to look, so they are one list.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use backends::{Needed, PermissionRecord};
use template::{Decision, Deployment, Permission, Role};

use crate::check::{self, Finding};

/// Why unused permissions cannot be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PermissionsError {
    #[error("{}: {source}", .file.display())]
    Record { file: PathBuf, source: io::Error },
    #[error("{} holds nothing: run the tests first (`cargo test --workspace`)", .file.display())]
    Empty { file: PathBuf },
}

/// Every permission of the templates under `root` that is not on the record of its tests; what is wrong with the templates
/// instead, when they cannot be read.
pub(crate) fn unused(root: &Path) -> Result<Vec<Finding>, PermissionsError> {
    let file = PermissionRecord::file_of(root);
    let needed = match PermissionRecord::read(&file) {
        Ok(needed) if needed.is_empty() => return Err(PermissionsError::Empty { file }),
        Ok(needed) => needed,
        Err(source) => return Err(PermissionsError::Record { file, source }),
    };
    Ok(match check::read_named(root, "mall") {
        Ok(deployment) => compare(&deployment, &needed),
        Err(problems) => problems.iter().map(Finding::from).collect(),
    })
}

/// Empties the record, for the tests to write it anew.
pub(crate) fn forget(root: &Path) -> Result<(), PermissionsError> {
    let file = PermissionRecord::file_of(root);
    match std::fs::remove_file(&file) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(PermissionsError::Record { file, source })
        }
        _ => Ok(()),
    }
}

fn compare(deployment: &Deployment, needed: &BTreeSet<Needed>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stack in &deployment.stacks {
        for function in &stack.functions {
            let role = deployment.role_of(function);
            let used = used(&role, needed);
            let unused = role.permissions().filter(|given| !used.contains(given));
            findings.extend(unused.map(|given| Finding::of(stack, &function.id, told(given))));
        }
    }
    findings
}

fn told(unused: Permission<'_>) -> String {
    let Permission {
        statement,
        action,
        resource,
    } = unused;
    let number = statement + 1;
    format!("statement {number}: no test needed {action} on {resource}")
}

/// The permissions by which the role was allowed what it needed. Where two would allow the same, the first is used: the
/// second is superfluous.
fn used<'r>(role: &'r Role, needed: &BTreeSet<Needed>) -> BTreeSet<Permission<'r>> {
    let own = needed
        .iter()
        .filter(|needed| needed.function == role.function);
    own.filter_map(
        |needed| match role.decide(&needed.action, &needed.resource) {
            Decision::Allowed(permission) => Some(permission),
            _ => None,
        },
    )
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::small_mall::SmallMall;

    const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/mall-stock";

    fn unused_after(needed: &[(&str, &str, &str)]) -> Vec<String> {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn",
            "Action: [dynamodb:PutItem, dynamodb:Query], Resource: [!GetAtt Table.Arn, !Sub '${Table.Arn}/index/by-warehouse']",
        );
        let needed = needed.iter().map(|(function, action, resource)| Needed {
            function: (*function).to_owned(),
            action: (*action).to_owned(),
            resource: (*resource).to_owned(),
        });
        let deployment = mall.deployment("mall");
        let found = compare(&deployment, &needed.collect());
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_action_on_each_resource_that_no_test_needed_is_found() {
        let index = format!("{TABLE}/index/by-warehouse");
        let found = unused_after(&[
            ("release-stock", "dynamodb:PutItem", TABLE),
            ("release-stock", "dynamodb:Query", &index),
            (
                "release-stock",
                "sqs:ReceiveMessage",
                "arn:aws:sqs:us-east-1:000000000000:mall-release-stock",
            ),
            ("submit-order", "dynamodb:Query", TABLE),
        ]);
        let line = |action: &str, resource: &str| {
            format!(
                "infra/stock.yaml: ReleaseStock: statement 1: no test needed {action} on {resource}"
            )
        };
        assert_eq!(
            found,
            [
                line("dynamodb:PutItem", &index),
                line("dynamodb:Query", TABLE)
            ]
        );
    }

    #[test]
    fn what_is_needed_leaves_nothing_to_find() {
        let index = format!("{TABLE}/index/by-warehouse");
        let needed: Vec<_> = ["dynamodb:PutItem", "dynamodb:Query"]
            .iter()
            .flat_map(|action| {
                [
                    ("release-stock", *action, TABLE),
                    ("release-stock", *action, &*index),
                ]
            })
            .collect();
        assert_eq!(unused_after(&needed), Vec::<String>::new());
    }
}
