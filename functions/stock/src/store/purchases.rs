//! Needs and purchases. Whatever changes a purchase demands the version that was read, and a need only changes together
//! with its purchase once it is in one.

use std::collections::BTreeMap;

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Key, Query, Table, Transaction,
    TransactionError, Write, WriteError,
};
use kernel::{Page, PurchaseId, PurchaseNeedId, SkuId};
use serde::{Deserialize, Serialize};

use super::{
    Levels, PageOf, ledger,
    listing::{self, needs_of},
    signed,
    warehouses::count_open_needs,
};
use crate::domain::{
    Merged, Movement, Need, NeedKey, NeedStatus, Purchase, PurchaseStatus, Settlement,
};

const VERSION: &str = "version";
const STATUS: &str = "status";
const PURCHASE_ID: &str = "purchase_id";

/// The needs and the purchases.
#[derive(Debug, Clone)]
pub(crate) struct Purchases {
    table: Table,
}

/// Why something was not saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveFailure {
    /// Something it was decided on has changed since it was read: decide again.
    #[error("it has changed since it was read")]
    ChangedMeanwhile,
    #[error(transparent)]
    Store(#[from] DynamoError),
}

/// Which needs to list.
#[derive(Debug, Clone)]
pub(crate) enum NeedList {
    All,
    Of(NeedStatus),
    OfSku(SkuId),
}

/// Which purchases to list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PurchaseList {
    All,
    /// Those that nobody has taken on, whether they have a buyer or not.
    Unreceived,
    Of(PurchaseStatus),
}

#[derive(Serialize)]
struct NeedRow<'n> {
    #[serde(flatten)]
    need: &'n Need,
    list_pk: String,
    list_sk: &'n PurchaseNeedId,
    need_sku: &'n SkuId,
}

/// A need as it was answered when it was written down.
#[derive(Serialize, Deserialize)]
struct KnownRow {
    need: Need,
}

#[derive(Serialize)]
struct PurchaseRow<'p> {
    #[serde(flatten)]
    purchase: &'p Purchase,
    list_pk: String,
    list_sk: &'p PurchaseId,
}

impl Purchases {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    pub(crate) async fn need(&self, id: &PurchaseNeedId) -> Result<Option<Need>, DynamoError> {
        self.table.get(need_key(id), Consistency::Strong).await
    }

    /// Those of these needs that there are, in their order.
    pub(crate) async fn needs(&self, ids: &[PurchaseNeedId]) -> Result<Vec<Need>, DynamoError> {
        let keys = ids.iter().map(need_key).collect();
        let mut needs: Vec<Need> = self.table.get_many(keys, Consistency::Strong).await?;
        needs.sort_by(|a, b| a.need_id.cmp(&b.need_id));
        Ok(needs)
    }

    pub(crate) async fn purchase(&self, id: &PurchaseId) -> Result<Option<Purchase>, DynamoError> {
        self.table.get(purchase_key(id), Consistency::Strong).await
    }

    /// Those of these purchases that there are.
    pub(crate) async fn purchases(
        &self,
        ids: Vec<PurchaseId>,
    ) -> Result<Vec<Purchase>, DynamoError> {
        let keys = ids.iter().map(purchase_key).collect();
        self.table.get_many(keys, Consistency::Strong).await
    }

    /// A page of those needs of a list that are wanted, the newest first.
    pub(crate) async fn list_needs(
        &self,
        list: &NeedList,
        page: PageOf<'_>,
        wanted: impl Fn(&Need) -> bool,
    ) -> Result<Result<Page<Need>, InvalidSignature>, DynamoError> {
        let list = match list {
            NeedList::All => return self.all(NEEDS, page, wanted).await,
            NeedList::Of(status) => listing::list(needs_that_are(*status)),
            NeedList::OfSku(sku) => needs_of(sku.as_str()),
        };
        let key_of = |need: &Need| need_key(&need.need_id);
        listing::page(&self.table, &list.descending(), page, key_of, wanted).await
    }

