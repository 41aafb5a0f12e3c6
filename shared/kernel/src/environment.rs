//! The variables a function is given, and nothing else of the machine.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use crate::Clock;

/// The variables that a function's template declares, read once at start, and the clock it goes by.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    clock: Clock,
}

/// A variable that is missing or means nothing. Its text names the variable, so that the log of a function that does
/// not start says what to mend in its template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The template does not set it.
    #[error("the variable {0} is not set")]
    Missing(String),
    /// It is set to something that cannot be read.
    #[error("the variable {name} is not valid: {reason}")]
    Invalid {
        /// The variable.
        name: String,
        /// What is wrong with its value; never the value itself, which may be a secret.
        reason: String,
    },
}

impl Environment {
    /// The environment of this process: the only place where one is read.
    #[must_use]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            variables,
            clock: Clock::System,
        }
    }

    /// An environment of exactly these variables.
    #[must_use]
    pub fn of(variables: BTreeMap<String, String>, clock: Clock) -> Self {
        Self { variables, clock }
    }

    /// The same environment with some variables set.
    #[must_use]
    pub fn with(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// The clock to go by.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// A variable that may be absent; an empty one counts as absent.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A variable that must be there.
    ///
    /// # Errors
    /// When it is absent or empty.
    pub fn text(&self, name: &str) -> Result<&str, ConfigError> {
        self.optional(name)
            .ok_or_else(|| ConfigError::Missing(name.to_owned()))
    }

    /// A variable that must be there and mean a `T`.
    ///
    /// # Errors
    /// When it is absent, or cannot be read as a `T`.
    pub fn parse<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, ConfigError> {
        self.text(name)?
            .parse()
            .map_err(|error: T::Err| ConfigError::Invalid {
                name: name.to_owned(),
                reason: error.to_string(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_senseless_variable_is_named_and_its_value_is_not_shown() {
        let variables =
            [("SECONDS", "soon"), ("EMPTY", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let environment = Environment::of(variables.into(), Clock::System);
        assert_eq!(
            environment.text("EMPTY"),
            Err(ConfigError::Missing("EMPTY".into()))
        );
        let error = environment.parse::<u32>("SECONDS").unwrap_err().to_string();
        assert!(
            error.contains("SECONDS") && !error.contains("soon"),
            "{error}"
        );
    }
}
