//! Locks, over the embedded DynamoDB: who has one, who loses one, and what an old owner may still write.

#![allow(clippy::unwrap_used)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use dynamo::{Consistency, Fence, Guarded, Key, LEASE, Locks, Table, Write, WriteError};
use kernel::Clock;
use testkit::{Action, Mall};
use tokio::sync::Notify;

const TABLE: &str = "mall-auth";

/// A table, and the locks in it. Which table it is does not matter.
async fn scene() -> (Mall, Table, Locks) {
    let mall = Mall::start(&[]).await;
    let table = mall.boot("sign-in").table("AUTH_TABLE").unwrap();
    let locks = Locks::new(table.clone(), Clock::Manual(mall.clock().clone()));
    (mall, table, locks)
}

#[tokio::test]
async fn of_two_who_want_a_lock_at_the_same_time_one_gets_it() {
    let (mall, _, locks) = scene().await;
    let barrier = Arc::new(tokio::sync::Barrier::new(2));
    mall.wire().on(move |_| Action::Wait(barrier.clone()));
    let (one, other) = tokio::join!(locks.take("nightly"), locks.take("nightly"));
    mall.wire().heal();
    let held: Vec<_> = [one.unwrap(), other.unwrap()]
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(held.len(), 1);
    assert!(locks.take("nightly").await.unwrap().is_none());
    assert!(locks.take("hourly").await.unwrap().is_some());
}

#[tokio::test]
async fn a_lock_that_was_given_back_can_be_taken_and_its_fence_has_grown() {
    let (_mall, _, locks) = scene().await;
    let first = locks.take("nightly").await.unwrap().unwrap();
    let fence = first.fence();
    first.give_back().await.unwrap();
    let second = locks.take("nightly").await.unwrap().unwrap();
    assert!(second.fence() > fence);
}

#[tokio::test]
async fn the_lock_of_an_owner_who_died_is_free_when_its_lease_is_over() {
    let (mall, _, locks) = scene().await;
    drop(locks.take("nightly").await.unwrap().unwrap());
    mall.clock().advance(LEASE - Duration::from_millis(1));
    assert!(locks.take("nightly").await.unwrap().is_none());
    mall.clock().advance(Duration::from_millis(1));
    assert!(locks.take("nightly").await.unwrap().is_some());
}

#[tokio::test]
async fn a_lock_that_is_renewed_outlasts_its_lease() {
    let (mall, _, locks) = scene().await;
    let lock = locks.take("nightly").await.unwrap().unwrap();
    mall.clock().advance(LEASE - Duration::from_millis(1));
    assert!(lock.renew().await.unwrap());
    mall.clock().advance(LEASE - Duration::from_millis(1));
    assert!(locks.take("nightly").await.unwrap().is_none());
}

#[tokio::test]
async fn an_owner_whose_lease_ended_can_neither_renew_nor_give_back_nor_write() {
    let (mall, table, locks) = scene().await;
    let stalled = locks.take("nightly").await.unwrap().unwrap();
    mall.clock().advance(LEASE);
    let next = locks.take("nightly").await.unwrap().unwrap();
    record(&table, next.fence()).await.unwrap();

    assert!(!stalled.renew().await.unwrap());
    assert!(matches!(
        record(&table, stalled.fence()).await,
        Err(WriteError::ConditionFailed(_))
    ));
    stalled.give_back().await.unwrap();
    assert!(locks.take("nightly").await.unwrap().is_none());
    record(&table, next.fence()).await.unwrap();
}

#[tokio::test]
async fn a_call_that_is_repeated_on_the_way_takes_the_lock_once() {
    let (mall, _, _) = scene().await;
    // Without the limit that tests set, the client repeats a call which brought no answer, as on AWS.
    let boot = mall.boot_that_retries("sign-in");
    let locks = Locks::new(
        boot.table("AUTH_TABLE").unwrap(),
        Clock::Manual(mall.clock().clone()),
    );
    mall.wire()
        .strike(&format!("UpdateItem {TABLE}"), 0, Action::FailAfter);
    let lock = locks.take("nightly").await.unwrap().unwrap();
    mall.wire().heal();
    assert!(lock.renew().await.unwrap());
}

