//! A function's `Policies`: which calls on which resources its role may make.
//!
//! Inline statements only. SAM's policy templates (`DynamoDBCrudPolicy`) and managed policies grant more than a function
//! uses, and what they grant stands in another place. What SAM adds by itself (logs, traces, reading the queue or stream of an
//! event) is not listed here. `Condition`, `NotAction`, `NotResource` and policy variables are outside the subset: nothing on one
//! machine evaluates them, and a permission that is wider here than on AWS would hide what is missing there.

use crate::error::TemplateError;
use crate::properties::Properties;

/// One statement of a function's policies.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The statement's own name, where it has one.
    pub sid: Option<String>,
    /// Whether it grants or forbids.
    pub effect: Effect,
    /// Actions as `service:Verb`.
    pub actions: Vec<String>,
    /// ARNs, fully resolved.
    pub resources: Vec<String>,
}

/// The effect of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The calls are permitted.
    Allow,
    /// The calls are forbidden, whatever another statement permits.
    Deny,
}

/// Reads the property `Policies` of a function.
pub(crate) fn read_policies(
    function: &mut Properties<'_>,
) -> Result<Vec<Statement>, TemplateError> {
    let mut statements = Vec::new();
    for mut document in function.list("Policies")? {
        document.ignore(&["Version"]);
        let missing = document.place().refuse("must be an inline policy with a Statement; policy templates and managed policies are not used");
        let listed = document.list("Statement")?;
        if listed.is_empty() {
            return Err(missing);
        }
        for statement in listed {
            statements.push(read_statement(statement)?);
        }
        document.finish()?;
    }
    Ok(statements)
}

fn read_statement(mut statement: Properties<'_>) -> Result<Statement, TemplateError> {
    let place = statement.place().clone();
    let effect = match statement.required_text("Effect")?.as_str() {
        "Allow" => Effect::Allow,
        "Deny" => Effect::Deny,
        _ => return Err(place.within("Effect").refuse("must be Allow or Deny")),
    };
    let read = Statement {
        sid: statement.text("Sid")?,
        effect,
        actions: statement.texts("Action")?,
        resources: statement.texts("Resource")?,
    };
    statement.finish()?;
    let variable = |text: &&String| text.contains("${");
    if let Some(text) = read.actions.iter().chain(&read.resources).find(variable) {
        return Err(place.refuse(format!(
            "`{text}` has a policy variable, which is outside the subset that this reader knows"
        )));
    }
    match (read.actions.is_empty(), read.resources.is_empty()) {
        (true, _) => Err(place.within("Action").refuse("is missing")),
        (_, true) => Err(place.within("Resource").refuse("is missing")),
        _ => Ok(read),
    }
}
