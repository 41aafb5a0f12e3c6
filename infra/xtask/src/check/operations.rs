//! A function, an operation in the code, its source file and its event file come together; none stands alone.

use std::collections::BTreeSet;

use edge::Source;
use template::{Function, Stack, Trigger};

use super::{Finding, Subject};
use crate::services::{Kind, Operation, Service};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (stack, function) in subject.functions() {
        match subject.service(&stack.name) {
            None => {
                let what = format!(
                    "no service crate is called `{}`; add it to the services of the mall",
                    stack.name
                );
                findings.push(Finding::of(stack, &function.id, what));
            }
            Some(service) => findings.extend(check_operation(stack, function, service)),
        }
        findings.extend(check_files(subject, stack, function));
    }
    for service in subject.services {
        findings.extend(
            service
                .operations
                .iter()
                .filter_map(|operation| check_function(subject, service, operation)),
        );
    }
    findings.extend(check_event_files(subject));
    findings
}

fn check_operation(stack: &Stack, function: &Function, service: &Service) -> Option<Finding> {
    let Some(operation) = service
        .operations
        .iter()
        .find(|operation| operation.name == function.handler)
    else {
        let what = format!(
            "the crate `{}` has no operation `{}`; list it in functions/{}/src/lib.rs",
            service.name, function.handler, service.name
        );
        return Some(Finding::of(stack, &function.id, what));
    };
    let wanted = source(operation.kind);
    let sound = !function.triggers.is_empty()
        && function
            .triggers
            .iter()
            .all(|trigger| source_of(trigger) == wanted);
    (!sound).then(|| {
        let given: BTreeSet<_> = function.triggers.iter().map(source_of).map(named).collect();
        let given = match given.is_empty() {
            true => "nothing".to_owned(),
            false => given.into_iter().collect::<Vec<_>>().join(" and "),
        };
        let what = format!(
            "takes the events of {} in the code but of {given} in the template",
            named(wanted)
        );
        Finding::of(stack, &function.id, what)
    })
}

fn source(kind: Kind) -> Source {
    match kind {
        Kind::Endpoint | Kind::BackOffice => Source::Http,
        Kind::Worker(source) => source,
    }
}

fn source_of(trigger: &Trigger) -> Source {
    match trigger {
        Trigger::Http { .. } => Source::Http,
        Trigger::Queue { .. } => Source::Queue,
        Trigger::Stream { .. } => Source::Stream,
        Trigger::Bucket { .. } => Source::Bucket,
        Trigger::Schedule { .. } => Source::Schedule,
    }
}

fn named(source: Source) -> &'static str {
    match source {
        Source::Http => "an HttpApi",
        Source::Queue => "a queue (SQS)",
        Source::Stream => "a table's stream (DynamoDB)",
        Source::Bucket => "a bucket (S3)",
        Source::Schedule => "a schedule",
    }
}

fn check_files(subject: &Subject<'_>, stack: &Stack, function: &Function) -> Vec<Finding> {
    let folder = if is_http(function) { "api" } else { "worker" };
    let source = format!(
        "functions/{}/src/{folder}/{}.rs",
        stack.name,
        function.handler.replace('-', "_")
    );
    let missing = |(file, what): (String, &str)| {
        let finding = Finding::of(stack, &function.id, format!("there is no {file}; {what}"));
        (!subject.files.contains(&file)).then_some(finding)
    };
    let wanted = [
        (source, "a function's handler has a file of its name"),
        (
            event_file(&stack.name, &function.handler),
            "write one real event of it",
        ),
    ];
    wanted.into_iter().filter_map(missing).collect()
}

fn check_function(
    subject: &Subject<'_>,
    service: &Service,
    operation: &Operation,
) -> Option<Finding> {
    let name = &service.name;
    let what = match subject.deployment.stack(name) {
        None => format!("template.yaml nests no infra/{name}.yaml; add the application"),
        Some(stack) if has_function(stack, operation) => return None,
        Some(_) => format!(
            "infra/{name}.yaml has no function with this handler; add it, or take the operation out"
        ),
    };
    let file = format!("functions/{name}/src/lib.rs");
    Some(Finding::new(file, &operation.name, what))
}

fn has_function(stack: &Stack, operation: &Operation) -> bool {
    stack
        .functions
        .iter()
        .any(|function| function.handler == operation.name)
}

