//! Whether the stock adds up: what came in is there, or promised, or sold, or on its way back; nothing else.
//!
//! Orders move while they are read. What an order has taken only changes when it is placed and when its stock comes back, and
//! both move the level in the same transaction. So when a level is the same before and after all orders were read, the orders
//! that were read are those that belong to it, and their sum must agree; only two movements that cancel each other out could
//! hide in between, hence a difference counts when it shows twice in a row.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{SkuId, Timestamp, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stock::{StockBook, StockPlace};

use super::OrderStatus;

/// What orders have taken of a SKU from a warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// By orders that wait for their money.
    pub unpaid: u64,
    /// By orders that are paid, or later.
    pub sold: u64,
    /// By orders that are closed and whose stock has not come back yet.
    pub returning: u64,
}

/// What orders have taken from each place.
pub(crate) type Takings = BTreeMap<StockPlace, Taken>;

/// A place where the stock does not add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Which SKU.
    pub sku_id: SkuId,
    /// In which warehouse.
    pub warehouse_id: WarehouseId,
    /// Pieces ever taken in.
    pub received: u64,
    /// Pieces found, less those lost.
    pub adjusted: i64,
    /// Pieces not promised to any order.
    pub available: u64,
    /// What orders have taken.
    #[serde(flatten)]
    pub taken: Taken,
    /// The sum of the ledger.
    pub entered: i64,
    /// How many pieces came in and are nowhere; negative when there are more than came in.
    pub missing: i64,
    /// How many pieces came in without a movement in the ledger; negative when the ledger has more.
    pub unentered: i64,
}

/// What an audit has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockAuditReport {
    /// When it began.
    pub at: Timestamp,
    /// How many SKUs in warehouses it looked at.
    pub places: usize,
    /// How many orders it read.
    pub orders: u64,
    /// How many pieces of closed orders have not come back yet.
    pub returning: u64,
    /// Where the stock does not add up, for good: the first hundred, by SKU and warehouse.
    pub differences: Vec<Difference>,
    /// How many such places there are.
    pub difference_count: usize,
    /// How many places moved so much that nothing can be said about them.
    pub unsettled: usize,
}

/// How often a place that does not add up is looked at again until it is the same twice.
const ROUNDS: usize = 6;
/// How many differences a report names.
const MOST_NAMED: usize = 100;

/// The places that did not add up when they were last looked at, and what is certain about them.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    open: BTreeMap<StockPlace, Difference>,
    certain: Vec<Difference>,
    rounds: usize,
}

impl Taken {
    /// Adds what an order of this status has taken; `returned` says that it has come back.
    pub(crate) fn add(&mut self, status: OrderStatus, returned: bool, pieces: u64) {
        match status {
            OrderStatus::Unpaid => self.unpaid += pieces,
            OrderStatus::Closed if returned => {}
            OrderStatus::Closed => self.returning += pieces,
            OrderStatus::Paid | OrderStatus::Shipped | OrderStatus::Completed => {
                self.sold += pieces;
            }
        }
    }

    /// Adds what others have taken.
    pub(crate) fn join(&mut self, other: Self) {
        self.unpaid += other.unpaid;
        self.sold += other.sold;
        self.returning += other.returning;
    }

    fn total(self) -> u64 {
        self.unpaid + self.sold + self.returning
    }
}

impl Difference {
    /// What does not add up at a place, if anything.
    fn at(place: &StockPlace, book: StockBook, taken: Taken) -> Option<Self> {
        let came_in = signed(book.received) + book.adjusted;
        let missing = came_in - signed(book.available) - signed(taken.total());
        let unentered = came_in - book.entered;
        let (sku_id, warehouse_id) = place.clone();
        (missing != 0 || unentered != 0).then_some(Self {
            sku_id,
            warehouse_id,
            received: book.received,
            adjusted: book.adjusted,
            available: book.available,
            taken,
            entered: book.entered,
            missing,
            unentered,
        })
    }

    /// Whether the same is wrong; that an order was paid or closed in between is no matter.
    fn is_as(&self, other: &Self) -> bool {
        (self.missing, self.unentered) == (other.missing, other.unentered)
    }
}

impl Suspects {
    /// Every place that does not add up at first sight, of those that have a book or of which an order has taken.
    pub(crate) fn at_first_sight(
        books: &BTreeMap<StockPlace, StockBook>,
        takings: &Takings,
    ) -> Self {
        let places: BTreeSet<&StockPlace> = books.keys().chain(takings.keys()).collect();
        let suspect = |place: &StockPlace| {
            let book = books.get(place).copied().unwrap_or_default();
            let taken = takings.get(place).copied().unwrap_or_default();
            Difference::at(place, book, taken).map(|difference| (place.clone(), difference))
        };
        Self {
            open: places.into_iter().filter_map(suspect).collect(),
            ..Self::default()
        }
    }

    /// The places to look at again, if it is worth it.
    pub(crate) fn to_look_at(&self) -> Option<BTreeSet<StockPlace>> {
        let more = !self.open.is_empty() && self.rounds < ROUNDS;
        more.then(|| self.open.keys().cloned().collect())
    }

