//! What the service crates say about themselves, as plain data.

use edge::{Security, Source};
use schemars::SchemaGenerator;

/// A service crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    /// Name of the crate, which is the name of its stack and binary.
    pub(crate) name: String,
    pub(crate) operations: Vec<Operation>,
}

/// One operation of a service: what a function's `Handler` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    /// `submit-order`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Anyone may call it, and everyone gets the same answer: it is told no session.
    pub(crate) public: bool,
    /// The permission that it asks staff for.
    pub(crate) permission: Option<&'static str>,
}

/// What calls an operation, by its type in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// HTTP requests of customers and machines.
    Endpoint,
    /// HTTP requests of staff.
    BackOffice,
    /// Events that nobody waits for, from one source.
    Worker(Source),
}

/// What all services of the mall say about themselves.
pub(crate) fn all() -> Vec<Service> {
    mall::services().iter().map(describe).collect()
}

fn describe(service: &edge::Service) -> Service {
    let mut generator = SchemaGenerator::default();
    let operations = service.operations().map(|operation| {
        let security = operation
            .describe(&mut generator)
            .map(|description| description.security);
        Operation {
            name: operation.name().to_owned(),
            kind: match security {
                None => Kind::Worker(operation.source()),
                Some(Security::Staff(_)) => Kind::BackOffice,
                Some(_) => Kind::Endpoint,
            },
            public: matches!(security, Some(Security::Public)),
            permission: match security {
                Some(Security::Staff(name)) => Some(name),
                _ => None,
            },
        }
    });
    Service {
        name: service.name().to_owned(),
        operations: operations.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_told_by_who_calls_it() {
        let services = all();
        let stock = services
            .iter()
            .find(|service| service.name == "stock")
            .expect("the stock service");
        let kind = |name: &str| {
            stock
                .operations
                .iter()
                .find(|operation| operation.name == name)
                .map(|operation| operation.kind)
        };
        assert_eq!(kind("list-availability"), Some(Kind::Endpoint));
        assert_eq!(kind("receive-stock"), Some(Kind::BackOffice));
        assert_eq!(kind("release-stock"), Some(Kind::Worker(Source::Queue)));
    }
}
