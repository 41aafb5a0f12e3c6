//! A function may do what it does and nothing else: actions and resources are named one by one.
//!
//! What SAM attaches by itself is known and not in `Policies`: `AWSLambdaBasicExecutionRole` (logs, to `*`),
//! `AWSXRayDaemonWriteAccess` where tracing is on (traces, to `*`), and the execution roles for the queue or stream of an event
//! (`AWSLambdaSQSQueueExecutionRole`, `AWSLambdaDynamoDBExecutionRole`, to `*`), and sending to the queues that hear of failures.

use template::{Deployment, Statement};

use super::{Finding, Subject};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (stack, function) in subject.functions() {
        for statement in &function.policies {
            let problems = check_actions(statement)
                .into_iter()
                .chain(check_resources(subject.deployment, statement));
            findings.extend(problems.map(|what| Finding::of(stack, &function.id, what)));
        }
    }
    findings
}

fn check_actions(statement: &Statement) -> Vec<String> {
    let problem = |action: &String| {
        if action.contains(['*', '?']) {
            return Some(format!(
                "the action `{action}` has a wildcard; name each action it calls"
            ));
        }
        (!is_action(action)).then(|| format!("the action `{action}` is not `service:Verb`"))
    };
    statement.actions.iter().filter_map(problem).collect()
}

fn is_action(action: &str) -> bool {
    action.split_once(':').is_some_and(|(service, verb)| {
        let service_is_plain = service
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let verb_is_plain = verb.bytes().all(|byte| byte.is_ascii_alphanumeric());
        !service.is_empty()
            && service_is_plain
            && verb_is_plain
            && verb.starts_with(|first: char| first.is_ascii_uppercase())
    })
}

fn check_resources(deployment: &Deployment, statement: &Statement) -> Vec<String> {
    statement
        .resources
        .iter()
        .filter_map(|resource| check_resource(deployment, resource))
        .collect()
}

fn check_resource(deployment: &Deployment, resource: &str) -> Option<String> {
    if without_object_key(resource).contains(['*', '?']) {
        let mend = if resource.contains("/index/") {
            "name the index: `${Table.Arn}/index/<name>`"
        } else {
            "name the resource"
        };
        return Some(format!("the resource `{resource}` has a wildcard; {mend}"));
    }
    (!is_declared(deployment, resource))
        .then(|| format!("no stack declares the resource `{resource}`"))
}

/// The keys of a bucket's objects cannot be listed beforehand, so `arn:aws:s3:::bucket/images/*` may end in a star.
fn without_object_key(resource: &str) -> &str {
    let object = resource
        .strip_prefix("arn:aws:s3:::")
        .is_some_and(|rest| rest.contains('/'));
    if object {
        resource.strip_suffix('*').unwrap_or(resource)
    } else {
        resource
    }
}

/// Tables with their indexes and streams, queues and buckets are the templates' own; other services' ARNs are not looked at.
fn is_declared(deployment: &Deployment, resource: &str) -> bool {
    let service = resource.split(':').nth(2).unwrap_or_default();
    match service {
        "dynamodb" => {
            deployment
                .tables()
                .any(|table| match resource.strip_prefix(table.arn.as_str()) {
                    Some("") => true,
                    Some(part) if part.starts_with("/stream/") => true,
                    Some(part) => part
                        .strip_prefix("/index/")
                        .is_some_and(|index| has_index(&table.create, index)),
                    None => false,
                })
        }
        "sqs" => deployment.queues().any(|queue| queue.arn == resource),
        "s3" => deployment.buckets().any(|bucket| {
            resource
                .strip_prefix(bucket.arn.as_str())
                .is_some_and(|part| part.is_empty() || part.starts_with('/'))
        }),
        _ => resource.starts_with("arn:"),
    }
}

