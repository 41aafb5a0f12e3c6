//! How often a cache loads, whoever asks and whenever.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use cache::{Cache, Lifetime};
use futures::future::join_all;
use kernel::{Clock, ManualClock, Timestamp};

const LIFETIME: Lifetime = Lifetime {
    present: Duration::from_secs(20),
    absent: Duration::from_secs(4),
};

fn clock() -> ManualClock {
    ManualClock::at(Timestamp::from_millis(1_795_500_000_000))
}

fn of<V: Clone + Send + Sync + 'static, E: Send + Sync + 'static>(
    clock: &ManualClock,
) -> Cache<u32, V, E> {
    Cache::new(1_000, LIFETIME, Clock::Manual(clock.clone()))
}

/// Asks for a key; counts the load if there is one.
async fn ask(
    cache: &Cache<u32, u32, Infallible>,
    key: u32,
    value: Option<u32>,
    loads: &AtomicUsize,
) -> Option<u32> {
    let load = async {
        loads.fetch_add(1, Ordering::SeqCst);
        // The others ask while this one waits for the store.
        tokio::task::yield_now().await;
        Ok(value)
    };
    cache
        .get(key, load)
        .await
        .unwrap_or_else(|never| match *never {})
}

#[tokio::test]
async fn a_thousand_who_ask_for_a_key_at_the_same_time_cause_one_load() {
    let (cache, loads) = (of(&clock()), AtomicUsize::new(0));
    let answers = join_all((0..1_000).map(|_| ask(&cache, 7, Some(1), &loads))).await;
    assert!(answers.iter().all(|answer| *answer == Some(1)));
    assert_eq!(loads.into_inner(), 1);
}

#[tokio::test]
async fn what_went_stale_is_loaded_once_more_however_many_ask() {
    let clock = clock();
    let (cache, loads) = (of(&clock), AtomicUsize::new(0));
    ask(&cache, 7, Some(1), &loads).await;
    clock.advance(LIFETIME.present);
    let answers = join_all((0..1_000).map(|_| ask(&cache, 7, Some(2), &loads))).await;
    assert!(answers.iter().all(|answer| *answer == Some(2)));
    assert_eq!(loads.into_inner(), 2);
}

#[tokio::test]
async fn that_there_is_none_is_remembered_for_a_shorter_time() {
    let clock = clock();
    let (cache, loads) = (of(&clock), AtomicUsize::new(0));
    assert_eq!(ask(&cache, 7, None, &loads).await, None);
    assert_eq!(ask(&cache, 7, Some(1), &loads).await, None);
    clock.advance(LIFETIME.absent);
    assert_eq!(ask(&cache, 7, Some(1), &loads).await, Some(1));
    assert_eq!(loads.into_inner(), 2);
}

#[tokio::test]
async fn what_was_loaded_together_does_not_go_stale_together() {
    let clock = clock();
    let (cache, loads) = (of(&clock), AtomicUsize::new(0));
    join_all((0..200).map(|key| ask(&cache, key, Some(key), &loads))).await;
    // Three quarters of the lifetime have not quite passed, and nothing is stale.
    clock.advance(LIFETIME.present / 4 * 3 - Duration::from_millis(1));
    join_all((0..200).map(|key| ask(&cache, key, Some(key), &loads))).await;
    assert_eq!(loads.load(Ordering::SeqCst), 200);
    // Half of the remaining quarter later some are stale and some are not.
    clock.advance(LIFETIME.present / 8);
    join_all((0..200).map(|key| ask(&cache, key, Some(key), &loads))).await;
    let stale = loads.load(Ordering::SeqCst) - 200;
    assert!((20..180).contains(&stale), "{stale} of 200 were stale");
}

#[tokio::test]
async fn an_error_reaches_everyone_who_waited_and_is_forgotten() {
    let clock = clock();
    let cache: Cache<u32, u32, &'static str> = of(&clock);
    let fail = || async {
        tokio::task::yield_now().await;
        Err("no answer")
    };
    let answers = join_all((0..10).map(|_| cache.get(7, fail()))).await;
    assert!(
        answers
            .iter()
            .all(|answer| *answer == Err(Arc::new("no answer")))
    );
    assert_eq!(cache.get(7, async { Ok(Some(1)) }).await, Ok(Some(1)));
}

#[tokio::test]
async fn a_load_that_is_dropped_leaves_the_next_to_load() {
    let clock = clock();
    let (cache, loads) = (of(&clock), AtomicUsize::new(0));
    let stuck: Result<_, ()> = tokio::select! {
        biased;
        _ = cache.get(7, std::future::pending::<Result<Option<u32>, Infallible>>()) => Err(()),
        () = tokio::task::yield_now() => Ok(()),
    };
    assert_eq!(stuck, Ok(()));
    assert_eq!(ask(&cache, 7, Some(1), &loads).await, Some(1));
}

#[tokio::test]
async fn no_more_is_kept_than_was_said() {
    let clock = clock();
    let cache = Cache::new(10, LIFETIME, Clock::Manual(clock));
    let loads = AtomicUsize::new(0);
    for key in 0..1_000 {
        ask(&cache, key, Some(key), &loads).await;
    }
    let before = loads.load(Ordering::SeqCst);
    for key in 0..1_000 {
        ask(&cache, key, Some(key), &loads).await;
    }
    let again = loads.load(Ordering::SeqCst) - before;
    assert!(again >= 990, "{} of 1,000 were kept", 1_000 - again);
}

/// How many of two hundred values of this size are still known after all of them were loaded, where those that are kept take
/// at most 100,000 bytes.
async fn known_of_two_hundred(bytes: u32) -> usize {
    let cache = Cache::of_size(
        100_000,
        |value: &u32| *value as usize,
        LIFETIME,
        Clock::Manual(clock()),
    );
    let loads = AtomicUsize::new(0);
    for key in 0..200 {
        ask(&cache, key, Some(bytes), &loads).await;
    }
    let before = loads.load(Ordering::SeqCst);
    for key in 0..200 {
        ask(&cache, key, Some(bytes), &loads).await;
    }
    200 - (loads.load(Ordering::SeqCst) - before)
}

#[tokio::test]
async fn the_larger_values_are_the_fewer_are_kept() {
    // Each takes half a kilobyte more than its own bytes.
    let large = known_of_two_hundred(24_000).await;
    assert!(large <= 4, "{large} of 24 kB");
    let small = known_of_two_hundred(500).await;
    assert!((50..=100).contains(&small), "{small} of half a kB");
    assert_eq!(known_of_two_hundred(100_001).await, 0);
}
