//! A stack stays well below CloudFormation's limit. Circles between stacks are found by the reader: a deployment with one
//! cannot be read at all.

use template::{Function, Stack, Trigger};

use super::{Finding, Subject};

/// CloudFormation stops at 500 resources a stack; above this number a service is due to be split.
const MOST_RESOURCES: usize = 350;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stack in &subject.deployment.stacks {
        let count = resources(stack);
        if count > MOST_RESOURCES {
            let what = format!(
                "SAM makes about {count} resources of it, {MOST_RESOURCES} is the most; split the service"
            );
            findings.push(Finding::of(stack, "the stack", what));
        }
    }
    findings
}

/// About how many resources CloudFormation gets to see, once SAM has expanded the template.
fn resources(stack: &Stack) -> usize {
    let declared = stack
        .resources
        .iter()
        .map(|resource| match resource.type_name.as_str() {
            // The function and its role.
            "AWS::Serverless::Function" => 2,
            // The API and its stage.
            "AWS::Serverless::HttpApi" => 2,
            _ => 1,
        });
    declared.sum::<usize>() + stack.functions.iter().map(event_resources).sum::<usize>()
}

fn event_resources(function: &Function) -> usize {
    let resources = function.triggers.iter().map(|trigger| match trigger {
        // A permission, or an event source mapping.
        Trigger::Http { .. }
        | Trigger::Bucket { .. }
        | Trigger::Queue { .. }
        | Trigger::Stream { .. } => 1,
        // A rule and a permission, or a schedule and its role.
        Trigger::Schedule { .. } => 2,
    });
    resources.sum()
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    #[test]
    fn a_stack_of_too_many_resources_is_found() {
        let mut mall = SmallMall::new();
        let alarms: String = (0..337)
            .map(|number| format!("\n  Alarm{number}: {{Type: AWS::CloudWatch::Alarm}}"))
            .collect();
        mall.edit(
            "infra/stock.yaml",
            "Resources:",
            &format!("Resources:{alarms}"),
        );
        assert_eq!(mall.findings(), Vec::<String>::new(), "350 are allowed");
        mall.edit(
            "infra/stock.yaml",
            "Resources:",
            "Resources:\n  Topic: {Type: AWS::SNS::Topic}",
        );
        assert_eq!(
            mall.findings(),
            [
                "infra/stock.yaml: the stack: SAM makes about 351 resources of it, 350 is the most; split the service"
            ]
        );
    }

    #[test]
    fn stacks_that_wait_for_each_other_are_found() {
        let mut mall = SmallMall::new();
        mall.edit(
            "template.yaml",
            "  Order:\n",
            "  Order:\n    DependsOn: Stock\n",
        );
        mall.edit(
            "template.yaml",
            "  Stock:\n",
            "  Stock:\n    DependsOn: Order\n",
        );
        assert_eq!(
            mall.findings(),
            [
                "template.yaml: Order: waits for itself (Order -> Stock -> Order); let only the edge read outputs"
            ]
        );
    }
}
