//! Messages between operations: typed, sent to one consumer's queue, handled at least once.
//!
//! - [`Sender`]: sends messages of one type to one queue, at once or later.
//! - [`consume`]: runs a batch through a handler and reports which messages failed, so that only those come again.
//! - [`Work`]: one message, or whatever else an event brings, run in its trace and counted in the log.
//! - [`Trace`]: the trace that a request and all messages it causes have in common.
//!
//! Every handler may see a message twice, late, early and in any order; it must not matter. A handler that returns an
//! error leaves the message in its queue; after the queue's number of receives it goes to the dead letters, where an
//! alarm waits. Nothing is dropped silently.

#![forbid(unsafe_code)]

mod consume;
mod send;
mod trace;
mod work;

pub use consume::consume;
pub use send::{MAXIMUM_DELAY, Queues, SendError, Sender};
pub use trace::Trace;
pub use work::{Consumer, Done, Work, WorkId};