fn check_event_files(subject: &Subject<'_>) -> Vec<Finding> {
    let wanted: BTreeSet<String> = subject
        .functions()
        .map(|(stack, function)| event_file(&stack.name, &function.handler))
        .collect();
    let events = subject
        .files
        .iter()
        .filter(|file| file.starts_with("events/"));
    let orphans = events.filter(|file| !wanted.contains(*file));
    orphans
        .map(|file| {
            Finding::new(
                file,
                "the file",
                "no function has this service and handler; rename or remove it",
            )
        })
        .collect()
}

pub(super) fn event_file(service: &str, operation: &str) -> String {
    format!("events/{service}/{operation}.json")
}

fn is_http(function: &Function) -> bool {
    function
        .triggers
        .iter()
        .any(|trigger| matches!(trigger, Trigger::Http { .. }))
}

#[cfg(test)]
mod tests {
    use edge::Source;

    use super::super::small_mall::SmallMall;
    use crate::services::{Kind, Operation};

    #[test]
    fn a_function_without_an_operation_is_found() {
        let mut mall = SmallMall::new();
        mall.services[0]
            .operations
            .retain(|operation| operation.name != "release-stock");
        assert_eq!(
            mall.findings(),
            [
                "infra/stock.yaml: ReleaseStock: the crate `stock` has no operation `release-stock`; list it in functions/stock/src/lib.rs"
            ]
        );
    }

    #[test]
    fn an_operation_without_a_function_is_found() {
        let mut mall = SmallMall::new();
        mall.services[1].operations.push(Operation {
            name: "cancel-order".to_owned(),
            kind: Kind::Endpoint,
            public: false,
            permission: None,
        });
        assert_eq!(
            mall.findings(),
            [
                "functions/order/src/lib.rs: cancel-order: infra/order.yaml has no function with this handler; add it, or take the operation out"
            ]
        );
    }

    #[test]
    fn a_service_whose_stack_the_root_does_not_nest_is_found() {
        let mut mall = SmallMall::new();
        mall.services[1].name = "gift".to_owned();
        let expected = "functions/gift/src/lib.rs: submit-order: template.yaml nests no infra/gift.yaml; add the application";
        assert!(
            mall.findings().contains(&expected.to_owned()),
            "{:?}",
            mall.findings()
        );
    }

    #[test]
    fn a_stack_without_a_service_crate_is_found() {
        let mut mall = SmallMall::new();
        mall.services.remove(1);
        assert_eq!(
            mall.findings(),
            [
                "infra/order.yaml: SubmitOrder: no service crate is called `order`; add it to the services of the mall"
            ]
        );
    }

    #[test]
    fn an_operation_whose_kind_and_events_disagree_is_found() {
        let mut mall = SmallMall::new();
        mall.services[0].operations[0].kind = Kind::Endpoint;
        mall.services[1].operations[0].kind = Kind::Worker(Source::Stream);
        assert_eq!(
            mall.findings(),
            [
                "infra/order.yaml: SubmitOrder: takes the events of a table's stream (DynamoDB) in the code but of an HttpApi in the template",
                "infra/stock.yaml: ReleaseStock: takes the events of an HttpApi in the code but of a queue (SQS) in the template",
            ]
        );
    }

    #[test]
    fn a_function_without_its_event_file_or_source_file_is_found() {
        let mut mall = SmallMall::new();
        mall.files.remove("events/order/submit-order.json");
        mall.files
            .remove("functions/stock/src/worker/release_stock.rs");
        mall.files
            .insert("functions/stock/src/api/release_stock.rs".to_owned());
        assert_eq!(
            mall.findings(),
            [
                "infra/order.yaml: SubmitOrder: there is no events/order/submit-order.json; write one real event of it",
                "infra/stock.yaml: ReleaseStock: there is no functions/stock/src/worker/release_stock.rs; a function's handler has a file of its name",
            ]
        );
    }

    #[test]
    fn an_event_file_without_a_function_is_found() {
        let mut mall = SmallMall::new();
        mall.files
            .insert("events/stock/submit-order.json".to_owned());
        assert_eq!(
            mall.findings(),
            [
                "events/stock/submit-order.json: the file: no function has this service and handler; rename or remove it"
            ]
        );
    }
}
