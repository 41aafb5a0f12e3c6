//! The cart table: its keys and attributes, here and nowhere else.

use std::time::Duration;

use dynamo::{
    Condition, Consistency, DynamoError, Item, Key, Table, Transaction, TransactionError, Write,
    WriteError,
};
use edge::{Boot, GuestKey};
use kernel::{Clock, ConfigError, MemberId, Money, Quantity, SkuId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{Cart, CheckedLine, Line, OrderedCartLine, Rev},
    loaded_cart::load_member_cart,
};

/// A guest's cart is kept for so long after its last change: as long as the cookie that opens it.
const GUEST_CART_LIVES: Duration = Duration::from_secs(30 * 24 * 3600);

/// The carts, for this service and those above it.
#[derive(Debug, Clone)]
pub struct Carts {
    table: Table,
    clock: Clock,
}

/// Whose cart.
#[derive(Debug, Clone)]
pub(crate) enum Owner {
    Member(MemberId),
    Guest(GuestKey),
}

/// A cart as it was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct StoredCart {
    pub(crate) cart: Cart,
    /// Which writing stands in the table; `None` when there is no item. An expired cart is empty, and has one.
    pub(crate) rev: Option<Rev>,
}

/// What came of saving a cart.
#[derive(Debug)]
pub(crate) enum Saved {
    /// It is saved.
    Done,
    /// Another was saved meanwhile: this one.
    ChangedMeanwhile(StoredCart),
}

/// A cart as one item. The names in [`LineRow`] are short so that ten lines stay within 1 KiB, which is one write unit.
#[derive(Serialize, Deserialize)]
struct Row {
    rev: Rev,
    lines: Vec<LineRow>,
    /// When a guest's cart is over, in milliseconds; a member's never is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    expires_at: Option<i64>,
    /// When the table may drop it, in seconds. Decides nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ttl: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct LineRow {
    #[serde(rename = "s")]
    sku_id: SkuId,
    #[serde(rename = "q")]
    quantity: Quantity,
    #[serde(rename = "c")]
    checked: bool,
    #[serde(rename = "p")]
    price_when_added: Money,
    #[serde(rename = "r")]
    rev: Rev,
}