    /// A page of those purchases of a list that are wanted, the newest first.
    pub(crate) async fn list_purchases(
        &self,
        list: PurchaseList,
        page: PageOf<'_>,
        wanted: impl Fn(&Purchase) -> bool,
    ) -> Result<Result<Page<Purchase>, InvalidSignature>, DynamoError> {
        let list = match list {
            PurchaseList::All => return self.all(PURCHASES, page, wanted).await,
            PurchaseList::Unreceived => listing::list(UNRECEIVED.to_owned()),
            PurchaseList::Of(status) => listing::list(purchases_that_are(status)),
        };
        let key_of = |purchase: &Purchase| purchase_key(&purchase.purchase_id);
        listing::page(&self.table, &list.descending(), page, key_of, wanted).await
    }

    async fn all<E: serde::de::DeserializeOwned>(
        &self,
        partition: &str,
        page: PageOf<'_>,
        wanted: impl Fn(&E) -> bool,
    ) -> Result<Result<Page<E>, InvalidSignature>, DynamoError> {
        let list = Query::partition(partition).descending().strong();
        listing::page_of_table(&self.table, &list, page, wanted).await
    }

    /// The need that was written down under a key, as it was then.
    pub(crate) async fn known(&self, key: &NeedKey) -> Result<Option<Need>, DynamoError> {
        let row: Option<KnownRow> = self.table.get(known_key(key), Consistency::Strong).await?;
        Ok(row.map(|row| row.need))
    }

    /// Writes a new need down, with the key it came under; [`SaveFailure::ChangedMeanwhile`] when its warehouse is gone or a need
    /// is known under the key.
    pub(crate) async fn add(&self, need: &Need, key: Option<&NeedKey>) -> Result<(), SaveFailure> {
        let mut writes = vec![
            Write::put(&self.table, need_key(&need.need_id), &need_row(need)).if_absent(),
            count_open_needs(&self.table, &need.warehouse_id, 1),
        ];
        if let Some(key) = key {
            let row = KnownRow { need: need.clone() };
            writes.push(Write::put(&self.table, known_key(key), &row).if_absent());
        }
        commit(writes).await
    }

    /// Removes a need that is still new.
    pub(crate) async fn remove(&self, need: &Need) -> Result<(), SaveFailure> {
        let delete = Write::delete(&self.table, need_key(&need.need_id))
            .when(Condition::equals(STATUS, NeedStatus::New));
        let writes = vec![
            delete,
            count_open_needs(&self.table, &need.warehouse_id, -1),
        ];
        commit(writes).await
    }

    /// Writes a merge: the purchase with all its needs, and those that needs have left.
    pub(crate) async fn merge(&self, merged: &Merged) -> Result<(), SaveFailure> {
        let purchase = &merged.purchase;
        let mut writes = vec![self.put(purchase)];
        for need in &merged.moved {
            let next = need.clone().assigned_to(&purchase.purchase_id);
            writes.push(self.put_need(need, &next));
        }
        for left in &merged.left {
            writes.push(match left.needs.is_empty() {
                true => Write::delete(&self.table, purchase_key(&left.purchase_id))
                    .when(Condition::equals(VERSION, left.version - 1)),
                false => self.put(left),
            });
        }
        commit(writes).await
    }

    /// Writes a purchase alone.
    pub(crate) async fn save(&self, purchase: &Purchase) -> Result<(), SaveFailure> {
        Table::write(self.put(purchase))
            .await
            .map_err(|error| match error {
                WriteError::ConditionFailed(_) => SaveFailure::ChangedMeanwhile,
                WriteError::Call(error) => error.into(),
            })
    }

    /// Writes a purchase that a buyer has taken on, and each of its needs, as they were.
    pub(crate) async fn claim(
        &self,
        purchase: &Purchase,
        needs: &[Need],
    ) -> Result<(), SaveFailure> {
        let mut writes = vec![self.put(purchase)];
        for need in needs {
            writes.push(self.put_need(need, &need.clone().purchasing()));
        }
        commit(writes).await
    }

