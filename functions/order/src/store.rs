//! The order table: its keys and attributes, here and nowhere else.
//!
//! What is done to an order is also noted here, in the log line of whichever operation does it ([`Notes`]): the order's
//! number, and the step it took. A step is noted where its write succeeded, so it is counted once, however often it is asked for.

mod audit;
mod rows;

use std::time::Duration;

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Item, Key, Query, Reason, Signer, Table,
    Transaction, TransactionError, Write, WriteError,
};
use edge::{Change, Notes, StreamRecord};
use kernel::{Limit, MemberId, Page, Timestamp};
use stock::{Levels, NotEnough};

use crate::domain::{MarkPaid, Order, OrderSn, OrderStatus, PaidStep, Payment, Step, Stored};
use rows::{CLOSED, ClosedRow, EXPIRES_AT, OrderRow, PAID, PaidRow, Row, STATUS, TOTAL, VoidRow};

/// The table of this service.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    table: Table,
}

/// Why a write of one order did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteFailure {
    /// The order is not as the write wanted it, but like this.
    #[error("the order is not as it was expected")]
    Differs(Option<Stored>),
    #[error(transparent)]
    Store(#[from] DynamoError),
}

/// Why an order was not placed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceFailure {
    /// Its place is taken: by itself, from another attempt, or by a void.
    #[error("the order's place is taken")]
    Taken(Stored),
    /// A conflict, or a store that is busy: the same may succeed later. It may also have happened.
    #[error("the order is held up")]
    HeldUp(#[source] DynamoError),
    /// A warehouse no longer has what was to be taken from it.
    #[error("a warehouse no longer has enough")]
    Short,
    #[error(transparent)]
    Store(#[from] DynamoError),
}

/// How long a void is kept after it was written: any quote that could still lead to it is long over.
const VOID_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

impl Store {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    pub(crate) async fn find(
        &self,
        sn: &OrderSn,
        consistency: Consistency,
    ) -> Result<Option<Stored>, DynamoError> {
        Notes::about(sn);
        self.table
            .get::<Row>(key(sn), consistency)
            .await?
            .map(Row::into_stored)
            .transpose()
    }

    /// A page of what stands in a member's list, the newest first.
    pub(crate) async fn list(
        &self,
        member: &MemberId,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Stored>, InvalidSignature>, DynamoError> {
        let list = Query::partition(partition(member))
            .prefix(ORDER)
            .descending()
            .strong();
        let start = match list.start(cursors, cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        let page = list.page::<Row>(&self.table, cursors, limit, start).await?;
        let items = page
            .items
            .into_iter()
            .map(Row::into_stored)
            .collect::<Result<_, _>>()?;
        Ok(Ok(Page {
            items,
            next_cursor: page.next_cursor,
        }))
    }

    /// Writes an order down and takes its stock, both or neither.
    pub(crate) async fn place(&self, order: &Order, levels: &Levels) -> Result<(), PlaceFailure> {
        let put = Write::put(&self.table, key(&order.sn), &OrderRow::of(order)).if_absent();
        let take = |transaction: Transaction, line: &crate::domain::OrderLine| {
            transaction.with(levels.take(&line.taken()))
        };
        let transaction = order.lines.iter().fold(Transaction::new().with(put), take);
        let placed = transaction.commit().await;
        placed.map_err(|error| PlaceFailure::of(error, order.lines.len()))?;
        // Counted: OrdersPlaced in infra/order.yaml.
        Notes::outcome("order-placed");
        Ok(())
    }

    /// Closes an order that is unpaid; with `expired_at`, only if its time to be paid is over by then.
    pub(crate) async fn close(
        &self,
        sn: &OrderSn,
        step: &Step,
        expired_at: Option<Timestamp>,
    ) -> Result<Order, WriteFailure> {
        Notes::about(sn);
        let write = self
            .advance(sn, OrderStatus::Closed)
            .set(CLOSED, ClosedRow::of(step));
        let write = match expired_at {
            Some(now) => write.when(Condition::at_most(EXPIRES_AT, now.as_millis())),
            None => write,
        };
        let item = Table::update(write).await.map_err(WriteFailure::of)?;
        Notes::outcome("order-closed");
        Ok(item.read::<OrderRow>()?.into_order()?)
    }

    /// Makes sure that no order of this number comes any more, if there is none.
    pub(crate) async fn put_void(&self, sn: &OrderSn, now: Timestamp) -> Result<(), WriteFailure> {
        let void = VoidRow::until(now.plus(VOID_KEPT));
        let write = Write::put(&self.table, key(sn), &void).if_absent();
        Table::write(write).await.map_err(WriteFailure::of)?;
        Notes::outcome("order-voided");
        Ok(())
    }

    /// Marks an order as paid, if it is unpaid and costs exactly this.
    pub(crate) async fn mark_paid(
        &self,
        sn: &OrderSn,
        payment: &Payment,
        step: Step,
    ) -> Result<MarkPaid, DynamoError> {
        Notes::about(sn);
        let paid = PaidStep {
            step,
            provider: payment.provider.clone(),
            trade_no: payment.trade_no.clone(),
            paid_at: payment.paid_at,
        };
        let write = self
            .advance(sn, OrderStatus::Paid)
            .when(Condition::equals(TOTAL, payment.amount))
            .set(PAID, PaidRow::of(&paid));
        match Table::write(write).await.map_err(WriteFailure::of) {
            Ok(()) => {
                // Counted: OrdersPaid in infra/payment.yaml.
                Notes::outcome("order-paid");
                Ok(MarkPaid::Paid)
            }
            Err(WriteFailure::Differs(stored)) => Ok(MarkPaid::judge(stored.as_ref(), payment)),
            Err(WriteFailure::Store(error)) => Err(error),
        }
    }

    /// The write that moves an order one step on, if it stands where that step begins.
    fn advance(&self, sn: &OrderSn, to: OrderStatus) -> Write {
        Write::update(&self.table, key(sn))
            .set(STATUS, to)
            .when(Condition::equals(STATUS, to.predecessor()))
    }
}

impl WriteFailure {
    fn of(error: WriteError) -> Self {
        match error {
            WriteError::Call(error) => Self::Store(error),
            WriteError::ConditionFailed(None) => Self::Differs(None),
            WriteError::ConditionFailed(Some(item)) => match stored(item) {
                Ok(stored) => Self::Differs(Some(stored)),
                Err(error) => Self::Store(error),
            },
        }
    }
}

impl PlaceFailure {
    /// What a cancelled transaction means, by the order of precedence of the protocol: the order's own place first, then
    /// what may pass by itself, then our defects, and only then the stock, which a conflict says nothing about.
    fn of(error: TransactionError, lines: usize) -> Self {
        if let Some(item) = error.condition_failed(0) {
            let known = item
                .cloned()
                .ok_or_else(|| DynamoError::Malformed("an absent order is there".to_owned()));
            return match known.and_then(stored) {
                Ok(stored) => Self::Taken(stored),
                Err(error) => Self::Store(error),
            };
        }
        if error.busy() {
            return Self::HeldUp(error.otherwise());
        }
        let invalid = matches!(&error, TransactionError::Cancelled(reasons)
            if reasons.iter().any(|reason| matches!(reason, Reason::Invalid(_))));
        if !invalid && NotEnough::among(&error, 1..lines + 1).is_some() {
            return Self::Short;
        }
        Self::Store(error.otherwise())
    }
}

/// Writes are paid for in steps of this many bytes.
const STEP: usize = 1024;
/// The least that a line's name and options get: sixteen Chinese characters, and a third for the options.
const LEAST_DESCRIPTION: usize = 72;

/// The order with what its lines were called shortened so far that its item takes as few steps of 1,024 bytes as it can,
/// from now until after it is paid, and uses them up: three lines take one step, unless the address is huge.
pub(crate) fn fit(order: Order) -> Result<Order, DynamoError> {
    let lines = order.lines.len().max(1);
    let bare = OrderRow::of(&order.clone().with_descriptions_of(0)).with_longest_payment();
    let bare = Item::size_of(&key(&order.sn), &bare)?;
    let steps = (bare + lines * LEAST_DESCRIPTION).div_ceil(STEP);
    Ok(order.with_descriptions_of((steps * STEP - bare) / lines))
}

/// The order that a change of the table has placed; `None` when the change was another. Read here, as keys and attributes are.
pub(crate) fn placed(record: StreamRecord) -> Result<Option<Order>, DynamoError> {
    let (Change::Insert, Some(item)) = (record.change, record.new) else {
        return Ok(None);
    };
    match stored(item) {
        Ok(Stored::Order(order)) => {
            Notes::about(&order.sn);
            Ok(Some(*order))
        }
        Ok(Stored::Void) => Ok(None),
        // The audit's report, or whatever else comes to stand in this table.
        Err(_) if !record.key.sk.starts_with(ORDER) => Ok(None),
        Err(error) => Err(error),
    }
}

fn stored(item: Item) -> Result<Stored, DynamoError> {
    item.read::<Row>()?.into_stored()
}

/// Begins the sort key of every order.
const ORDER: &str = "O#";

fn partition(member: &MemberId) -> String {
    format!("M#{member}")
}

fn key(sn: &OrderSn) -> Key {
    Key::new(partition(sn.member()), format!("{ORDER}{}", sn.quote()))
}

#[cfg(test)]
mod tests {
    use kernel::{SkuId, Text};

    use super::*;
    use crate::domain::{
        Actor,
        samples::{draft, level, now, order, paid},
    };

    /// The bytes of an order's item as it stands now.
    fn size(order: &Order) -> usize {
        Item::size_of(&key(&order.sn), &OrderRow::of(order)).unwrap()
    }

    /// An order of so many lines with titles and options as long as the catalog allows.
    fn wordy(lines: usize) -> Order {
        let ids: Vec<String> = (0..lines)
            .map(|number| format!("2018060700260{number:02}"))
            .collect();
        let sample: Vec<_> = ids.iter().map(|id| (id.as_str(), 378_800, 12)).collect();
        let mut draft = draft(&sample);
        for line in &mut draft.basket.lines {
            line.sku.name = "华为麦芒手机全网通双卡双待"
                .repeat(20)
                .chars()
                .take(200)
                .collect();
            line.sku.options[0].value = Text::parse(&"幻影紫".repeat(30)).unwrap();
        }
        draft.destination.receiver = Text::parse("阿卜杜热合曼·买买提").unwrap();
        draft.destination.province = Text::parse("新疆维吾尔自治区").unwrap();
        draft.destination.city = Text::parse("克孜勒苏柯尔克孜自治州").unwrap();
        draft.destination.district = Text::parse("阿克陶县").unwrap();
        draft.destination.street = Text::parse(&"人民路".repeat(20)).unwrap();
        draft.placed.request = "0f8fad5b-d9cb-469f-a165-70867728950e".to_owned();
        let levels: Vec<_> = ids.iter().map(|id| level(id, "main", 100)).collect();
        draft.place(&draft.basket.warehouses(&levels)).unwrap()
    }

    fn when_paid(order: &Order) -> Order {
        let step = Step {
            by: Actor::Provider,
            at: now(),
            request: "f".repeat(32),
        };
        let paid = PaidStep {
            step,
            ..paid().paid.unwrap()
        };
        Order {
            status: OrderStatus::Paid,
            paid: Some(paid),
            ..order.clone()
        }
    }

    fn when_closed(order: &Order) -> Order {
        let step = Step {
            by: Actor::System,
            at: now(),
            request: "f".repeat(32),
        };
        Order {
            status: OrderStatus::Closed,
            closed: Some(step),
            ..order.clone()
        }
    }

    #[test]
    fn three_lines_with_long_titles_and_a_long_address_stay_within_one_kib_before_and_after_paying()
    {
        for lines in 1..=3 {
            let order = fit(wordy(lines)).unwrap();
            for (stage, order) in [
                ("placed", order.clone()),
                ("paid", when_paid(&order)),
                ("closed", when_closed(&order)),
            ] {
                assert!(
                    size(&order) <= 1024,
                    "{lines} lines, {stage}: {} bytes",
                    size(&order)
                );
            }
            let least = order
                .lines
                .iter()
                .map(|line| line.name.chars().count())
                .min()
                .unwrap();
            assert!(least >= 20, "{lines} lines: {:?}", order.lines);
        }
    }

    #[test]
    fn longer_orders_take_as_few_steps_as_they_can_and_paying_takes_no_more() {
        for lines in 4..=50 {
            let order = fit(wordy(lines)).unwrap();
            let steps = size(&order).div_ceil(STEP);
            assert_eq!(
                size(&when_paid(&order)).div_ceil(STEP),
                steps,
                "{lines} lines"
            );
            assert!(
                steps <= (650 + lines * 115).div_ceil(STEP),
                "{lines} lines: {steps} steps"
            );
        }
    }

    #[test]
    fn a_short_order_is_not_shortened() {
        let order = order(&[("a", 100, 1), ("b", 200, 2)]);
        assert_eq!(fit(order.clone()).unwrap(), order);
    }

    fn cancelled(reasons: Vec<Reason>) -> PlaceFailure {
        PlaceFailure::of(TransactionError::Cancelled(reasons), 2)
    }

    #[test]
    fn a_conflict_beside_a_failed_condition_of_stock_is_a_conflict() {
        let busy = || Reason::Busy("TransactionConflict".to_owned());
        let short = || Reason::ConditionFailed(None);
        let invalid = || Reason::Invalid("ValidationError".to_owned());
        assert!(matches!(
            cancelled(vec![busy(), short(), Reason::None]),
            PlaceFailure::HeldUp(_)
        ));
        assert!(matches!(
            cancelled(vec![Reason::None, busy(), short()]),
            PlaceFailure::HeldUp(_)
        ));
        assert!(matches!(
            cancelled(vec![Reason::None, busy(), invalid()]),
            PlaceFailure::HeldUp(_)
        ));
        assert!(matches!(
            cancelled(vec![Reason::None, short(), invalid()]),
            PlaceFailure::Store(_)
        ));
        assert!(matches!(
            cancelled(vec![Reason::None, Reason::None, short()]),
            PlaceFailure::Short
        ));
    }

    #[test]
    fn an_order_lies_under_its_member_and_its_quote() {
        let order = order(&[("a", 100, 1)]);
        let key = key(&order.sn);
        assert_eq!(
            (&*key.pk, &*key.sk),
            (
                "M#7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                "O#01ARZ3NDEKTSV4RRFFQ69G5FAV"
            )
        );
        assert_eq!(order.lines[0].sku_id, SkuId::parse("a").unwrap());
    }
}
