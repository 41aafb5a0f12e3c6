//! A cart and what its owner does to it.

use kernel::{Money, Quantity, SkuId};

use super::{CheckedLine, Line, OrderedCartLine, Rev};

/// The most pieces of one SKU.
pub(super) const MAXIMUM_PIECES: u32 = 999;
/// The most lines to which one can be added.
const MAXIMUM_LINES: usize = 100;

/// The lines of a visitor, each SKU once, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cart {
    pub(crate) lines: Vec<Line>,
}

/// A limit that a change would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CartLimit {
    #[error("a cart takes at most {MAXIMUM_LINES} different SKUs")]
    Lines,
    #[error("a cart takes at most {MAXIMUM_PIECES} pieces of a SKU; it holds {held}")]
    Pieces { held: u32 },
}

/// What a cart comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Lines that are for sale.
    pub(crate) lines: usize,
    /// Their pieces.
    pub(crate) pieces: u64,
    /// What those of them that are checked cost.
    pub(crate) checked: Money,
}

impl Cart {
    fn line_mut(&mut self, sku: &SkuId) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.sku_id == *sku)
    }

    /// Adds pieces of a SKU, to its line or as a new one, which is checked. Tells the line, and whether it is new.
    pub(crate) fn add(
        &mut self,
        sku: &SkuId,
        quantity: Quantity,
        price: Money,
        rev: &Rev,
    ) -> Result<(Line, bool), CartLimit> {
        if let Some(line) = self.line_mut(sku) {
            let held = line.quantity.get();
            line.quantity =
                pieces(held.saturating_add(quantity.get())).ok_or(CartLimit::Pieces { held })?;
            line.rev = rev.clone();
            return Ok((line.clone(), false));
        }
        if self.lines.len() >= MAXIMUM_LINES {
            return Err(CartLimit::Lines);
        }
        let quantity = pieces(quantity.get()).ok_or(CartLimit::Pieces { held: 0 })?;
        let line = Line {
            sku_id: sku.clone(),
            quantity,
            checked: true,
            price_when_added: price,
            rev: rev.clone(),
        };
        self.lines.push(line.clone());
        Ok((line, true))
    }

    /// Sets how many pieces of a SKU, and whether they go into the next order; what is not given stays. A line that is so
    /// already stays the same writing. `None` when there is no such line.
    pub(crate) fn set(
        &mut self,
        sku: &SkuId,
        quantity: Option<Quantity>,
        checked: Option<bool>,
        rev: &Rev,
    ) -> Option<Result<Line, CartLimit>> {
        let line = self.line_mut(sku)?;
        let wanted = quantity.unwrap_or(line.quantity);
        if wanted.get() > MAXIMUM_PIECES {
            return Some(Err(CartLimit::Pieces {
                held: line.quantity.get(),
            }));
        }
        let before = (line.quantity, line.checked);
        (line.quantity, line.checked) = (wanted, checked.unwrap_or(line.checked));
        if (line.quantity, line.checked) != before {
            line.rev = rev.clone();
        }
        Some(Ok(line.clone()))
    }

    /// Removes the line of a SKU, if there is one.
    pub(crate) fn remove(&mut self, sku: &SkuId) {
        self.lines.retain(|line| line.sku_id != *sku);
    }

    /// Removes the lines that are checked.
    pub(crate) fn remove_checked(&mut self) {
        self.lines.retain(|line| !line.checked);
    }

    /// Removes the lines that are still as they were ordered.
    pub(crate) fn remove_ordered(&mut self, ordered: &[OrderedCartLine]) {
        self.lines
            .retain(|line| !ordered.iter().any(|ordered| line.is(ordered)));
    }

    /// The lines that go into the next order.
    pub(crate) fn checked(self) -> Vec<CheckedLine> {
        let checked = self.lines.into_iter().filter(|line| line.checked);
        checked
            .map(|line| CheckedLine {
                rev: line.rev.as_str().to_owned(),
                sku_id: line.sku_id,
                quantity: line.quantity,
            })
            .collect()
    }

    /// What the lines come to at the prices of now; those without a price are not for sale and do not count.
    pub(crate) fn totals(&self, price: impl Fn(&SkuId) -> Option<Money>) -> Totals {
        let none = Totals {
            lines: 0,
            pieces: 0,
            checked: Money::ZERO,
        };
        self.lines
            .iter()
            .filter_map(|line| Some((line, price(&line.sku_id)?)))
            .fold(none, |sum, (line, price)| {
                let amount = if line.checked {
                    line.subtotal(price)
                } else {
                    Money::ZERO
                };
                Totals {
                    lines: sum.lines + 1,
                    pieces: sum.pieces + u64::from(line.quantity.get()),
                    checked: [sum.checked, amount].into_iter().sum(),
                }
            })
    }
}