    /// Writes needs that are settled and those for what they left, and takes in what was bought. A need is settled once, so its pieces come in once.
    pub(crate) async fn settle(
        &self,
        settlement: &Settlement,
        levels: &Levels,
    ) -> Result<(), SaveFailure> {
        let Settlement {
            purchase,
            needs,
            rests,
        } = settlement;
        let count = |needs: &[Need]| i64::try_from(needs.len()).unwrap_or(i64::MAX);
        let more = count(rests) - count(needs);
        let mut writes = vec![
            self.put(purchase),
            count_open_needs(&self.table, &purchase.warehouse_id, more),
        ];
        for rest in rests {
            writes.push(
                Write::put(&self.table, need_key(&rest.need_id), &need_row(rest)).if_absent(),
            );
        }
        let mut bought: BTreeMap<&SkuId, i64> = BTreeMap::new();
        for need in needs {
            writes.push(
                Write::put(&self.table, need_key(&need.need_id), &need_row(need))
                    .when(Condition::equals(STATUS, NeedStatus::Purchasing)),
            );
            if need.status == NeedStatus::Done {
                *bought.entry(&need.sku_id).or_default() += signed(need.came_in());
                let movement = Movement::of_need(need, &purchase.purchase_id, purchase.updated_at);
                writes.push(ledger::entry(&self.table, &movement));
            }
        }
        // A transaction writes an item once: needs of one SKU come in together.
        for (sku, pieces) in bought {
            writes.push(levels.stock_in(sku, &purchase.warehouse_id, pieces));
        }
        commit(writes).await
    }

    /// The write of a purchase in place of the version before it.
    fn put(&self, purchase: &Purchase) -> Write {
        let row = PurchaseRow {
            purchase,
            list_pk: purchases_that_are(purchase.status),
            list_sk: &purchase.purchase_id,
        };
        let put = Write::put(&self.table, purchase_key(&purchase.purchase_id), &row);
        match purchase.version - 1 {
            0 => put.if_absent(),
            before => put.when(Condition::equals(VERSION, before)),
        }
    }

    /// The write of a need in place of what was read.
    fn put_need(&self, read: &Need, next: &Need) -> Write {
        let put = Write::put(&self.table, need_key(&next.need_id), &need_row(next))
            .when(Condition::equals(STATUS, read.status));
        match &read.purchase_id {
            Some(purchase) => put.when(Condition::equals(PURCHASE_ID, purchase)),
            None => put,
        }
    }
}

async fn commit(writes: Vec<Write>) -> Result<(), SaveFailure> {
    let count = writes.len();
    let transaction = writes
        .into_iter()
        .fold(Transaction::new(), Transaction::with);
    transaction
        .commit()
        .await
        .map_err(|error| SaveFailure::of(error, count))
}

impl From<SaveFailure> for DynamoError {
    /// Who met a change may succeed when it decides anew.
    fn from(failure: SaveFailure) -> Self {
        match failure {
            SaveFailure::ChangedMeanwhile => Self::Busy {
                code: "ChangedMeanwhile".to_owned(),
                source: None,
            },
            SaveFailure::Store(error) => error,
        }
    }
}

impl SaveFailure {
    /// A conflict beside a failed condition hides nothing: the condition was judged on what is there.
    fn of(error: TransactionError, writes: usize) -> Self {
        if (0..writes).any(|index| error.condition_failed(index).is_some()) {
            Self::ChangedMeanwhile
        } else {
            Self::Store(error.otherwise())
        }
    }
}

const NEEDS: &str = "NEEDS";
const PURCHASES: &str = "PURCHASES";
const UNRECEIVED: &str = "PURCHASES#unreceived";

fn needs_that_are(status: NeedStatus) -> String {
    let status = match status {
        NeedStatus::New => "new",
        NeedStatus::Assigned => "assigned",
        NeedStatus::Purchasing => "purchasing",
        NeedStatus::Done => "done",
        NeedStatus::Failed => "failed",
    };
    format!("NEEDS#{status}")
}

/// New and assigned ones are one list, as they are asked for together.
fn purchases_that_are(status: PurchaseStatus) -> String {
    let list = match status {
        PurchaseStatus::New | PurchaseStatus::Assigned => UNRECEIVED,
        PurchaseStatus::Received => "PURCHASES#received",
        PurchaseStatus::Done => "PURCHASES#done",
        PurchaseStatus::Failed => "PURCHASES#failed",
    };
    list.to_owned()
}

fn need_row(need: &Need) -> NeedRow<'_> {
    NeedRow {
        need,
        list_pk: needs_that_are(need.status),
        list_sk: &need.need_id,
        need_sku: &need.sku_id,
    }
}

fn need_key(id: &PurchaseNeedId) -> Key {
    Key::new(NEEDS, id.as_str())
}

fn known_key(key: &NeedKey) -> Key {
    Key::new(format!("NK#{}#{}", key.staff, key.word), "NEED")
}

fn purchase_key(id: &PurchaseId) -> Key {
    Key::new(PURCHASES, id.as_str())
}
