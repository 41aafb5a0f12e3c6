//! What an operation starts from.

use aws::Aws;
use dynamo::{Dynamo, Signer, Table};
use kernel::{Clock, ConfigError, Environment};
use queue::{Queues, Sender};

/// The environment of a function and the clients that all parts of it share. A service's `from_env` takes from here its
/// tables, its queues and its settings, each by the name of the variable that its template sets.
#[derive(Debug, Clone)]
pub struct Boot {
    environment: Environment,
    aws: Aws,
    dynamo: Dynamo,
    queues: Queues,
}

impl Boot {
    /// Prepares to start from an environment; reaches nothing yet.
    ///
    /// # Errors
    /// When a variable that Lambda always sets is missing.
    pub fn new(environment: Environment) -> Result<Self, ConfigError> {
        let aws = Aws::from_env(&environment)?;
        Ok(Self {
            environment,
            dynamo: Dynamo::new(aws.clone()),
            queues: Queues::new(aws.clone()),
            aws,
        })
    }

    /// The variables.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The clock to go by.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.environment.clock()
    }

    /// How AWS is reached, for services of it that few functions call.
    #[must_use]
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// The table whose name is in a variable.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn table(&self, variable: &str) -> Result<Table, ConfigError> {
        Ok(self.dynamo.table(self.environment.text(variable)?))
    }

    /// The sender to the queue whose URL is in a variable.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn sender<M>(&self, variable: &str) -> Result<Sender<M>, ConfigError> {
        Ok(self.queues.sender(self.environment.text(variable)?))
    }

    /// The signer for one purpose.
    ///
    /// # Errors
    /// When the mall's key is missing.
    pub fn signer(&self, purpose: &str) -> Result<Signer, ConfigError> {
        Signer::from_env(&self.environment, purpose)
    }
}
