//! DynamoDB as the services use it: one table a service, items addressed by `pk` and `sk`, every write conditional.
//!
//! - [`Table`]: reads ([`Table::get`], [`Table::get_many`], [`Table::query`]) and writes ([`Table::write`]).
//! - [`Write`]: one conditional write; the same value goes alone or into a [`Transaction`].
//! - [`Condition`]: what must hold. Expression strings are made here and nowhere else.
//! - [`Signer`]: signs what a client carries for us: cursors, quotes.
//! - [`Scan`]: a whole table, for audits.
//! - [`Patience`]: how long to try again what a busy store refused.
//! - [`Locks`]: for jobs that must run in one place at a time.
//!
//! A failed condition is an answer, not a failure: it brings the item as it is ([`WriteError::ConditionFailed`],
//! [`Reason::ConditionFailed`]), so the caller decides without a second read. Every request asks for its consumed
//! capacity with the indexes, and what it consumed goes to the [`aws::Meter`] of the caller.

#![forbid(unsafe_code)]

mod capacity;
mod condition;
mod error;
mod item;
mod lock;
mod patience;
mod query;
mod scan;
mod signer;
mod size;
mod table;
mod transaction;
mod write;

pub use condition::Condition;
pub use error::{DynamoError, Reason, TransactionError, WriteError};
pub use item::{Item, Key};
pub use lock::{Fence, Guarded, LEASE, Lock, Locks};
pub use patience::Patience;
pub use query::{Query, Start};
pub use scan::Scan;
pub use signer::{InvalidSignature, Signer};
pub use table::{Consistency, Dynamo, Table};
pub use transaction::Transaction;
pub use write::Write;
