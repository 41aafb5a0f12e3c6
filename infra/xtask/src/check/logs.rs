//! What happened can be found out: functions and APIs write to log groups that forget in time, and requests are traced.

use template::{Function, Stack};

use super::{Finding, Subject};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (stack, function) in subject.functions() {
        let problems = check_function(stack, function);
        findings.extend(
            problems
                .into_iter()
                .map(|what| Finding::of(stack, &function.id, what)),
        );
    }
    for stack in &subject.deployment.stacks {
        for log_group in &stack.log_groups {
            if log_group.retention_days.is_none() {
                let what = "keeps its lines for ever; write RetentionInDays: !Ref LogRetentionDays";
                findings.push(Finding::of(stack, &log_group.id, what));
            }
        }
        for api in &stack.apis {
            let declared = stack
                .log_groups
                .iter()
                .any(|group| Some(&group.arn) == api.access_log_arn.as_ref());
            if !declared {
                let what =
                    "logs no requests to a log group of this file; give it AccessLogSettings";
                findings.push(Finding::of(stack, &api.id, what));
            }
        }
    }
    findings
}

fn check_function(stack: &Stack, function: &Function) -> Vec<&'static str> {
    let logging = &function.logging;
    let declared = stack
        .log_groups
        .iter()
        .any(|group| Some(&group.name) == logging.log_group.as_ref());
    let asked = [
        (function.tracing, "is not traced; write Tracing: Active"),
        (
            declared,
            "logs to no log group of this file, so its lines are kept for ever; give LoggingConfig a LogGroup",
        ),
        (
            logging.json,
            "logs text; give LoggingConfig LogFormat: JSON, as its lines are",
        ),
        (
            logging.level.is_some(),
            "says no ApplicationLogLevel in LoggingConfig",
        ),
    ];
    let missing = asked.into_iter().filter(|(given, _)| !given);
    missing.map(|(_, what)| what).collect()
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    fn findings(from: &str, to: &str) -> Vec<String> {
        let mut mall = SmallMall::new();
        mall.edit("infra/order.yaml", from, to);
        mall.findings()
    }

    #[test]
    fn a_function_without_traces_or_with_logs_that_nobody_declares_is_found() {
        for (from, to, what) in [
            ("Tracing: Active", "Tracing: PassThrough", "is not traced"),
            (
                "LogGroup: !Ref Logs",
                "LogGroup: elsewhere",
                "logs to no log group of this file",
            ),
            ("LogFormat: JSON", "LogFormat: Text", "logs text"),
            (
                ", ApplicationLogLevel: INFO",
                "",
                "says no ApplicationLogLevel",
            ),
        ] {
            let findings = findings(from, to);
            assert_eq!(findings.len(), 1, "{to}: {findings:?}");
            let start = format!("infra/order.yaml: SubmitOrder: {what}");
            assert!(findings[0].starts_with(&start), "{}", findings[0]);
        }
    }

    #[test]
    fn a_log_group_that_never_forgets_is_found() {
        assert_eq!(
            findings(", RetentionInDays: 30", ""),
            [
                "infra/order.yaml: Logs: keeps its lines for ever; write RetentionInDays: !Ref LogRetentionDays"
            ]
        );
    }

    #[test]
    fn an_api_without_access_logs_is_found() {
        let expected = [
            "infra/order.yaml: Api: logs no requests to a log group of this file; give it AccessLogSettings",
        ];
        let setting =
            "AccessLogSettings: {DestinationArn: !GetAtt Logs.Arn, Format: $context.requestId}";
        assert_eq!(findings(setting, "Tags: {}"), expected);
        assert_eq!(findings("!GetAtt Logs.Arn", "arn:elsewhere"), expected);
    }
}
