//! The permissions there are, and who may give them away.

use edge::{Grant, Permissions};

/// Every permission that an operation of the mall asks for, and what it is for. This is the one list of them: a role can grant
/// nothing that is not here, and `cargo xtask check` fails when an operation asks for a permission that is not.
pub const PERMISSIONS: &[(&str, &str)] = &[
    (
        "catalog:attribute:write",
        "Change attributes and their groups",
    ),
    ("catalog:brand:write", "Change brands"),
    (
        "catalog:category:write",
        "Change, move and remove categories",
    ),
    (
        "catalog:product:publish",
        "Put products on sale and take them off; change what is on sale, with catalog:product:write",
    ),
    (
        "catalog:product:write",
        "Change products that are not on sale",
    ),
    ("catalog:read", "See what is not on sale"),
    (
        "media:picture:remove",
        "Take pictures away for good, whoever uploaded them",
    ),
    ("media:upload", "Upload pictures and see those of all"),
    (
        "staff:account:write",
        "Create, change and disable accounts of staff, within one's own permissions",
    ),
    ("staff:audit:read", "See what staff did"),
    ("staff:read", "See accounts of staff and their roles"),
    (
        "staff:role:write",
        "Change roles, within one's own permissions",
    ),
    (
        "stock:adjustment:write",
        "Write stock off, and write up what was found",
    ),
    ("stock:purchase:receive", "Receive what was purchased"),
    ("stock:purchase:write", "Plan, merge and assign purchases"),
    (
        "stock:read",
        "See warehouses, stock, purchases and the ledger",
    ),
    ("stock:receipt:write", "Take goods in"),
    ("stock:warehouse:write", "Change warehouses"),
];

/// Somebody would give away, or take away, what they do not have themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("you have no permission {0} yourself")]
pub(crate) struct Beyond(pub(crate) Grant);

/// Whether somebody with the permissions `own` may decide about an account or a role with these.
pub(crate) fn may_give(own: &Permissions, these: &Permissions) -> Result<(), Beyond> {
    match own.first_beyond(these) {
        None => Ok(()),
        Some(grant) => Err(Beyond(grant.clone())),
    }
}

/// The place of the first grant that grants nothing there is.
pub(crate) fn first_unknown(grants: &[Grant]) -> Option<usize> {
    let known = |grant: &Grant| PERMISSIONS.iter().any(|(name, _)| grant.covers(name));
    grants.iter().position(|grant| !known(grant))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(texts: &[&str]) -> Vec<Grant> {
        texts
            .iter()
            .map(|text| Grant::parse(text).unwrap())
            .collect()
    }

    #[test]
    fn the_list_is_in_order_and_each_of_its_names_is_one() {
        assert!(PERMISSIONS.is_sorted_by_key(|(name, _)| *name));
        for (name, meaning) in PERMISSIONS {
            assert!(
                Grant::parse(name).is_ok() && !name.contains('*') && !meaning.is_empty(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_grant_of_nothing_there_is_is_found() {
        assert_eq!(
            first_unknown(&grants(&[
                "*",
                "catalog:*",
                "catalog:product:*",
                "staff:read"
            ])),
            None
        );
        assert_eq!(
            first_unknown(&grants(&["staff:read", "staff:reading"])),
            Some(1)
        );
        assert_eq!(first_unknown(&grants(&["moon:*"])), Some(0));
    }

    #[test]
    fn only_who_has_everything_gives_everything() {
        let some: Permissions = grants(&["catalog:*", "staff:account:write"])
            .into_iter()
            .collect();
        let all: Permissions = grants(&["*"]).into_iter().collect();
        assert_eq!(may_give(&all, &all), Ok(()));
        assert_eq!(
            may_give(&some, &grants(&["catalog:read"]).into_iter().collect()),
            Ok(())
        );
        assert_eq!(may_give(&some, &all), Err(Beyond(Grant::everything())));
    }
}