impl Carts {
    /// The carts in the table that `CART_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("CART_TABLE")?,
            clock: boot.clock(),
        })
    }

    /// The lines of a member's cart that go into the next order, in the order in which they came. Sees every change that
    /// was answered: whoever checks a line and asks for a quote finds it in there.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn checked(&self, member: &MemberId) -> Result<Vec<CheckedLine>, DynamoError> {
        Ok(self
            .read(&Owner::Member(member.clone()), Consistency::Strong)
            .await?
            .cart
            .checked())
    }

    /// Takes out of a member's cart the lines that were ordered, as far as they are still as they were then. May be repeated.
    ///
    /// # Errors
    /// When the store gives no answer, or the cart changes again and again: some lines may be left.
    pub async fn remove_ordered(
        &self,
        member: &MemberId,
        lines: &[OrderedCartLine],
    ) -> Result<(), DynamoError> {
        let mut loaded = load_member_cart(self, member.clone()).await?;
        loaded
            .edit(|cart, _| {
                cart.remove_ordered(lines);
                Ok(())
            })
            .await
    }

    pub(crate) async fn read(
        &self,
        owner: &Owner,
        consistency: Consistency,
    ) -> Result<StoredCart, DynamoError> {
        let row: Option<Row> = self.table.get(key(owner), consistency).await?;
        Ok(row.map_or_else(StoredCart::default, |row| row.into_stored(self.clock.now())))
    }

    /// Writes a cart in place of the writing that was read.
    pub(crate) async fn save(
        &self,
        owner: &Owner,
        known: Option<&Rev>,
        cart: &Cart,
        rev: &Rev,
    ) -> Result<Saved, DynamoError> {
        match Table::write(self.put(owner, known, cart, rev)).await {
            Ok(()) => Ok(Saved::Done),
            Err(WriteError::ConditionFailed(item)) => self.found_instead(item, rev),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// Writes the member's cart, which has the guest's in it, and deletes the guest's: both or neither. `false` when either
    /// is no longer as it was read, or another transaction was at it: to be read and decided again.
    pub(crate) async fn merge(
        &self,
        (member, member_rev): (&Owner, Option<&Rev>),
        (guest, guest_rev): (&Owner, Option<&Rev>),
        merged: &Cart,
        rev: &Rev,
    ) -> Result<bool, DynamoError> {
        let outcome = Transaction::new()
            .with(Write::delete(&self.table, key(guest)).when(unchanged(guest_rev)))
            .with(self.put(member, member_rev, merged, rev))
            .commit()
            .await;
        match outcome {
            Ok(()) => Ok(true),
            Err(error) if changed_meanwhile(&error) => Ok(false),
            Err(error) => Err(error.otherwise()),
        }
    }

    fn put(&self, owner: &Owner, known: Option<&Rev>, cart: &Cart, rev: &Rev) -> Write {
        let expires_at = match owner {
            Owner::Member(_) => None,
            Owner::Guest(_) => Some(self.clock.now().plus(GUEST_CART_LIVES)),
        };
        Write::put(&self.table, key(owner), &Row::of(cart, rev, expires_at)).when(unchanged(known))
    }

    /// What to make of the item that a save found in place of what was read. When it is the save's own work, a call was
    /// repeated on the way and its first copy took effect: the save is done. Other writes since leave that to be seen in
    /// the lines that it changed.
    fn found_instead(&self, item: Option<Item>, rev: &Rev) -> Result<Saved, DynamoError> {
        let Some(row) = item.map(Item::read::<Row>).transpose()? else {
            return Ok(Saved::ChangedMeanwhile(StoredCart::default()));
        };
        if row.rev == *rev || row.lines.iter().any(|line| line.rev == *rev) {
            return Ok(Saved::Done);
        }
        Ok(Saved::ChangedMeanwhile(row.into_stored(self.clock.now())))
    }
}

impl Row {
    fn of(cart: &Cart, rev: &Rev, expires_at: Option<Timestamp>) -> Self {
        let lines = cart.lines.iter().cloned().map(LineRow::from).collect();
        Self {
            rev: rev.clone(),
            lines,
            expires_at: expires_at.map(Timestamp::as_millis),
            ttl: expires_at.map(Timestamp::as_seconds),
        }
    }

    fn into_stored(self, now: Timestamp) -> StoredCart {
        let expired = self.expires_at.is_some_and(|end| end <= now.as_millis());
        let lines = if expired {
            Vec::new()
        } else {
            self.lines.into_iter().map(Line::from).collect()
        };
        StoredCart {
            cart: Cart { lines },
            rev: Some(self.rev),
        }
    }
}

impl From<Line> for LineRow {
    fn from(line: Line) -> Self {
        let Line {
            sku_id,
            quantity,
            checked,
            price_when_added,
            rev,
        } = line;
        Self {
            sku_id,
            quantity,
            checked,
            price_when_added,
            rev,
        }
    }
}

impl From<LineRow> for Line {
    fn from(row: LineRow) -> Self {
        let LineRow {
            sku_id,
            quantity,
            checked,
            price_when_added,
            rev,
        } = row;
        Self {
            sku_id,
            quantity,
            checked,
            price_when_added,
            rev,
        }
    }
}

fn unchanged(known: Option<&Rev>) -> Condition {
    known.map_or_else(Condition::item_absent, |rev| Condition::equals("rev", rev))
}

/// A call that brought no answer is not that: nobody knows whether the transaction happened.
fn changed_meanwhile(error: &TransactionError) -> bool {
    let failed = error.condition_failed(0).is_some() || error.condition_failed(1).is_some();
    failed || matches!(error, TransactionError::Cancelled(_)) && error.busy()
}

fn key(owner: &Owner) -> Key {
    let pk = match owner {
        Owner::Member(member) => format!("C#M#{member}"),
        Owner::Guest(guest) => format!("C#G#{}", guest.hash()),
    };
    Key::new(pk, "CART")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::line;
    use serde_dynamo::AttributeValue;

    /// The size of a value as DynamoDB counts it.
    fn bytes(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) => text.len(),
            // Two digits a byte, and one more.
            AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
            AttributeValue::Bool(_) => 1,
            AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + bytes(value)).sum::<usize>(),
            AttributeValue::M(map) => {
                3 + map
                    .iter()
                    .map(|(name, value)| 1 + name.len() + bytes(value))
                    .sum::<usize>()
            }
            other => panic!("no cart holds {other:?}"),
        }
    }

    fn item_bytes(owner: &Owner, cart: &Cart) -> usize {
        let expires_at =
            matches!(owner, Owner::Guest(_)).then(|| Timestamp::from_millis(1_795_500_000_000));
        let row: serde_dynamo::Item =
            serde_dynamo::to_item(Row::of(cart, &Rev::generate(), expires_at)).unwrap();
        let key = key(owner);
        let keys = 2 + key.pk.len() + 2 + key.sk.len();
        keys + row
            .into_inner()
            .iter()
            .map(|(name, value)| name.len() + bytes(value))
            .sum::<usize>()
    }

    #[test]
    fn ten_lines_with_long_ids_and_high_prices_stay_within_one_kibibyte() {
        let long = |number: usize| Line {
            price_when_added: Money::from_fen(9_999_999_999),
            rev: Rev::generate(),
            ..line(&format!("{number:0>48}"), 999, "")
        };
        let cart = Cart {
            lines: (0..10).map(long).collect(),
        };
        let owners = [
            Owner::Member(MemberId::generate(Timestamp::from_millis(0))),
            Owner::Guest(GuestKey::generate()),
        ];
        for owner in owners {
            let bytes = item_bytes(&owner, &cart);
            assert!(bytes <= 1024, "{bytes} bytes for {owner:?}");
        }
    }

    #[test]
    fn a_cart_reads_back_as_it_was_written() {
        let cart = Cart {
            lines: vec![
                line("b", 2, "r1"),
                Line {
                    checked: false,
                    ..line("a", 1, "r2")
                },
            ],
        };
        let rev = Rev::generate();
        let item: serde_dynamo::Item = serde_dynamo::to_item(Row::of(&cart, &rev, None)).unwrap();
        let row: Row = serde_dynamo::from_item(item).unwrap();
        let stored = row.into_stored(Timestamp::from_millis(0));
        assert_eq!((stored.cart, stored.rev), (cart, Some(rev)));
    }

    #[test]
    fn an_expired_cart_is_empty_from_its_last_moment_on_and_its_place_is_not() {
        let end = Timestamp::from_millis(1_000);
        let row = || {
            Row::of(
                &Cart {
                    lines: vec![line("a", 1, "r")],
                },
                &Rev::generate(),
                Some(end),
            )
        };
        assert_eq!(
            row()
                .into_stored(Timestamp::from_millis(999))
                .cart
                .lines
                .len(),
            1
        );
        let expired = row().into_stored(end);
        assert!(expired.cart.lines.is_empty() && expired.rev.is_some());
    }
}