/// So many pieces, unless they are more than a line takes.
fn pieces(count: u32) -> Option<Quantity> {
    Quantity::new(count)
        .ok()
        .filter(|quantity| quantity.get() <= MAXIMUM_PIECES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{line, quantity, rev, sku};

    fn cart(lines: usize) -> Cart {
        Cart {
            lines: (0..lines)
                .map(|number| line(&number.to_string(), 1, "old"))
                .collect(),
        }
    }

    #[test]
    fn adding_what_is_there_adds_to_its_line_and_keeps_the_price_of_the_first_time() {
        let mut cart = Cart::default();
        let (first, made) = cart
            .add(&sku("a"), quantity(2), Money::from_fen(100), &rev("r1"))
            .unwrap();
        assert!(made && first.checked);
        let (second, made) = cart
            .add(&sku("a"), quantity(3), Money::from_fen(90), &rev("r2"))
            .unwrap();
        assert!(!made);
        assert_eq!(
            (
                second.quantity.get(),
                second.price_when_added.fen(),
                second.rev.as_str()
            ),
            (5, 100, "r2")
        );
        assert_eq!(cart.lines, [second]);
    }

    #[test]
    fn a_line_takes_999_pieces_and_a_cart_100_lines() {
        let mut full = cart(100);
        let refused = full.add(&sku("new"), quantity(1), Money::ZERO, &rev("r"));
        assert_eq!(refused, Err(CartLimit::Lines));
        assert_eq!(
            full.add(&sku("5"), quantity(998), Money::ZERO, &rev("r"))
                .unwrap()
                .0
                .quantity
                .get(),
            999
        );
        let refused = full.add(&sku("5"), quantity(1), Money::ZERO, &rev("r"));
        assert_eq!(refused, Err(CartLimit::Pieces { held: 999 }));
        let mut empty = Cart::default();
        let refused = empty.add(&sku("a"), quantity(1_000), Money::ZERO, &rev("r"));
        assert_eq!(
            (refused, empty),
            (Err(CartLimit::Pieces { held: 0 }), Cart::default())
        );
    }

    #[test]
    fn setting_what_is_so_already_leaves_the_line_the_same_writing() {
        let mut cart = cart(2);
        let before = cart.clone();
        cart.set(&sku("1"), Some(quantity(1)), Some(true), &rev("new"))
            .unwrap()
            .unwrap();
        assert_eq!(cart, before);
        let line = cart
            .set(&sku("1"), None, Some(false), &rev("new"))
            .unwrap()
            .unwrap();
        assert_eq!(
            (line.quantity.get(), line.checked, line.rev.as_str()),
            (1, false, "new")
        );
        assert_eq!(cart.lines[0], before.lines[0]);
        assert!(cart.set(&sku("2"), None, None, &rev("new")).is_none());
        let refused = cart.set(&sku("1"), Some(quantity(1_000)), None, &rev("new"));
        assert_eq!(refused, Some(Err(CartLimit::Pieces { held: 1 })));
    }

    #[test]
    fn an_ordered_line_that_was_changed_since_stays() {
        let mut cart = cart(3);
        cart.set(&sku("1"), Some(quantity(2)), None, &rev("new"))
            .unwrap()
            .unwrap();
        let ordered = ["0", "1", "9"].map(|id| OrderedCartLine {
            sku_id: sku(id),
            rev: "old".to_owned(),
        });
        cart.remove_ordered(&ordered);
        let left: Vec<_> = cart.lines.iter().map(|line| line.sku_id.as_str()).collect();
        assert_eq!(left, ["1", "2"]);
    }

    #[test]
    fn what_is_not_checked_is_neither_ordered_nor_removed_with_what_is() {
        let mut cart = cart(2);
        cart.set(&sku("0"), None, Some(false), &rev("new"))
            .unwrap()
            .unwrap();
        let checked = cart.clone().checked();
        assert_eq!(
            checked,
            [CheckedLine {
                sku_id: sku("1"),
                quantity: quantity(1),
                rev: "old".to_owned()
            }]
        );
        cart.remove_checked();
        assert_eq!(cart.lines.len(), 1);
        cart.remove(&sku("0"));
        assert_eq!(cart, Cart::default());
    }

    #[test]
    fn only_what_is_for_sale_counts_and_only_what_is_checked_costs() {
        let mut cart = cart(3);
        cart.set(&sku("0"), Some(quantity(4)), Some(false), &rev("new"))
            .unwrap()
            .unwrap();
        cart.set(&sku("1"), Some(quantity(3)), None, &rev("new"))
            .unwrap()
            .unwrap();
        let price = |id: &SkuId| (id.as_str() != "2").then_some(Money::from_fen(250));
        assert_eq!(
            cart.totals(price),
            Totals {
                lines: 2,
                pieces: 7,
                checked: Money::from_fen(750)
            }
        );
    }
}