#[tokio::test]
async fn a_job_under_a_lock_runs_once_and_leaves_the_lock_free() {
    let (_mall, table, locks) = scene().await;
    let (inner, seen) = (locks.clone(), table.clone());
    let outcome = locks
        .guard("nightly", |fence| async move {
            record(&seen, fence).await.unwrap();
            inner.guard("nightly", |_| async { "twice" }).await.unwrap()
        })
        .await
        .unwrap();
    assert_eq!(outcome, Guarded::Done(Guarded::Taken));
    let again = locks.guard("nightly", |_| async { "again" }).await.unwrap();
    assert_eq!(again, Guarded::Done("again"));
}

#[tokio::test]
async fn a_long_job_keeps_its_lock() {
    let (mall, _, locks) = scene().await;
    let locks = locks.lasting(Duration::from_millis(60));
    let renewals = renewals(&mall);
    let counted = renewals.clone();
    let outcome = locks
        .guard("nightly", |_| async move { counted.reach(5).await })
        .await
        .unwrap();
    assert_eq!(outcome, Guarded::Done(()));
}

#[tokio::test]
async fn a_job_is_stopped_when_another_has_its_lock() {
    let (mall, _, locks) = scene().await;
    let lease = Duration::from_millis(60);
    let locks = locks.lasting(lease);
    let (clock, others) = (mall.clock().clone(), locks.clone());
    let outcome = locks
        .guard("nightly", |_| async move {
            clock.advance(lease);
            assert!(others.take("nightly").await.unwrap().is_some());
            never().await
        })
        .await
        .unwrap();
    assert_eq!(outcome, Guarded::Lost);
}

#[tokio::test]
async fn a_job_is_stopped_when_its_lock_cannot_be_renewed() {
    let (mall, _, locks) = scene().await;
    let locks = locks.lasting(Duration::from_millis(60));
    let wire = mall.wire().clone();
    let outcome = locks
        .guard("nightly", |_| async move {
            wire.on(|_| Action::FailBefore);
            never().await
        })
        .await
        .unwrap();
    assert_eq!(outcome, Guarded::Lost);
}

#[tokio::test]
async fn one_renewal_without_an_answer_does_not_stop_a_job() {
    let (mall, _, locks) = scene().await;
    let locks = locks.lasting(Duration::from_millis(60));
    let (seen, renewals) = (AtomicUsize::new(0), Arc::new(Renewals::default()));
    let counted = renewals.clone();
    mall.wire().on(move |_| {
        counted.count();
        // Taking comes first; then every second renewal fails.
        match seen.fetch_add(1, Ordering::SeqCst) % 2 {
            0 => Action::Pass,
            _ => Action::FailBefore,
        }
    });
    let outcome = locks
        .guard("nightly", |_| async move { renewals.reach(7).await })
        .await
        .unwrap();
    assert_eq!(outcome, Guarded::Done(()));
}

/// What a job writes: on condition that no later owner has.
async fn record(table: &Table, fence: Fence) -> Result<(), WriteError> {
    let write = Write::update(table, Key::new("JOB", "RESULT"))
        .set("fence", fence)
        .when(fence.not_outdated("fence"));
    Table::write(write).await?;
    let row: Option<Recorded> = table
        .get(Key::new("JOB", "RESULT"), Consistency::Strong)
        .await
        .map_err(WriteError::Call)?;
    assert_eq!(row.unwrap().fence, fence);
    Ok(())
}

#[derive(serde::Deserialize)]
struct Recorded {
    fence: Fence,
}

/// A job that does not end by itself; long after it should have been stopped, the test fails.
async fn never() {
    let deadline = Duration::from_secs(30);
    let _ = tokio::time::timeout(deadline, std::future::pending::<()>()).await;
    panic!("the job was not stopped");
}

/// Counts the calls that pass the wire.
fn renewals(mall: &Mall) -> Arc<Renewals> {
    let renewals = Arc::new(Renewals::default());
    let counted = renewals.clone();
    mall.wire().on(move |_| {
        counted.count();
        Action::Pass
    });
    renewals
}

#[derive(Default)]
struct Renewals {
    count: AtomicUsize,
    changed: Notify,
}

impl Renewals {
    fn count(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
    }

    async fn reach(&self, count: usize) {
        while self.count.load(Ordering::SeqCst) < count {
            self.changed.notified().await;
        }
    }
}