    /// Judges what another look has brought: the books before and after the orders were read.
    pub(crate) fn look(
        &mut self,
        before: &BTreeMap<StockPlace, StockBook>,
        takings: &Takings,
        after: &BTreeMap<StockPlace, StockBook>,
    ) {
        self.rounds += 1;
        for (place, known) in std::mem::take(&mut self.open) {
            let book = before.get(&place).copied().unwrap_or_default();
            if after.get(&place).copied().unwrap_or_default() != book {
                // It moved: what was read belongs to no one moment.
                self.open.insert(place, known);
                continue;
            }
            let taken = takings.get(&place).copied().unwrap_or_default();
            match Difference::at(&place, book, taken) {
                None => {}
                Some(difference) if difference.is_as(&known) => self.certain.push(difference),
                Some(difference) => {
                    self.open.insert(place, difference);
                }
            }
        }
    }

    /// What there is to report.
    pub(crate) fn report(
        mut self,
        at: Timestamp,
        places: usize,
        orders: u64,
        returning: u64,
    ) -> StockAuditReport {
        self.certain.sort_by(|one, other| {
            (&one.sku_id, &one.warehouse_id).cmp(&(&other.sku_id, &other.warehouse_id))
        });
        let difference_count = self.certain.len();
        self.certain.truncate(MOST_NAMED);
        StockAuditReport {
            at,
            places,
            orders,
            returning,
            differences: self.certain,
            difference_count,
            unsettled: self.open.len(),
        }
    }
}

fn signed(pieces: u64) -> i64 {
    i64::try_from(pieces).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> StockPlace {
        (
            SkuId::parse("a").unwrap(),
            WarehouseId::parse("main").unwrap(),
        )
    }

    /// Ten pieces came in, one of them by adjustment; so many are available.
    fn book(available: u64) -> StockBook {
        StockBook {
            available,
            received: 9,
            adjusted: 1,
            entered: 10,
        }
    }

    fn books(available: u64) -> BTreeMap<StockPlace, StockBook> {
        BTreeMap::from([(place(), book(available))])
    }

    /// Two pieces unpaid, two sold, one on its way back; one has come back.
    fn takings() -> Takings {
        let mut taken = Taken::default();
        taken.add(OrderStatus::Unpaid, false, 2);
        taken.add(OrderStatus::Paid, false, 1);
        taken.add(OrderStatus::Shipped, false, 1);
        taken.add(OrderStatus::Closed, false, 1);
        taken.add(OrderStatus::Closed, true, 1);
        Takings::from([(place(), taken)])
    }

    fn report(suspects: Suspects) -> StockAuditReport {
        suspects.report(Timestamp::from_millis(0), 1, 6, 1)
    }

    #[test]
    fn what_came_in_is_available_unpaid_sold_or_on_its_way_back() {
        let suspects = Suspects::at_first_sight(&books(5), &takings());
        assert_eq!(suspects.to_look_at(), None);
        let report = report(suspects);
        assert_eq!((report.difference_count, report.unsettled), (0, 0));
    }

    #[test]
    fn a_difference_counts_when_it_shows_twice_on_a_level_that_stands_still() {
        for (available, missing) in [(6, -1), (4, 1)] {
            let mut suspects = Suspects::at_first_sight(&books(available), &takings());
            assert!(suspects.to_look_at().is_some());
            suspects.look(&books(available), &takings(), &books(available));
            assert_eq!(suspects.to_look_at(), None);
            assert_eq!(report(suspects).differences[0].missing, missing);
        }
    }

    #[test]
    fn what_moved_while_it_was_read_is_no_difference() {
        let mut suspects = Suspects::at_first_sight(&books(6), &takings());
        suspects.look(&books(6), &takings(), &books(5));
        assert!(suspects.to_look_at().is_some());
        suspects.look(&books(5), &takings(), &books(5));
        assert_eq!(suspects.to_look_at(), None);
        assert_eq!(report(suspects).difference_count, 0);
    }

    #[test]
    fn what_never_stands_still_is_said_to_be_unsettled() {
        let mut suspects = Suspects::at_first_sight(&books(6), &takings());
        let mut looks = 0;
        while suspects.to_look_at().is_some() {
            suspects.look(&books(6), &takings(), &books(5));
            looks += 1;
        }
        let report = report(suspects);
        assert_eq!(
            (looks, report.difference_count, report.unsettled),
            (ROUNDS, 0, 1)
        );
    }

    #[test]
    fn an_order_without_a_level_and_a_ledger_that_disagrees_are_found() {
        let nothing = BTreeMap::new();
        let suspects = Suspects::at_first_sight(&nothing, &takings());
        assert_eq!(suspects.open[&place()].missing, -5);
        let mut unentered = books(5);
        unentered.insert(
            place(),
            StockBook {
                entered: 9,
                ..book(5)
            },
        );
        let suspects = Suspects::at_first_sight(&unentered, &takings());
        let found = &suspects.open[&place()];
        assert_eq!((found.missing, found.unentered), (0, 1));
    }
}
