//! No message is lost: what fails goes to dead letters, and is not handed out again while it is still being worked on.

use std::time::Duration;

use template::{Function, Queue, Stack, Trigger};

use super::{Finding, PREFIX, Subject, triggers};

/// AWS's advice: a batch may be throttled and tried again within one visibility timeout.
const VISIBILITY_FACTOR: u32 = 6;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stack in &subject.deployment.stacks {
        findings.extend(
            stack
                .queues
                .iter()
                .filter_map(|queue| check_dead_letters(subject, stack, queue)),
        );
    }
    for (stack, function) in subject.functions() {
        for trigger in &function.triggers {
            findings.extend(check_consumer(subject, stack, function, trigger));
        }
    }
    findings
}

fn check_dead_letters(subject: &Subject<'_>, stack: &Stack, queue: &Queue) -> Option<Finding> {
    let is_target = |other: &Queue| {
        other
            .redrive
            .as_ref()
            .is_some_and(|redrive| redrive.dead_letter_arn == queue.arn)
    };
    let what = match &queue.redrive {
        Some(redrive)
            if subject
                .deployment
                .queues()
                .any(|known| known.arn == redrive.dead_letter_arn) =>
        {
            return None;
        }
        Some(redrive) => format!(
            "no stack declares its dead-letter queue `{}`; declare it beside the queue",
            redrive.dead_letter_arn
        ),
        None if subject.deployment.queues().any(is_target) => return None,
        None if triggers::hears_of_failures(stack, queue) => return None,
        None => "has no dead-letter queue; give it a RedrivePolicy".to_owned(),
    };
    Some(Finding::of(stack, &queue.id, what))
}

fn check_consumer(
    subject: &Subject<'_>,
    stack: &Stack,
    function: &Function,
    trigger: &Trigger,
) -> Vec<Finding> {
    let Trigger::Queue {
        queue: name,
        window,
        partial_failures,
        ..
    } = trigger
    else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut find = |what: String| findings.push(Finding::of(stack, &function.id, what));
    match subject.deployment.queue(name) {
        None => find(format!(
            "consumes the queue `{name}`, which no stack declares; declare it, with a dead-letter queue"
        )),
        Some(queue) => {
            let least = function.timeout * VISIBILITY_FACTOR + *window;
            if queue.visibility_timeout() < least {
                find(too_short(queue, function, least));
            }
        }
    }
    if *name != format!("{PREFIX}-{}", function.handler) {
        find(format!(
            "consumes the queue `{name}`; a queue is named for its consumer: `${{Prefix}}-{}`",
            function.handler
        ));
    }
    if !partial_failures {
        find("answers which messages failed, but its event lacks FunctionResponseTypes: [ReportBatchItemFailures], so they would be deleted".to_owned());
    }
    findings
}

fn too_short(queue: &Queue, function: &Function, least: Duration) -> String {
    format!(
        "its queue {} hides a message for {} s; six times the function's timeout of {} s, and its batching window, are {} s; raise VisibilityTimeout",
        queue.id,
        queue.visibility_timeout().as_secs(),
        function.timeout.as_secs(),
        least.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    #[test]
    fn a_queue_without_a_dead_letter_queue_is_found() {
        let mut mall = SmallMall::new();
        mall.edit("infra/stock.yaml", "RedrivePolicy: {deadLetterTargetArn: !GetAtt ReleaseStockDead.Arn, maxReceiveCount: 10}", "Tags: []");
        let findings = mall.findings();
        for queue in ["ReleaseStockDead", "ReleaseStockQueue"] {
            let expected = format!(
                "infra/stock.yaml: {queue}: has no dead-letter queue; give it a RedrivePolicy"
            );
            assert!(findings.contains(&expected), "{findings:?}");
        }
    }

    #[test]
    fn a_dead_letter_queue_that_nobody_declares_is_found() {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "!GetAtt ReleaseStockDead.Arn",
            "!Sub '${ReleaseStockDead.Arn}-2'",
        );
        let missing = "no stack declares its dead-letter queue `arn:aws:sqs:us-east-1:000000000000:xtask-check-release-stock-dead-2`";
        assert!(
            mall.findings()
                .iter()
                .any(|finding| finding.contains(missing)),
            "{:?}",
            mall.findings()
        );
    }

    #[test]
    fn a_consumed_queue_that_nobody_declares_is_found() {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "Queue: !GetAtt ReleaseStockQueue.Arn",
            "Queue: !Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Prefix}-gone'",
        );
        assert_eq!(
            mall.findings(),
            [
                "infra/stock.yaml: ReleaseStock: consumes the queue `xtask-check-gone`, which no stack declares; declare it, with a dead-letter queue",
                "infra/stock.yaml: ReleaseStock: consumes the queue `xtask-check-gone`; a queue is named for its consumer: `${Prefix}-release-stock`",
            ]
        );
    }

    #[test]
    fn a_visibility_timeout_below_six_times_the_consumers_timeout_is_found() {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "VisibilityTimeout: 60",
            "VisibilityTimeout: 59",
        );
        assert_eq!(
            mall.findings(),
            [
                "infra/stock.yaml: ReleaseStock: its queue ReleaseStockQueue hides a message for 59 s; six times the function's timeout of 10 s, and its batching window, are 60 s; raise VisibilityTimeout",
            ]
        );
    }

    #[test]
    fn a_batching_window_counts_on_top() {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "FunctionResponseTypes",
            "MaximumBatchingWindowInSeconds: 1, FunctionResponseTypes",
        );
        assert!(
            mall.findings()[0].contains("are 61 s"),
            "{:?}",
            mall.findings()
        );
    }

    #[test]
    fn a_consumer_whose_failed_messages_would_be_deleted_is_found() {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            ", FunctionResponseTypes: [ReportBatchItemFailures]",
            "",
        );
        assert!(
            mall.findings()[0].contains("ReleaseStock: answers which messages failed"),
            "{:?}",
            mall.findings()
        );
    }
}