fn has_index(create: &serde_json::Value, name: &str) -> bool {
    let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .iter()
        .filter_map(|kind| create.get(kind)?.as_array());
    indexes.flatten().any(|index| index["IndexName"] == name)
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;
    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/xtask-check-stock";

    fn findings_with_resource(resource: &str) -> Vec<String> {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "Resource: !GetAtt Table.Arn",
            &format!("Resource: {resource}"),
        );
        mall.findings()
    }

    #[test]
    fn a_wildcard_in_an_action_is_found() {
        for action in ["dynamodb:*", "dynamodb:Put*", "*", "dynamodb:PutIte?"] {
            let mut mall = SmallMall::new();
            mall.edit(
                "infra/stock.yaml",
                "dynamodb:PutItem",
                &format!("'{action}'"),
            );
            let expected = format!(
                "infra/stock.yaml: ReleaseStock: the action `{action}` has a wildcard; name each action it calls"
            );
            assert_eq!(mall.findings(), [expected]);
        }
    }

    #[test]
    fn an_action_that_is_not_service_and_verb_is_found() {
        for action in [
            "PutItem",
            "dynamodb:putItem",
            "dynamodb:",
            ":PutItem",
            "Dynamo DB:PutItem",
        ] {
            let mut mall = SmallMall::new();
            mall.edit(
                "infra/stock.yaml",
                "dynamodb:PutItem",
                &format!("'{action}'"),
            );
            assert_eq!(
                mall.findings(),
                [format!(
                    "infra/stock.yaml: ReleaseStock: the action `{action}` is not `service:Verb`"
                )]
            );
        }
    }

    #[test]
    fn a_wildcard_in_a_resource_is_found() {
        assert_eq!(
            findings_with_resource("'*'"),
            ["infra/stock.yaml: ReleaseStock: the resource `*` has a wildcard; name the resource"]
        );
        assert_eq!(
            findings_with_resource("!Sub '${Table.Arn}/index/*'"),
            [format!(
                "infra/stock.yaml: ReleaseStock: the resource `{TABLE}/index/*` has a wildcard; name the index: `${{Table.Arn}}/index/<name>`"
            )]
        );
    }

    #[test]
    fn indexes_streams_and_the_objects_of_a_bucket_may_be_named() {
        for resource in [
            "!Sub '${Table.Arn}/index/by-warehouse'",
            "!GetAtt Table.StreamArn",
            "!GetAtt ReleaseStockQueue.Arn",
            "!Sub 'arn:aws:s3:::${Prefix}-pictures'",
            "!Sub 'arn:aws:s3:::${Prefix}-pictures/images/*'",
            "!Sub 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/1'",
        ] {
            assert_eq!(
                findings_with_resource(resource),
                Vec::<String>::new(),
                "{resource}"
            );
        }
    }

    #[test]
    fn a_wildcard_in_a_buckets_name_is_found() {
        for resource in [
            "'arn:aws:s3:::*'",
            "!Sub 'arn:aws:s3:::${Prefix}-*/images'",
            "!Sub 'arn:aws:s3:::${Prefix}-*'",
        ] {
            assert!(
                findings_with_resource(resource)[0].contains("has a wildcard"),
                "{resource}"
            );
        }
    }

    #[test]
    fn a_resource_that_no_stack_declares_is_found() {
        assert_eq!(
            findings_with_resource("!Sub '${Table.Arn}s'"),
            [format!(
                "infra/stock.yaml: ReleaseStock: no stack declares the resource `{TABLE}s`"
            )]
        );
        assert!(
            findings_with_resource("!Sub '${Table.Arn}/index/by-colour'")[0]
                .contains("no stack declares")
        );
        assert!(
            findings_with_resource("!Sub '${ReleaseStockQueue.Arn}s'")[0]
                .contains("no stack declares")
        );
        assert!(
            findings_with_resource("!Sub 'arn:aws:s3:::${Prefix}-picture'")[0]
                .contains("no stack declares")
        );
        assert!(findings_with_resource("!Ref Table")[0].contains("no stack declares"));
    }

    #[test]
    fn actions_are_told_from_what_is_none() {
        assert!(is_action("dynamodb:GetItem"));
        assert!(is_action("resource-groups:ListGroups"));
        assert!(!is_action("dynamodb"));
    }
}
