//! One name names an operation everywhere, and every physical name starts with the deployment's prefix.

use template::{Function, Stack};

use super::{Finding, PREFIX, Subject};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (stack, function) in subject.functions() {
        findings.extend(check_function(stack, function));
        findings.extend(check_unique(subject, stack, function));
    }
    for stack in &subject.deployment.stacks {
        findings.extend(check_physical_names(stack));
    }
    findings
}

fn check_function(stack: &Stack, function: &Function) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !is_kebab_case(&function.handler) {
        let what = format!(
            "the handler `{}` is not lower-case words joined by `-`",
            function.handler
        );
        findings.push(Finding::of(stack, &function.id, what));
    } else if function.id != pascal_case(&function.handler) {
        let what = format!(
            "the handler is `{}`, so the logical id is `{}`; rename one of them",
            function.handler,
            pascal_case(&function.handler)
        );
        findings.push(Finding::of(stack, &function.id, what));
    }
    if function.binary != stack.name {
        let what = format!(
            "Metadata names the binary `{}`; the stack's service is `{}`",
            function.binary, stack.name
        );
        findings.push(Finding::of(stack, &function.id, what));
    }
    findings
}

fn check_unique(subject: &Subject<'_>, stack: &Stack, function: &Function) -> Option<Finding> {
    let (other, _) = subject
        .functions()
        .find(|(_, other)| other.handler == function.handler)?;
    let what = format!(
        "the handler `{}` is taken in {}; a name is used once",
        function.handler,
        other.file.display()
    );
    (other.name != stack.name).then(|| Finding::of(stack, &function.id, what))
}

fn check_physical_names(stack: &Stack) -> Vec<Finding> {
    let tables = stack.tables.iter().map(|table| (&table.id, &table.name));
    let queues = stack.queues.iter().map(|queue| (&queue.id, &queue.name));
    let buckets = stack
        .buckets
        .iter()
        .map(|bucket| (&bucket.id, &bucket.name));
    let unprefixed = |name: &str| {
        name.strip_prefix(PREFIX)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_none_or(str::is_empty)
    };
    let all = tables
        .chain(queues)
        .chain(buckets)
        .filter(|(_, name)| unprefixed(name));
    all.map(|(id, name)| {
        Finding::of(
            stack,
            id,
            format!("its name `{name}` does not start with the prefix; write `${{Prefix}}-...`"),
        )
    })
    .collect()
}

fn is_kebab_case(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.split('-').all(is_word)
}

fn pascal_case(name: &str) -> String {
    let capitalise = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    };
    name.split('-').map(capitalise).collect()
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;
    use super::*;

    #[test]
    fn a_logical_id_that_is_not_its_handler_in_pascal_case_is_found() {
        let mut mall = SmallMall::new();
        mall.edit("infra/order.yaml", "  SubmitOrder:", "  SubmitTheOrder:");
        assert_eq!(
            mall.findings(),
            [
                "infra/order.yaml: SubmitTheOrder: the handler is `submit-order`, so the logical id is `SubmitOrder`; rename one of them"
            ]
        );
    }

    #[test]
    fn a_handler_in_another_spelling_is_found() {
        for handler in ["submit_order", "SubmitOrder", "submit--order", "-submit"] {
            let mut mall = SmallMall::new();
            mall.edit(
                "infra/order.yaml",
                "Handler: submit-order",
                &format!("Handler: {handler}"),
            );
            let expected = format!(
                "infra/order.yaml: SubmitOrder: the handler `{handler}` is not lower-case words joined by `-`"
            );
            assert!(mall.findings().contains(&expected), "{handler}");
        }
    }

    #[test]
    fn a_binary_of_another_service_is_found() {
        let mut mall = SmallMall::new();
        mall.edit("infra/order.yaml", "Binary: order", "Binary: stock");
        assert_eq!(
            mall.findings(),
            [
                "infra/order.yaml: SubmitOrder: Metadata names the binary `stock`; the stack's service is `order`"
            ]
        );
    }

    #[test]
    fn a_name_that_two_stacks_use_is_found() {
        let mut mall = SmallMall::new();
        mall.edit("infra/order.yaml", "  SubmitOrder:", "  ReceiveStock:");
        mall.edit(
            "infra/order.yaml",
            "Handler: submit-order",
            "Handler: receive-stock",
        );
        let expected = "infra/stock.yaml: ReceiveStock: the handler `receive-stock` is taken in infra/order.yaml; a name is used once";
        assert!(
            mall.findings().contains(&expected.to_owned()),
            "{:?}",
            mall.findings()
        );
    }

    #[test]
    fn tables_queues_and_buckets_without_the_prefix_are_found() {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "TableName: !Sub ${Prefix}-stock",
            "TableName: mall-stock",
        );
        mall.edit(
            "infra/stock.yaml",
            "QueueName: !Sub ${Prefix}-release-stock-dead",
            "QueueName: !Sub release-stock-${Prefix}",
        );
        mall.edit(
            "infra/order.yaml",
            "BucketName: !Sub ${Prefix}-pictures",
            "BucketName: !Sub ${Prefix}pictures",
        );
        assert_eq!(
            mall.findings(),
            [
                "infra/order.yaml: Pictures: its name `xtask-checkpictures` does not start with the prefix; write `${Prefix}-...`",
                "infra/stock.yaml: ReleaseStockDead: its name `release-stock-xtask-check` does not start with the prefix; write `${Prefix}-...`",
                "infra/stock.yaml: Table: its name `mall-stock` does not start with the prefix; write `${Prefix}-...`",
            ]
        );
    }

    #[test]
    fn names_are_turned_into_pascal_case_word_by_word() {
        assert_eq!(pascal_case("submit-order"), "SubmitOrder");
        assert_eq!(pascal_case("list-top-10"), "ListTop10");
        assert!(is_kebab_case("list-top-10"));
    }
}
