//! What a guest has put aside joins the member's cart.

use kernel::Quantity;

use super::{Cart, Line, Rev, cart::MAXIMUM_PIECES};

/// The most lines of a merged cart. A full cart takes in another full one; only a member who does so again and again
/// meets this limit.
const MAXIMUM_MERGED_LINES: usize = 200;

/// What becomes of two carts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Merge {
    /// The guest's cart is empty.
    Nothing,
    /// The member's cart has no room. The guest's stays whole and is merged when there is room.
    NoRoom,
    /// All lines of both.
    Merged(Cart),
}

/// Takes the guest's lines into the member's cart. Quantities of the same SKU are summed, up to what a line takes; it is
/// checked when it was in either; the member's line keeps its price and its place. Lines that the guest has nothing to add to
/// stay the same writing.
pub(crate) fn merge(member: &Cart, guest: &Cart, rev: &Rev) -> Merge {
    if guest.lines.is_empty() {
        return Merge::Nothing;
    }
    let mut merged = member.clone();
    for line in &guest.lines {
        match merged
            .lines
            .iter_mut()
            .find(|known| known.sku_id == line.sku_id)
        {
            Some(known) => {
                *known = Line {
                    quantity: sum(known.quantity, line.quantity),
                    checked: known.checked || line.checked,
                    rev: rev.clone(),
                    ..known.clone()
                };
            }
            None => merged.lines.push(Line {
                rev: rev.clone(),
                ..line.clone()
            }),
        }
    }
    if merged.lines.len() > MAXIMUM_MERGED_LINES {
        Merge::NoRoom
    } else {
        Merge::Merged(merged)
    }
}

fn sum(one: Quantity, other: Quantity) -> Quantity {
    let pieces = one.get().saturating_add(other.get()).min(MAXIMUM_PIECES);
    Quantity::new(pieces).unwrap_or(one)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::samples::{line, rev};

    fn any_cart() -> impl Strategy<Value = Cart> {
        prop::collection::btree_map(0_u8..20, 1_u32..=999, 0..15).prop_map(|lines| Cart {
            lines: lines
                .into_iter()
                .map(|(id, pieces)| line(&id.to_string(), pieces, "old"))
                .collect(),
        })
    }

    fn quantities(cart: &Cart) -> BTreeMap<String, u32> {
        cart.lines
            .iter()
            .map(|line| (line.sku_id.to_string(), line.quantity.get()))
            .collect()
    }

    fn merged(member: &Cart, guest: &Cart) -> Cart {
        match merge(member, guest, &rev("new")) {
            Merge::Merged(cart) => cart,
            Merge::Nothing => member.clone(),
            Merge::NoRoom => panic!("there is room"),
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_whose_cart_is_merged_into_whose(one in any_cart(), other in any_cart()) {
            prop_assert_eq!(quantities(&merged(&one, &other)), quantities(&merged(&other, &one)));
        }

        #[test]
        fn every_piece_of_both_is_there_once_up_to_the_limit(member in any_cart(), guest in any_cart()) {
            let mut expected = quantities(&member);
            for (id, pieces) in quantities(&guest) {
                *expected.entry(id).or_default() += pieces;
            }
            expected.values_mut().for_each(|pieces| *pieces = (*pieces).min(999));
            prop_assert_eq!(quantities(&merged(&member, &guest)), expected);
        }

        #[test]
        fn a_line_that_the_guest_adds_nothing_to_stays_the_same_writing(member in any_cart(), guest in any_cart()) {
            let cart = merged(&member, &guest);
            for line in &cart.lines {
                let added = guest.lines.iter().any(|added| added.sku_id == line.sku_id);
                prop_assert_eq!(line.rev.as_str(), if added { "new" } else { "old" });
            }
        }
    }

    #[test]
    fn an_empty_guest_cart_is_nothing_to_merge() {
        let member = Cart {
            lines: vec![line("a", 1, "old")],
        };
        assert_eq!(
            merge(&member, &Cart::default(), &rev("new")),
            Merge::Nothing
        );
    }

    #[test]
    fn full_carts_merge_and_the_next_one_waits_for_room() {
        let cart = |from: usize| Cart {
            lines: (from..from + 100)
                .map(|id| line(&id.to_string(), 1, "old"))
                .collect(),
        };
        let merged = merged(&cart(0), &cart(100));
        assert_eq!(merged.lines.len(), 200);
        assert_eq!(merge(&merged, &cart(150), &rev("new")), Merge::NoRoom);
    }

    #[test]
    fn a_line_is_checked_when_it_was_in_either_cart() {
        let unchecked = || Line {
            checked: false,
            ..line("a", 1, "old")
        };
        let cart = |line| Cart { lines: vec![line] };
        for (member, guest, checked) in [
            (unchecked(), unchecked(), false),
            (unchecked(), line("a", 1, "x"), true),
            (line("a", 1, "x"), unchecked(), true),
        ] {
            assert_eq!(
                merged(&cart(member), &cart(guest)).lines[0].checked,
                checked
            );
        }
    }
}
