//! What a function keeps in memory between requests, so that it asks the store less often than it is asked itself.
//!
//! An instance of a function lives for minutes or hours and its memory with it. A [`Cache`] keeps what it has read for some
//! seconds. Nothing tells it of a change: whatever it gives out may be as old as its [`Lifetime`] says, and no older. So it
//! is for what is shown, never for what decides about money or stock.
//!
//! Three ways in which caches fail, and what is done about each:
//!
//! - *Penetration*: requests for what does not exist pass through every time. That something is absent is remembered too,
//!   for a shorter time.
//! - *Breakdown*: a value that many want goes stale, and all of them load it. One loads, the others wait for it.
//! - *Avalanche*: values that were loaded together go stale together. Each lives for a time of its own, up to a quarter
//!   shorter than the longest.
//!
//! It holds a bounded number of values, or values of a bounded size where they differ much in that, and gives up those that
//! are seldom asked for first. What nobody has loaded again for a minute it gives up too.

#![forbid(unsafe_code)]

use std::{fmt, future::Future, hash::Hash, pin::pin, sync::Arc, time::Duration};

use kernel::{Clock, Timestamp};

/// For how long values are given out without asking the store again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// The longest that a value is given out; the shortest is three quarters of it.
    pub present: Duration,
    /// The same for the knowledge that there is none.
    pub absent: Duration,
}

/// What a value takes beside its own bytes, in bytes: its entry, and its key. The knowledge that there is none takes that too.
const OVERHEAD: usize = 512;

/// After how long memory is freed of what was not loaded again. It says nothing about what is given out, which is up to the
/// [`Lifetime`].
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);

/// Values by their keys. Clones are the same cache.
#[derive(Clone)]
pub struct Cache<K, V, E> {
    entries: moka::future::Cache<K, Entry<V, E>>,
    lifetime: Lifetime,
    clock: Clock,
}

type Builder<K, V, E> =
    moka::future::CacheBuilder<K, Entry<V, E>, moka::future::Cache<K, Entry<V, E>>>;

/// What one load brought, for everyone who waited for it, and until when it may be given out.
struct Entry<V, E> {
    outcome: Result<Option<V>, Arc<E>>,
    until: Timestamp,
}

impl<V: Clone, E> Clone for Entry<V, E> {
    fn clone(&self) -> Self {
        Self {
            outcome: self.outcome.clone(),
            until: self.until,
        }
    }
}

impl<K, V, E> fmt::Debug for Cache<K, V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl<K, V, E> Cache<K, V, E>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    /// A cache of at most so many values.
    #[must_use]
    pub fn new(most: u64, lifetime: Lifetime, clock: Clock) -> Self {
        let entries = moka::future::Cache::builder().max_capacity(most);
        Self::with(entries, lifetime, clock)
    }

    /// A cache of values that take at most so many bytes together; `bytes` says how many one of them takes, and the cache adds
    /// some for each. A value that takes more than all may is loaded whenever it is asked for.
    #[must_use]
    pub fn of_size(
        most_bytes: u64,
        bytes: impl Fn(&V) -> usize + Send + Sync + 'static,
        lifetime: Lifetime,
        clock: Clock,
    ) -> Self {
        let weigh = move |_: &K, entry: &Entry<V, E>| {
            let own = match &entry.outcome {
                Ok(Some(value)) => bytes(value),
                Ok(None) | Err(_) => 0,
            };
            u32::try_from(own.saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
        };
        let entries = moka::future::Cache::builder()
            .max_capacity(most_bytes)
            .weigher(weigh);
        Self::with(entries, lifetime, clock)
    }

    fn with(entries: Builder<K, V, E>, lifetime: Lifetime, clock: Clock) -> Self {
        let kept = FORGOTTEN_AFTER.max(lifetime.present);
        Self {
            entries: entries.time_to_live(kept).build(),
            lifetime,
            clock,
        }
    }

    /// The value of a key: what is known of it, or what `load` brings. However many ask at the same time, one of them
    /// loads; `None` from `load` says that there is no such thing.
    ///
    /// # Errors
    /// The error of the load, for everyone who waited for it. It is not kept: the next to ask loads again.
    pub async fn get<F>(&self, key: K, load: F) -> Result<Option<V>, Arc<E>>
    where
        F: Future<Output = Result<Option<V>, E>>,
    {
        let now = self.clock.now();
        // A load is a large future, and the way down to where it is polled is long: it is pinned here and not handed down.
        let load = pin!(load);
        let entry = self
            .entries
            .entry(key)
            .or_insert_with_if(
                async {
                    let outcome = load.await.map_err(Arc::new);
                    let until = self.until(&outcome);
                    Entry { outcome, until }
                },
                |known| known.until <= now,
            )
            .await;
        entry.into_value().outcome
    }

    /// Until when something that was loaded now may be given out.
    fn until(&self, outcome: &Result<Option<V>, Arc<E>>) -> Timestamp {
        let longest = match outcome {
            Ok(Some(_)) => self.lifetime.present,
            Ok(None) => self.lifetime.absent,
            Err(_) => Duration::ZERO,
        };
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        let lifetime = rand::random_range(longest - longest / 4..=longest);
        self.clock.now().plus(Duration::from_millis(lifetime))
    }
}
