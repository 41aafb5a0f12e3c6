//! No data is lost and none lies open: every table can be restored, is encrypted, and refuses to be deleted.

use template::{Stack, Table};

use super::{Finding, Subject};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let stacks = subject.deployment.stacks.iter();
    let tables = stacks.flat_map(|stack| stack.tables.iter().map(move |table| (stack, table)));
    tables
        .flat_map(|(stack, table)| check_table(stack, table))
        .collect()
}

fn check_table(stack: &Stack, table: &Table) -> Vec<Finding> {
    let asked = [
        (
            table.point_in_time_recovery,
            "cannot be restored; write PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }",
        ),
        (
            table.encrypted,
            "is not encrypted with a key of the account; write SSESpecification: { SSEEnabled: true }",
        ),
        (
            table.deletion_protection,
            "can be deleted by accident; write DeletionProtectionEnabled: !Ref DeletionProtection",
        ),
    ];
    let missing = asked.into_iter().filter(|(given, _)| !given);
    missing
        .map(|(_, what)| Finding::of(stack, &table.id, what))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    #[test]
    fn a_table_that_is_not_kept_safe_is_found() {
        for (setting, what) in [
            (
                "PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}",
                "cannot be restored",
            ),
            ("SSESpecification: {SSEEnabled: true}", "is not encrypted"),
            (
                "DeletionProtectionEnabled: true",
                "can be deleted by accident",
            ),
        ] {
            for instead in ["Tags: []", &setting.replace("true", "false")] {
                let mut mall = SmallMall::new();
                mall.edit("infra/stock.yaml", setting, instead);
                let findings = mall.findings();
                assert_eq!(findings.len(), 1, "{instead}: {findings:?}");
                let start = format!("infra/stock.yaml: Table: {what}");
                assert!(findings[0].starts_with(&start), "{}", findings[0]);
            }
        }
    }
}
