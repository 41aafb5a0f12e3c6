//! All trades in memory, in front of the journal: one lock, so that changes of a trade come one after the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::journal::{Journal, JournalError};
use crate::refusal::Refusal;
use crate::trade::Trade;

/// By which number a trade is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The provider's.
    TradeNo(String),
    /// The merchant's.
    OutTradeNo(String),
}

/// A trade after a request to change it.
pub(crate) struct Outcome {
    pub(crate) trade: Trade,
    /// Whether this request changed it, or an earlier one had.
    pub(crate) changed: bool,
}

/// Every trade there is.
pub(crate) struct Book {
    inner: Mutex<Inner>,
}

struct Inner {
    by_out_trade_no: BTreeMap<String, Trade>,
    out_trade_nos: BTreeMap<String, String>,
    /// `None` once the sandbox has stopped: nothing changes any more.
    journal: Option<Journal>,
}

impl Book {
    /// Reads the trades of an earlier run.
    pub(crate) fn open(path: &Path) -> Result<Book, JournalError> {
        let (journal, trades) = Journal::open(path)?;
        let mut inner = Inner {
            by_out_trade_no: BTreeMap::new(),
            out_trade_nos: BTreeMap::new(),
            journal: Some(journal),
        };
        for trade in trades {
            inner.remember(trade);
        }
        Ok(Book {
            inner: Mutex::new(inner),
        })
    }

    /// The trade as it stands at this moment.
    pub(crate) fn find(&self, key: &Key, now: OffsetDateTime) -> Option<Trade> {
        let found = self.lock().find(key).cloned();
        found.map(|trade| trade.standing_at(now))
    }

    /// Every trade as it stands at this moment, the newest first.
    pub(crate) fn all(&self, now: OffsetDateTime) -> Vec<Trade> {
        let inner = self.lock();
        let mut trades: Vec<Trade> = inner.by_out_trade_no.values().cloned().collect();
        drop(inner);
        trades.sort_by_key(|trade| std::cmp::Reverse(trade.created_at));
        trades
            .into_iter()
            .map(|trade| trade.standing_at(now))
            .collect()
    }

    /// Changes a trade that exists. The change sees it as it stands at this moment.
    pub(crate) fn change(
        &self,
        key: &Key,
        now: OffsetDateTime,
        change: impl FnOnce(&Trade) -> Result<Trade, Refusal>,
    ) -> Result<Outcome, Refusal> {
        self.upsert(key, now, |trade| {
            change(trade.ok_or_else(Refusal::trade_not_exist)?)
        })
    }

    /// Changes a trade or makes it, written to the journal before anyone sees it.
    pub(crate) fn upsert(
        &self,
        key: &Key,
        now: OffsetDateTime,
        change: impl FnOnce(Option<&Trade>) -> Result<Trade, Refusal>,
    ) -> Result<Outcome, Refusal> {
        let mut inner = self.lock();
        let before = inner.find(key).cloned().map(|trade| trade.standing_at(now));
        let trade = change(before.as_ref())?;
        let changed = before.as_ref() != Some(&trade);
        if changed {
            inner.keep(&trade)?;
        }
        Ok(Outcome { trade, changed })
    }

    /// Lets go of the journal: from here on every change is refused.
    pub(crate) fn close(&self) {
        self.lock().journal = None;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn find(&self, key: &Key) -> Option<&Trade> {
        let out_trade_no = match key {
            Key::OutTradeNo(out_trade_no) => out_trade_no,
            Key::TradeNo(trade_no) => self.out_trade_nos.get(trade_no)?,
        };
        self.by_out_trade_no.get(out_trade_no)
    }

    fn keep(&mut self, trade: &Trade) -> Result<(), Refusal> {
        let journal = self.journal.as_mut().ok_or_else(Refusal::system)?;
        journal.append(trade).map_err(|error| {
            tracing::error!(%error, trade = trade.order.out_trade_no, "a change cannot be kept");
            Refusal::system()
        })?;
        self.remember(trade.clone());
        Ok(())
    }

    fn remember(&mut self, trade: Trade) {
        let out_trade_no = trade.order.out_trade_no.clone();
        self.out_trade_nos
            .insert(trade.trade_no.clone(), out_trade_no.clone());
        self.by_out_trade_no.insert(out_trade_no, trade);
    }
}
