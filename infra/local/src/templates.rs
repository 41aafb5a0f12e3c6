//! The templates, with the values that a local mall gives the root template's parameters.
//!
//! The template decides which parameters exist: a value that it does not declare is left out, so that a mall of fewer services
//! starts too.

use std::collections::BTreeMap;
use std::path::Path;

use template::{Deployment, Inputs, TemplateError};

/// Why the templates do not make a mall.
#[derive(Debug, thiserror::Error)]
pub enum TemplatesError {
    /// The root template cannot be read.
    #[error("the templates cannot be read")]
    Template(#[from] TemplateError),
    /// `--set` names a parameter that the root template does not declare.
    #[error("template.yaml has no parameter {name}; it has {known}")]
    Unknown {
        /// The name given.
        name: String,
        /// The names declared.
        known: String,
    },
    /// The templates are wrong: everything that is, a line each.
    #[error("the templates are wrong:\n  {0}")]
    Wrong(String),
}

/// The parameters that `template.yaml` declares.
#[derive(Debug)]
pub(crate) struct Declared(Vec<String>);

impl Declared {
    pub(crate) fn read(root: &Path) -> Result<Self, TemplatesError> {
        let parameters = template::parameters(root)?;
        Ok(Self(
            parameters
                .into_iter()
                .map(|parameter| parameter.name)
                .collect(),
        ))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|declared| declared == name)
    }

    /// Our values, where they are declared, and on top of them those given by hand.
    pub(crate) fn inputs(
        &self,
        ours: &[(&str, String)],
        by_hand: &BTreeMap<String, String>,
    ) -> Result<Inputs, TemplatesError> {
        if let Some(name) = by_hand.keys().find(|name| !self.has(name)) {
            return Err(TemplatesError::Unknown {
                name: name.clone(),
                known: self.0.join(", "),
            });
        }
        let mut inputs = Inputs::local();
        inputs.parameters.retain(|name, _| self.has(name));
        for (name, value) in ours.iter().filter(|(name, _)| self.has(name)) {
            inputs = inputs.with(name, value);
        }
        inputs.parameters.extend(by_hand.clone());
        Ok(inputs)
    }
}

/// What the templates declare.
pub(crate) fn read_templates(root: &Path, inputs: &Inputs) -> Result<Deployment, TemplatesError> {
    template::read_all(root, inputs).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        TemplatesError::Wrong(lines.join("\n  "))
    })
}

/// What the templates declare, for whoever asks for facts that no parameter changes (routes, memory): no mall has to run.
/// Parameters without a default have values only while one does; here any will do.
pub(crate) fn read_for_facts(root: &Path) -> Result<Deployment, TemplateError> {
    template::read(root, &made_up_inputs(root)?)
}

/// The same with the names that a mall of this prefix uses.
pub(crate) fn read_for_names(root: &Path, prefix: &str) -> Result<Deployment, TemplateError> {
    template::read(root, &made_up_inputs(root)?.with("Prefix", prefix))
}

fn made_up_inputs(root: &Path) -> Result<Inputs, TemplateError> {
    let missing = template::parameters(root)?
        .into_iter()
        .filter(|parameter| parameter.default.is_none());
    let made_up = missing
        .map(|parameter| (parameter.name, "any".to_owned()))
        .collect();
    let inputs = Declared::read(root).and_then(|declared| declared.inputs(&[], &made_up));
    Ok(inputs.unwrap_or_else(|_| Inputs::local()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> Declared {
        Declared(vec!["Prefix".to_owned(), "SigningKey".to_owned()])
    }

    #[test]
    fn what_is_given_by_hand_comes_before_our_own_and_the_undeclared_is_left_out() {
        let ours = [
            ("SigningKey", "ours".to_owned()),
            ("AlipayAppId", "1".to_owned()),
        ];
        let inputs = declared()
            .inputs(
                &ours,
                &BTreeMap::from([("Prefix".to_owned(), "test".to_owned())]),
            )
            .unwrap();
        let expected = [("Prefix", "test"), ("SigningKey", "ours")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(inputs.parameters, BTreeMap::from(expected));
    }

    #[test]
    fn a_name_that_does_not_exist_is_refused_with_those_that_do() {
        let error = declared()
            .inputs(&[], &BTreeMap::from([("Prefx".to_owned(), "x".to_owned())]))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "template.yaml has no parameter Prefx; it has Prefix, SigningKey"
        );
    }
}
