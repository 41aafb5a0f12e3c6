//! Nobody has to look for trouble: each service nests `monitoring.yaml`, and that watches all it has.
//!
//! The alarms stand in `infra/monitoring.yaml` once. What they watch is what a service hands it, so that is what is checked: its API,
//! its log groups, the queue that is consumed (age), the one that takes dead letters and the one that hears of failures.

use serde_json::Value;
use template::{Nested, Queue, Stack};

use super::{Finding, Subject, triggers};

const TEMPLATE: &str = "monitoring.yaml";

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let served = |stack: &&Stack| !stack.functions.is_empty() || !stack.queues.is_empty();
    let stacks = subject.deployment.stacks.iter().filter(served);
    stacks.flat_map(check_stack).collect()
}

fn check_stack(stack: &Stack) -> Vec<Finding> {
    let nested = stack
        .nested
        .iter()
        .find(|nested| nested.file.ends_with(TEMPLATE));
    let Some(nested) = nested else {
        let what = format!("nothing watches it; nest {TEMPLATE}");
        return vec![Finding::of(stack, "the stack", what)];
    };
    let is_target = |queue: &&Queue| {
        let mut redrives = stack
            .queues
            .iter()
            .filter_map(|other| other.redrive.as_ref());
        redrives.any(|redrive| redrive.dead_letter_arn == queue.arn)
    };
    let (dead, others): (Vec<_>, Vec<_>) = stack.queues.iter().partition(is_target);
    let (failures, alive): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|queue| triggers::hears_of_failures(stack, queue));
    let logs = stack.log_groups.iter().filter(|group| {
        let mut functions = stack.functions.iter();
        functions.any(|function| function.logging.log_group.as_ref() == Some(&group.name))
    });
    let access_logs = stack.log_groups.iter().filter(|group| {
        let mut apis = stack.apis.iter();
        apis.any(|api| api.access_log_arn.as_ref() == Some(&group.arn))
    });
    let expected: [(&str, Vec<&String>); 6] = [
        ("ApiId", stack.apis.iter().map(|api| &api.api_id).collect()),
        ("Logs", logs.map(|group| &group.name).collect()),
        ("AccessLogs", access_logs.map(|group| &group.name).collect()),
        (
            "Queue",
            alive.into_iter().map(|queue| &queue.name).collect(),
        ),
        (
            "DeadLetterQueue",
            dead.into_iter().map(|queue| &queue.name).collect(),
        ),
        (
            "FailureQueue",
            failures.into_iter().map(|queue| &queue.name).collect(),
        ),
    ];
    expected
        .into_iter()
        .flat_map(|(name, expected)| check_parameter(stack, nested, name, expected))
        .collect()
}

fn check_parameter(
    stack: &Stack,
    nested: &Nested,
    name: &str,
    mut expected: Vec<&String>,
) -> Vec<Finding> {
    let given = nested.parameters.get(name).and_then(Value::as_str);
    expected.retain(|text| Some(text.as_str()) != given);
    let what = |text| format!("does not watch `{text}`; give it as its {name}");
    let missing = expected.into_iter();
    missing
        .map(|text| Finding::of(stack, &nested.id, what(text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    fn findings(from: &str, to: &str) -> Vec<String> {
        let mut mall = SmallMall::new();
        mall.edit("infra/stock.yaml", from, to);
        mall.findings()
    }

    #[test]
    fn a_service_that_nothing_watches_is_found() {
        assert_eq!(
            findings(
                "Type: AWS::Serverless::Application",
                "Type: AWS::SNS::Topic"
            ),
            ["infra/stock.yaml: the stack: nothing watches it; nest monitoring.yaml"]
        );
    }

    #[test]
    fn logs_in_which_nobody_counts_errors_are_found() {
        assert_eq!(
            findings("Logs: !Ref Logs, A", "Logs: none, A"),
            [
                "infra/stock.yaml: Monitoring: does not watch `/xtask-check/stock`; give it as its Logs"
            ]
        );
        assert_eq!(
            findings("AccessLogs: !Ref Logs", "AccessLogs: none"),
            [
                "infra/stock.yaml: Monitoring: does not watch `/xtask-check/stock`; give it as its AccessLogs"
            ]
        );
    }

    #[test]
    fn a_queue_without_an_alarm_on_its_age_or_its_dead_letters_is_found() {
        assert_eq!(
            findings(
                " Queue: !GetAtt ReleaseStockQueue.QueueName",
                " Queue: none"
            ),
            [
                "infra/stock.yaml: Monitoring: does not watch `xtask-check-release-stock`; give it as its Queue"
            ]
        );
        assert_eq!(
            findings(
                "DeadLetterQueue: !GetAtt ReleaseStockDead.QueueName",
                "DeadLetterQueue: !GetAtt ReleaseStockQueue.QueueName"
            ),
            [
                "infra/stock.yaml: Monitoring: does not watch `xtask-check-release-stock-dead`; give it as its DeadLetterQueue"
            ]
        );
    }

    #[test]
    fn an_api_that_no_alarm_watches_is_found() {
        assert_eq!(
            findings("ApiId: !Ref Api, Logs", "ApiId: none, Logs"),
            ["infra/stock.yaml: Monitoring: does not watch `stockapi`; give it as its ApiId"]
        );
    }
}
