//! A lock for jobs that must run in one place at a time, whichever function runs them.
//!
//! A lock is an item with an owner, a time at which it ends by itself, and a number, the fence, that grows with every owner:
//!
//! | item | key | content |
//! |---|---|---|
//! | lock | `LOCK#<name>` / `LOCK` | `owner` and `expires_at` (milliseconds) while it is held; `fence` for ever |
//!
//! Taking it is one conditional write, and so are renewing and giving it back. It is given back by taking owner and end out
//! of the item, not by deleting it: a fence that began anew could let an old owner through.
//!
//! No lock can stop its owner from stalling past its end, and from going on as if it still had it. What the job writes
//! elsewhere is therefore written on condition that no later owner has written there: [`Fence::not_outdated`].

use std::{future::Future, time::Duration};

use kernel::{Clock, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Condition, DynamoError, Item, Key, Table, Write, WriteError};

/// How long a lock lasts without being renewed. It is renewed three times in that time, so one failed call loses nothing, and a
/// job whose function died is free again after it.
pub const LEASE: Duration = Duration::from_secs(30);

/// The locks in a table.
#[derive(Debug, Clone)]
pub struct Locks {
    table: Table,
    clock: Clock,
    lease: Duration,
}

/// A lock that is held, until it is given back or its lease is over.
#[derive(Debug)]
#[must_use = "a lock that is dropped stays taken until its lease is over"]
pub struct Lock {
    locks: Locks,
    name: String,
    owner: String,
    fence: Fence,
}

/// Tells the owners of one lock apart: each has a greater one than all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fence(u64);

/// What became of a job that wanted a lock.
#[derive(Debug, PartialEq, Eq)]
pub enum Guarded<T> {
    /// It ran to its end and had the lock all the time.
    Done(T),
    /// It did not start: another owner has the lock.
    Taken,
    /// It was stopped on its way: the lock had passed to another owner, or could not be renewed before its lease was over.
    Lost,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    owner: Option<String>,
    fence: Fence,
}

impl Fence {
    /// Holds when no later owner has left its fence in this attribute. A write under a lock sets the attribute to its own
    /// fence, on this condition.
    pub fn not_outdated(self, attribute: &'static str) -> Condition {
        Condition::any(vec![
            Condition::absent(attribute),
            Condition::at_most(attribute, self),
        ])
    }
}

impl Locks {
    /// The locks in this table, for leases of [`LEASE`].
    #[must_use]
    pub fn new(table: Table, clock: Clock) -> Self {
        Self {
            table,
            clock,
            lease: LEASE,
        }
    }

    /// The same locks, for leases of another length.
    #[must_use]
    pub fn lasting(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Takes the lock of this name, if nobody has it or its owner's lease is over.
    ///
    /// # Errors
    /// When the store gives no answer: it may be taken all the same, until its lease is over.
    pub async fn take(&self, name: &str) -> Result<Option<Lock>, DynamoError> {
        let (now, owner) = (self.clock.now(), format!("{:032x}", rand::random::<u128>()));
        let free = Condition::any(vec![
            Condition::absent("owner"),
            Condition::at_most("expires_at", now.as_millis()),
        ]);
        let write = Write::update(&self.table, key(name))
            .set("owner", &owner)
            .set("expires_at", self.end(now))
            .add("fence", 1)
            .when(free);
        let row = match Table::update(write).await {
            Ok(item) => item.read::<Row>()?,
            Err(WriteError::Call(error)) => return Err(error),
            Err(WriteError::ConditionFailed(found)) => {
                let Some(row) = found.map(Item::read::<Row>).transpose()? else {
                    return Ok(None);
                };
                // The call was repeated on the way, and its first copy took the lock.
                if row.owner.as_ref() != Some(&owner) {
                    return Ok(None);
                }
                row
            }
        };
        Ok(Some(Lock {
            locks: self.clone(),
            name: name.to_owned(),
            owner,
            fence: row.fence,
        }))
    }

    /// Does a job under the lock of this name, and nothing when another owner has it. The lock is renewed while the job
    /// goes on, and given back after it.
    ///
    /// # Errors
    /// When the store gives no answer to the question for the lock. That the lock cannot be given back is no error: it
    /// ends by itself.
    pub async fn guard<T, F: Future<Output = T>>(
        &self,
        name: &str,
        job: impl FnOnce(Fence) -> F,
    ) -> Result<Guarded<T>, DynamoError> {
        let Some(lock) = self.take(name).await? else {
            return Ok(Guarded::Taken);
        };
        let outcome = tokio::select! {
            outcome = job(lock.fence) => outcome,
            () = lock.keep() => return Ok(Guarded::Lost),
        };
        if let Err(error) = lock.give_back().await {
            tracing::warn!(lock = name, %error, "the lock is not given back; it ends by itself");
        }
        Ok(Guarded::Done(outcome))
    }

    fn end(&self, now: Timestamp) -> i64 {
        now.plus(self.lease).as_millis()
    }
}

impl Lock {
    /// The fence of this owner.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// Begins the lease anew; `false` when the lock has another owner, or was given back.
    ///
    /// A lease that is over can be renewed as long as nobody took the lock.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn renew(&self) -> Result<bool, DynamoError> {
        let end = self.locks.end(self.locks.clock.now());
        self.change(|write| write.set("expires_at", end)).await
    }

    /// Gives the lock back; nothing happens when it has another owner.
    ///
    /// # Errors
    /// When the store gives no answer: the lock may stay taken until its lease is over.
    pub async fn give_back(self) -> Result<(), DynamoError> {
        let gone = None::<()>;
        self.change(|write| write.set("owner", gone).set("expires_at", gone))
            .await
            .map(|_| ())
    }

    /// Renews until that fails for good. A call without an answer is tried again for as long as the lease lasts.
    async fn keep(&self) {
        let pause = self.locks.lease / 3;
        let mut missed = 0;
        while missed < 2 {
            tokio::time::sleep(pause).await;
            match self.renew().await {
                Ok(true) => missed = 0,
                Ok(false) => return,
                Err(error) => {
                    missed += 1;
                    tracing::warn!(lock = self.name, %error, "the lock could not be renewed");
                }
            }
        }
    }

    /// Makes a change, if this still is the owner.
    async fn change(&self, change: impl FnOnce(Write) -> Write) -> Result<bool, DynamoError> {
        let write = Write::update(&self.locks.table, key(&self.name))
            .when(Condition::equals("owner", &self.owner));
        match Table::write(change(write)).await {
            Ok(()) => Ok(true),
            Err(WriteError::ConditionFailed(_)) => Ok(false),
            Err(WriteError::Call(error)) => Err(error),
        }
    }
}

fn key(name: &str) -> Key {
    Key::new(format!("LOCK#{name}"), "LOCK")
}
