//! What a function's role may do: IAM's rules over the statements of its template.
//!
//! A call needs an action on a resource. A statement that denies it decides, whatever another allows; one that allows it
//! permits it; and what no statement allows is refused. Everything here is pure: who asks, and what a request needs, is the
//! business of whoever stands in front of the service.

use crate::function::Function;
use crate::policy::{Effect, Statement};
use crate::trigger::Trigger;

/// The role that SAM makes for a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// The function's handler, as `submit-order`.
    pub function: String,
    /// Who calls, as AWS writes it: `arn:aws:sts::<account>:assumed-role/<role>/<function>`.
    pub user: String,
    /// The statements of the template, in its order.
    stated: Vec<Statement>,
    /// What SAM adds for the function's events.
    attached: Vec<Statement>,
}

/// What a role answers to one action on one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'r> {
    /// A statement of the template allows it.
    Allowed(Permission<'r>),
    /// What SAM attaches for the function's events allows it.
    AllowedByEvents,
    /// A statement forbids it.
    Denied,
    /// No statement allows it.
    NotAllowed,
}

/// One action on one resource that a statement of a template allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission<'r> {
    /// The statement, counted from 0 over all policies of the function.
    pub statement: usize,
    /// The action as the statement names it.
    pub action: &'r str,
    /// The resource as the statement names it.
    pub resource: &'r str,
}

impl Role {
    pub(crate) fn of(function: &Function, account: &str) -> Role {
        let (stack, id, name) = (&function.stack, &function.id, &function.name);
        Role {
            function: function.handler.clone(),
            // CloudFormation adds a random end to the role's name.
            user: format!("arn:aws:sts::{account}:assumed-role/{stack}-{id}Role/{name}"),
            stated: function.policies.clone(),
            attached: attached(function),
        }
    }

    /// Whether the role may use `action` (`dynamodb:PutItem`) on `resource` (an ARN, or `*` for an action on nothing in
    /// particular).
    #[must_use]
    pub fn decide(&self, action: &str, resource: &str) -> Decision<'_> {
        let denies = |statement: &Statement| {
            statement.effect == Effect::Deny && matched(statement, action, resource).is_some()
        };
        if self.stated.iter().any(denies) {
            return Decision::Denied;
        }
        let grant = self.allowing().find_map(|(statement, stated)| {
            let (action, resource) = matched(stated, action, resource)?;
            Some(Permission {
                statement,
                action,
                resource,
            })
        });
        if let Some(permission) = grant {
            return Decision::Allowed(permission);
        }
        let attached = |statement: &Statement| matched(statement, action, resource).is_some();
        match self.attached.iter().any(attached) {
            true => Decision::AllowedByEvents,
            false => Decision::NotAllowed,
        }
    }

    /// Every permission that the template's statements give, one for each action on each resource, in their order.
    pub fn permissions(&self) -> impl Iterator<Item = Permission<'_>> {
        self.allowing().flat_map(|(statement, stated)| {
            stated.actions.iter().flat_map(move |action| {
                stated.resources.iter().map(move |resource| Permission {
                    statement,
                    action,
                    resource,
                })
            })
        })
    }

    /// The statements that allow something, with their numbers.
    fn allowing(&self) -> impl Iterator<Item = (usize, &Statement)> {
        let numbered = self.stated.iter().enumerate();
        numbered.filter(|(_, statement)| statement.effect == Effect::Allow)
    }
}

/// The action and the resource by which a statement covers a call.
fn matched<'s>(
    statement: &'s Statement,
    action: &str,
    resource: &str,
) -> Option<(&'s str, &'s str)> {
    // Actions are compared without regard to case, ARNs with it.
    let action = statement.actions.iter().find(|pattern| {
        matches(
            pattern.as_bytes(),
            action.as_bytes(),
            u8::eq_ignore_ascii_case,
        )
    })?;
    let resource = statement
        .resources
        .iter()
        .find(|pattern| matches(pattern.as_bytes(), resource.as_bytes(), u8::eq))?;
    Some((action, resource))
}

