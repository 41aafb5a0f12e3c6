//! Every permission that an operation asks staff for is in the one list of those there are, or no role could grant it.

use super::{Finding, Subject};

/// Where the list is.
const LIST: &str = "functions/staff/src/domain/permission.rs";

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let operations = subject
        .services
        .iter()
        .flat_map(|service| &service.operations);
    let unknown = operations.filter_map(|operation| {
        let asked = operation.permission?;
        let known = staff::PERMISSIONS.iter().any(|(name, _)| *name == asked);
        (!known).then(|| Finding {
            file: LIST.to_owned(),
            id: asked.to_owned(),
            what: format!(
                "is asked for by {}, but is not in the list; add it",
                operation.name
            ),
        })
    });
    unknown.collect()
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    /// Has `receive-stock` ask for this permission.
    fn ask(mall: &mut SmallMall, permission: &'static str) {
        let operations = mall
            .services
            .iter_mut()
            .flat_map(|service| &mut service.operations);
        let asking = operations.filter(|operation| operation.name == "receive-stock");
        asking.for_each(|operation| operation.permission = Some(permission));
    }

    #[test]
    fn a_permission_that_no_role_can_grant_is_found() {
        let mut mall = SmallMall::new();
        assert_eq!(mall.findings(), [""; 0]);
        ask(&mut mall, "stock:moon:write");
        assert_eq!(
            mall.findings(),
            [
                "functions/staff/src/domain/permission.rs: stock:moon:write: is asked for by receive-stock, but is not in the list; add it"
            ]
        );
        ask(&mut mall, "stock:receipt:write");
        assert_eq!(mall.findings(), [""; 0]);
    }
}
