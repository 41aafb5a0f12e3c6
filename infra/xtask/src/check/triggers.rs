//! No change and no object is lost that a function hears of: what fails is tried again, and what is given up is told to a queue.
//!
//! Such a queue holds accounts of failures, and nobody reads it but people. So it is none that takes dead letters: those go
//! back to where they came from as they are.
//!
//! A filter that is wrong drops changes in silence. So it has to take the function's sample event, which shows what that is for.

use serde_json::Value;
use template::{Deployment, Filters, Function, Queue, Stack, Trigger};

use super::{Finding, Subject, operations::event_file};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let functions = subject.functions();
    functions
        .flat_map(|(stack, function)| {
            let triggers = function.triggers.iter();
            let problems = triggers.flat_map(move |trigger| {
                let of_kind = match trigger {
                    Trigger::Stream { .. } => check_stream(subject.deployment, trigger),
                    Trigger::Bucket { .. } => check_bucket(stack, function, trigger),
                    _ => Vec::new(),
                };
                let queue = on_failure(function, trigger);
                let of_queue = queue.and_then(|arn| check_queue(subject.deployment, stack, arn));
                let of_filters = check_filters(subject, stack, function, trigger);
                of_kind.into_iter().chain(of_queue).chain(of_filters)
            });
            problems
                .map(|what| Finding::of(stack, &function.id, what))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The ARN of the queue that hears of what a trigger brought in vain.
fn on_failure<'f>(function: &'f Function, trigger: &'f Trigger) -> Option<&'f String> {
    match trigger {
        Trigger::Stream { on_failure, .. } => on_failure.as_ref(),
        Trigger::Bucket { .. } | Trigger::Schedule { .. } => function.unawaited.on_failure.as_ref(),
        Trigger::Http { .. } | Trigger::Queue { .. } => None,
    }
}

/// Whether a queue hears of failures of any function of a stack.
pub(super) fn hears_of_failures(stack: &Stack, queue: &Queue) -> bool {
    let mut triggers = stack.functions.iter().flat_map(|function| {
        let triggers = function.triggers.iter();
        triggers.filter_map(move |trigger| on_failure(function, trigger))
    });
    triggers.any(|arn| *arn == queue.arn)
}

fn check_stream(deployment: &Deployment, trigger: &Trigger) -> Vec<String> {
    let Trigger::Stream {
        table,
        maximum_retries,
        bisect,
        partial_failures,
        on_failure,
        ..
    } = trigger
    else {
        return Vec::new();
    };
    let has_stream = deployment
        .tables()
        .find(|known| known.name == *table)
        .is_some_and(|table| table.create.get("StreamSpecification").is_some());
    let asked = [
        (
            has_stream,
            format!(
                "reads the stream of `{table}`, which has none; give the table a StreamSpecification"
            ),
        ),
        (
            *partial_failures,
            "answers which change failed, but its event lacks FunctionResponseTypes: [ReportBatchItemFailures], so it would be passed over".to_owned(),
        ),
        (
            *bisect,
            "takes many changes at once, and one that fails would take the others with it; write BisectBatchOnFunctionError: true".to_owned(),
        ),
        (
            maximum_retries.is_some_and(|retries| retries > 0),
            "would be held up for a day by a change that fails, or never try again; write MaximumRetryAttempts: 10".to_owned(),
        ),
        (
            on_failure.is_some(),
            "tells nobody what it gives up; write DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Failures.Arn } }".to_owned(),
        ),
    ];
    missing(asked)
}

fn check_filters(
    subject: &Subject<'_>,
    stack: &Stack,
    function: &Function,
    trigger: &Trigger,
) -> Option<String> {
    let Trigger::Stream { filters, .. } = trigger else {
        return None;
    };
    let file = event_file(&stack.name, &function.handler);
    // Where there is none, another rule asks for it.
    let event = std::fs::read_to_string(subject.root.join(&file)).ok()?;
    let taken = serde_json::from_str(&event).is_ok_and(|event: Value| take_all(filters, &event));
    (!taken).then(|| {
        format!("has filters that do not take every record of {file}; mend them, or the event")
    })
}

/// Whether there are records, and the filters take all of them.
fn take_all(filters: &Filters, event: &Value) -> bool {
    let records = event["Records"].as_array();
    records.is_some_and(|records| {
        !records.is_empty() && records.iter().all(|record| filters.take(record))
    })
}

fn check_bucket(stack: &Stack, function: &Function, trigger: &Trigger) -> Vec<String> {
    let Trigger::Bucket { bucket, .. } = trigger else {
        return Vec::new();
    };
    let asked = [
        (
            stack.buckets.iter().any(|known| known.name == *bucket),
            format!("hears of the bucket `{bucket}`, which has to stand in the same stack"),
        ),
        (
            function.unawaited.on_failure.is_some(),
            "tells nobody what it gives up; write EventInvokeConfig: { DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Failures.Arn } } }".to_owned(),
        ),
        (
            function.unawaited.maximum_retries > 0,
            "gives up what fails once; take MaximumRetryAttempts: 0 away".to_owned(),
        ),
    ];
    missing(asked)
}

fn check_queue(deployment: &Deployment, stack: &Stack, arn: &str) -> Option<String> {
    if !stack.queues.iter().any(|queue| queue.arn == arn) {
        return Some(format!(
            "tells `{arn}` what it gives up, a queue that its stack does not declare; declare it there"
        ));
    }
    let mut redrives = deployment
        .queues()
        .filter_map(|queue| queue.redrive.as_ref());
    redrives
        .any(|redrive| redrive.dead_letter_arn == arn)
        .then(|| {
            format!("tells `{arn}` what it gives up, which takes dead letters; give failures a queue of their own")
        })
}

fn missing<const N: usize>(asked: [(bool, String); N]) -> Vec<String> {
    let missing = asked.into_iter().filter(|(given, _)| !given);
    missing.map(|(_, what)| what).collect()
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    const STREAM: &str = "Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: TRIM_HORIZON, \
        MaximumRetryAttempts: 3, BisectBatchOnFunctionError: true, FunctionResponseTypes: [ReportBatchItemFailures], \
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failures.Arn}}}";

    /// The small mall with a function on the stream of the stock's table, and a queue for its failures that is watched.
    fn with_stream() -> SmallMall {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "      GlobalSecondaryIndexes:\n",
            "      StreamSpecification: {StreamViewType: KEYS_ONLY}\n      GlobalSecondaryIndexes:\n",
        );
        mall.add_worker("watch-stock", edge::Source::Stream, STREAM, "");
        mall
    }

    /// The small mall with a function on a bucket of the stock's stack.
    fn with_bucket(config: &str) -> SmallMall {
        let mut mall = SmallMall::new();
        mall.edit("infra/stock.yaml", "Outputs:\n", "  Uploads: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Prefix}-uploads'}}\nOutputs:\n");
        let event = "Type: S3, Properties: {Bucket: !Ref Uploads, Events: ['s3:ObjectCreated:*']}";
        mall.add_worker("see-picture", edge::Source::Bucket, event, config);
        mall
    }

    const TOLD: &str = "EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failures.Arn}}}";

    #[test]
    fn what_loses_nothing_is_not_found() {
        assert_eq!(with_stream().findings(), [""; 0]);
        assert_eq!(with_bucket(TOLD).findings(), [""; 0]);
    }

    #[test]
    fn each_way_to_lose_a_change_is_found() {
        for (there, instead, what) in [
            (
                "true, FunctionResponseTypes: [ReportBatchItemFailures]",
                "true",
                "answers which change failed",
            ),
            (
                ", BisectBatchOnFunctionError: true",
                "",
                "takes many changes at once",
            ),
            (
                ", MaximumRetryAttempts: 3",
                "",
                "would be held up for a day",
            ),
            (
                ", DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failures.Arn}}",
                "",
                "tells nobody",
            ),
            (
                "      StreamSpecification: {StreamViewType: KEYS_ONLY}\n",
                "",
                "reads the stream of `xtask-check-stock`, which has none",
            ),
        ] {
            let mut mall = with_stream();
            mall.edit("infra/stock.yaml", there, instead);
            let found = format!("infra/stock.yaml: WatchStock: {what}");
            let findings = mall.findings();
            assert!(
                findings.iter().any(|line| line.starts_with(&found)),
                "{what}: {findings:?}"
            );
        }
    }

    #[test]
    fn a_filter_that_does_not_take_the_functions_own_event_is_found() {
        let inserted = r#"{"Records": [{"eventName": "INSERT"}]}"#;
        let found = "infra/stock.yaml: WatchStock: has filters that do not take every record of events/stock/watch-stock.json; \
            mend them, or the event";
        for (pattern, event, findings) in [
            (r#"{"eventName": ["INSERT"]}"#, inserted, &[][..]),
            (r#"{"eventName": ["INSERTED"]}"#, inserted, &[found]),
            (
                r#"{"eventName": ["INSERT"]}"#,
                r#"{"Records": []}"#,
                &[found],
            ),
            (r#"{"eventName": ["INSERT"]}"#, "Records:", &[found]),
        ] {
            let mut mall = with_stream();
            mall.set_event("watch-stock", event);
            mall.edit(
                "infra/stock.yaml",
                "MaximumRetryAttempts: 3",
                &format!("MaximumRetryAttempts: 3, FilterCriteria: {{Filters: [{{Pattern: '{pattern}'}}]}}"),
            );
            assert_eq!(mall.findings(), findings, "{pattern} {event}");
        }
    }

    #[test]
    fn a_bucket_whose_failures_nobody_hears_of_is_found() {
        let findings = with_bucket("").findings();
        let found = "infra/stock.yaml: SeePicture: tells nobody what it gives up";
        assert!(
            findings.iter().any(|line| line.starts_with(found)),
            "{findings:?}"
        );
        let once = TOLD.replace("{Dest", "{MaximumRetryAttempts: 0, Dest");
        assert!(with_bucket(&once).findings()[0].contains("gives up what fails once"));
    }

    #[test]
    fn failures_among_dead_letters_and_failures_that_nothing_watches_are_found() {
        let mut mall = with_stream();
        mall.edit(
            "infra/stock.yaml",
            "Destination: !GetAtt Failures.Arn",
            "Destination: !GetAtt ReleaseStockDead.Arn",
        );
        assert!(
            mall.findings()
                .iter()
                .any(|line| line.contains("which takes dead letters")),
            "{:?}",
            mall.findings()
        );
        let mut mall = with_stream();
        mall.edit(
            "infra/stock.yaml",
            ", FailureQueue: !GetAtt Failures.QueueName",
            "",
        );
        assert_eq!(
            mall.findings(),
            [
                "infra/stock.yaml: Monitoring: does not watch `xtask-check-failures`; give it as its FailureQueue"
            ]
        );
    }
}