/// Whether `text` is of the form of `pattern`, where `*` is any text and `?` any character of it.
fn matches(pattern: &[u8], text: &[u8], same: fn(&u8, &u8) -> bool) -> bool {
    let (mut at, mut in_text) = (0, 0);
    // Where the last star stood, and how far the text had been read by then: what follows it may start anywhere later.
    let mut star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(b'?') => {
                at += 1;
                in_text += 1;
            }
            Some(byte) if same(byte, &text[in_text]) => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((star_at, reached)) = star else {
                    return false;
                };
                star = Some((star_at, reached + 1));
                at = star_at + 1;
                in_text = reached + 1;
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// What SAM adds by itself: for events that the function's own role fetches, and for the queues that hear of its failures.
fn attached(function: &Function) -> Vec<Statement> {
    let fetching = function.triggers.iter().filter_map(attached_for);
    let of_streams = function
        .triggers
        .iter()
        .filter_map(|trigger| match trigger {
            Trigger::Stream { on_failure, .. } => on_failure.as_ref(),
            _ => None,
        });
    let queues = of_streams.chain(&function.unawaited.on_failure);
    let telling = queues.map(|queue| Statement {
        sid: None,
        effect: Effect::Allow,
        actions: vec!["sqs:SendMessage".to_owned()],
        resources: vec![queue.clone()],
    });
    fetching.chain(telling).collect()
}

/// The managed policy that SAM attaches for an event which the function's own role fetches.
fn attached_for(trigger: &Trigger) -> Option<Statement> {
    let actions: &[&str] = match trigger {
        // AWSLambdaSQSQueueExecutionRole
        Trigger::Queue { .. } => &[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ],
        // AWSLambdaDynamoDBExecutionRole
        Trigger::Stream { .. } => &[
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ],
        Trigger::Http { .. } | Trigger::Schedule { .. } | Trigger::Bucket { .. } => return None,
    };
    Some(Statement {
        sid: None,
        effect: Effect::Allow,
        actions: actions.iter().map(ToString::to_string).collect(),
        resources: vec!["*".to_owned()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/mall-stock";

    fn statement(effect: Effect, actions: &[&str], resources: &[&str]) -> Statement {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        Statement {
            sid: None,
            effect,
            actions: owned(actions),
            resources: owned(resources),
        }
    }

    fn role(stated: Vec<Statement>) -> Role {
        Role {
            function: "receive-stock".to_owned(),
            user: "arn:aws:sts::000000000000:assumed-role/stock-ReceiveStockRole/receive-stock"
                .to_owned(),
            stated,
            attached: Vec::new(),
        }
    }

    fn allows(role: &Role, action: &str, resource: &str) -> bool {
        matches!(role.decide(action, resource), Decision::Allowed(_))
    }

    #[test]
    fn what_no_statement_allows_is_not_allowed() {
        let role = role(vec![
            statement(Effect::Allow, &["dynamodb:PutItem"], &[TABLE]),
            statement(
                Effect::Allow,
                &["dynamodb:Query"],
                &[&format!("{TABLE}/index/kind")],
            ),
        ]);
        assert!(allows(&role, "dynamodb:PutItem", TABLE));
        for (action, resource) in [
            ("dynamodb:GetItem", TABLE),
            ("dynamodb:Query", TABLE),
            ("dynamodb:PutItem", &format!("{TABLE}s")),
            ("dynamodb:PutItem", &TABLE[..TABLE.len() - 1]),
            ("dynamodb:PutItem", &format!("{TABLE}/index/kind")),
            ("dynamodb:PutItem", &TABLE.replace("stock", "Stock")),
        ] {
            assert_eq!(
                role.decide(action, resource),
                Decision::NotAllowed,
                "{action} {resource}"
            );
        }
        assert_eq!(
            self::role(Vec::new()).decide("a:B", "*"),
            Decision::NotAllowed
        );
    }

    #[test]
    fn a_denial_decides_wherever_it_stands() {
        for denial_first in [true, false] {
            let mut stated = vec![
                statement(Effect::Allow, &["dynamodb:*"], &["*"]),
                statement(Effect::Deny, &["dynamodb:Delete*"], &[TABLE]),
            ];
            if denial_first {
                stated.reverse();
            }
            let role = role(stated);
            assert_eq!(role.decide("dynamodb:DeleteItem", TABLE), Decision::Denied);
            assert!(allows(&role, "dynamodb:PutItem", TABLE));
            assert!(allows(&role, "dynamodb:DeleteItem", &format!("{TABLE}2")));
        }
    }

    #[test]
    fn the_first_statement_that_allows_a_call_is_the_one_that_is_used() {
        let role = role(vec![
            statement(Effect::Allow, &["dynamodb:GetItem"], &[TABLE]),
            statement(
                Effect::Allow,
                &["dynamodb:PutItem", "dynamodb:GetItem"],
                &["arn:aws:dynamodb:*", TABLE],
            ),
        ]);
        let used = |action| match role.decide(action, TABLE) {
            Decision::Allowed(permission) => (permission.statement, permission.resource),
            other => panic!("{other:?}"),
        };
        assert_eq!(used("dynamodb:GetItem"), (0, TABLE));
        assert_eq!(used("dynamodb:PutItem"), (1, "arn:aws:dynamodb:*"));
        assert_eq!(role.permissions().count(), 5);
    }

    #[test]
    fn stars_and_question_marks_match_as_iam_has_it() {
        let matches =
            |pattern: &str, text: &str| super::matches(pattern.as_bytes(), text.as_bytes(), u8::eq);
        for (pattern, text) in [
            ("*", ""),
            ("*", "anything"),
            ("arn:aws:s3:::pictures/*", "arn:aws:s3:::pictures/a/b.png"),
            ("arn:aws:s3:::pictures/*", "arn:aws:s3:::pictures/"),
            ("pictures/*/small.png", "pictures/a/small.png/small.png"),
            ("a*b*c", "a-b-b-c"),
            ("a?c", "abc"),
            ("**", "x"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", ""),
            ("arn:aws:s3:::pictures/*", "arn:aws:s3:::pictures"),
            ("arn:aws:s3:::pictures/*", "arn:aws:s3:::pictures-old/a"),
            ("a*b", "a-b-c"),
            ("a?c", "ac"),
            ("?", "ab"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn actions_are_compared_without_regard_to_case() {
        let role = role(vec![statement(
            Effect::Allow,
            &["dynamodb:getitem"],
            &[TABLE],
        )]);
        assert!(allows(&role, "dynamodb:GetItem", TABLE));
    }
}
