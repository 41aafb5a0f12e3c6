//! The values that a local mall gives the root template's parameters.
//!
//! The template decides which exist: a value that it does not declare is left out, so that a mall of fewer services starts too.

use std::collections::BTreeMap;
use std::path::Path;

use template::{Inputs, TemplateError};

/// A parameter given by hand that does not exist.
#[derive(Debug, thiserror::Error)]
pub enum ParameterError {
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
}

/// The parameters that `template.yaml` declares.
#[derive(Debug)]
pub(crate) struct Declared(Vec<String>);

impl Declared {
    pub(crate) fn read(root: &Path) -> Result<Self, ParameterError> {
        let parameters = template::parameters(root)?;
        Ok(Self(parameters.into_iter().map(|parameter| parameter.name).collect()))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|declared| declared == name)
    }

    /// Our values, where they are declared, and on top of them those given by hand.
    pub(crate) fn inputs(&self, ours: &[(&str, String)], by_hand: &BTreeMap<String, String>) -> Result<Inputs, ParameterError> {
        if let Some(name) = by_hand.keys().find(|name| !self.has(name)) {
            return Err(ParameterError::Unknown { name: name.clone(), known: self.0.join(", ") });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> Declared {
        Declared(vec!["Prefix".to_owned(), "StaffKey".to_owned()])
    }

    #[test]
    fn what_is_given_by_hand_comes_before_our_own_and_the_undeclared_is_left_out() {
        let ours = [("StaffKey", "ours".to_owned()), ("AlipayAppId", "1".to_owned())];
        let inputs = declared().inputs(&ours, &BTreeMap::from([("Prefix".to_owned(), "test".to_owned())])).unwrap();
        let expected = [("Prefix", "test"), ("StaffKey", "ours")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(inputs.parameters, BTreeMap::from(expected));
    }

    #[test]
    fn a_name_that_does_not_exist_is_refused_with_those_that_do() {
        let error = declared().inputs(&[], &BTreeMap::from([("Prefx".to_owned(), "x".to_owned())])).unwrap_err();
        assert_eq!(error.to_string(), "template.yaml has no parameter Prefx; it has Prefix, StaffKey");
    }
}
