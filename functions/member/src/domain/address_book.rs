//! The rules of a member's address book.

use kernel::{AddressId, Timestamp};

use crate::Destination;

/// An address of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its id.
    pub id: AddressId,
    /// Where goods go, and to whom.
    pub destination: Destination,
    /// When the member added it.
    pub added_at: Timestamp,
}

/// All addresses of a member. At most one of them is the default, by construction: the book names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressBook {
    /// The addresses, the default first, then in the order in which they were added.
    pub addresses: Vec<Address>,
    /// The one that an order goes to unless told otherwise.
    pub default_id: Option<AddressId>,
}

/// What a decision changes in a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BookChange {
    pub(crate) default_id: Option<AddressId>,
    pub(crate) write: AddressWrite,
}

/// What a decision changes among a book's addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AddressWrite {
    Nothing,
    Put(Address),
    Remove(AddressId),
}

/// An address, and whether it is the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) address: Address,
    pub(crate) is_default: bool,
}

/// What came of adding an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addition {
    pub(crate) listed: Listed,
    /// `false` when the book had it already.
    pub(crate) is_new: bool,
}

/// A book holds no more than [`AddressBook::MAX`] addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BookFull;

impl AddressBook {
    /// The most addresses that a member may have.
    pub const MAX: usize = 50;

    /// The book of these addresses, in its order.
    pub(crate) fn of(mut addresses: Vec<Address>, default_id: Option<AddressId>) -> Self {
        addresses.sort_by(|a, b| {
            let key = |address: &Address| {
                (
                    default_id.as_ref() != Some(&address.id),
                    address.added_at,
                    address.id.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        Self {
            addresses,
            default_id,
        }
    }

    /// Adds an address. The first becomes the default, a later one if it asks to be. One that is in the book already, word
    /// for word, is not added again: a repeat of a request that got no answer doubles nothing.
    pub(crate) fn add(
        &self,
        new: Address,
        as_default: bool,
    ) -> Result<(Addition, Option<BookChange>), BookFull> {
        if let Some(known) = self
            .addresses
            .iter()
            .find(|known| known.destination == new.destination)
        {
            let is_default = as_default || self.is_default(&known.id);
            let change = (as_default && !self.is_default(&known.id)).then(|| BookChange {
                default_id: Some(known.id.clone()),
                write: AddressWrite::Nothing,
            });
            return Ok((
                Addition {
                    listed: Listed {
                        address: known.clone(),
                        is_default,
                    },
                    is_new: false,
                },
                change,
            ));
        }
        if self.addresses.len() >= Self::MAX {
            return Err(BookFull);
        }
        let is_default = as_default || self.addresses.is_empty();
        let default_id = if is_default {
            Some(new.id.clone())
        } else {
            self.default_id.clone()
        };
        let change = BookChange {
            default_id,
            write: AddressWrite::Put(new.clone()),
        };
        Ok((
            Addition {
                listed: Listed {
                    address: new,
                    is_default,
                },
                is_new: true,
            },
            Some(change),
        ))
    }

    /// Replaces an address. `as_default` makes it the default or no longer the default; unless given, it stays what it
    /// is. `None` when the book has no such address.
    pub(crate) fn change(
        &self,
        id: &AddressId,
        destination: Destination,
        as_default: Option<bool>,
    ) -> Option<(Listed, BookChange)> {
        let known = self.addresses.iter().find(|known| known.id == *id)?;
        let is_default = as_default.unwrap_or_else(|| self.is_default(id));
        let address = Address {
            destination,
            ..known.clone()
        };
        let default_id = if is_default {
            Some(id.clone())
        } else {
            self.default_other_than(id)
        };
        let change = BookChange {
            default_id,
            write: AddressWrite::Put(address.clone()),
        };
        Some((
            Listed {
                address,
                is_default,
            },
            change,
        ))
    }

    /// Removes an address. When it was the default, none is until the member chooses. `None` when the book has no such
    /// address.
    pub(crate) fn remove(&self, id: &AddressId) -> Option<BookChange> {
        let known = self.addresses.iter().any(|known| known.id == *id);
        known.then(|| BookChange {
            default_id: self.default_other_than(id),
            write: AddressWrite::Remove(id.clone()),
        })
    }

    /// Each address, and whether it is the default.
    pub(crate) fn list(self) -> impl Iterator<Item = Listed> {
        let default_id = self.default_id;
        self.addresses.into_iter().map(move |address| {
            let is_default = default_id.as_ref() == Some(&address.id);
            Listed {
                address,
                is_default,
            }
        })
    }

    fn is_default(&self, id: &AddressId) -> bool {
        self.default_id.as_ref() == Some(id)
    }

    fn default_other_than(&self, id: &AddressId) -> Option<AddressId> {
        self.default_id.clone().filter(|default| default != id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn destination(street: &str) -> Destination {
        serde_json::from_value(serde_json::json!({
            "receiver": "张三", "phone": "13800001234", "province": "浙江省", "city": "杭州市", "district": "西湖区", "street": street,
        }))
        .unwrap()
    }

    fn address(street: &str, added_at: i64) -> Address {
        let added_at = Timestamp::from_millis(added_at);
        Address {
            id: AddressId::generate(added_at),
            destination: destination(street),
            added_at,
        }
    }

    /// The book after a change: what the store does with one.
    fn after(book: &AddressBook, change: BookChange) -> AddressBook {
        let mut addresses = book.addresses.clone();
        match change.write {
            AddressWrite::Nothing => {}
            AddressWrite::Put(address) => {
                addresses.retain(|known| known.id != address.id);
                addresses.push(address);
            }
            AddressWrite::Remove(id) => addresses.retain(|known| known.id != id),
        }
        AddressBook::of(addresses, change.default_id)
    }

    fn book(streets: &[&str]) -> AddressBook {
        let mut book = AddressBook::default();
        for (time, street) in (0..).zip(streets) {
            let (_, change) = book.add(address(street, time), false).unwrap();
            book = after(&book, change.unwrap());
        }
        book
    }

    #[test]
    fn the_first_address_becomes_the_default_and_the_second_does_not() {
        let book = book(&["a", "b"]);
        let flags: Vec<bool> = book
            .clone()
            .list()
            .map(|listed| listed.is_default)
            .collect();
        assert_eq!(flags, [true, false]);
        assert_eq!(&*book.addresses[0].destination.street, "a");
    }

    #[test]
    fn a_new_default_takes_the_place_of_the_old_one() {
        let before = book(&["a", "b"]);
        let (addition, change) = before.add(address("c", 9), true).unwrap();
        assert!(addition.listed.is_default && addition.is_new);
        let now = after(&before, change.unwrap());
        assert_eq!(now.list().filter(|listed| listed.is_default).count(), 1);
    }

    #[test]
    fn an_address_that_is_there_word_for_word_is_not_added_again() {
        let before = book(&["a", "b"]);
        let (addition, change) = before.add(address("b", 9), false).unwrap();
        assert_eq!(
            (addition.listed.address.id, addition.is_new, change),
            (before.addresses[1].id.clone(), false, None)
        );
        let (addition, change) = before.add(address("b", 9), true).unwrap();
        assert!(!addition.is_new);
        assert_eq!(
            after(&before, change.unwrap()).default_id,
            Some(before.addresses[1].id.clone())
        );
    }

    #[test]
    fn a_book_holds_fifty_addresses() {
        let streets: Vec<String> = (0..AddressBook::MAX)
            .map(|number| format!("street {number}"))
            .collect();
        let full = book(&streets.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(full.add(address("one more", 99), true), Err(BookFull));
        assert!(full.add(address("street 7", 99), false).is_ok());
    }

    #[test]
    fn a_change_keeps_the_default_unless_told_otherwise() {
        let before = book(&["a", "b"]);
        let (first, second) = (
            before.addresses[0].id.clone(),
            before.addresses[1].id.clone(),
        );
        let default_after = |id: &AddressId, as_default| {
            let (_, change) = before.change(id, destination("z"), as_default).unwrap();
            after(&before, change).default_id
        };
        assert_eq!(default_after(&first, None), Some(first.clone()));
        assert_eq!(default_after(&first, Some(false)), None);
        assert_eq!(default_after(&second, None), Some(first.clone()));
        assert_eq!(default_after(&second, Some(true)), Some(second.clone()));
        assert!(
            before
                .change(
                    &AddressId::generate(Timestamp::from_millis(0)),
                    destination("z"),
                    None
                )
                .is_none()
        );
    }

    #[test]
    fn removing_the_default_leaves_none_and_removing_another_leaves_it() {
        let before = book(&["a", "b"]);
        let (first, second) = (
            before.addresses[0].id.clone(),
            before.addresses[1].id.clone(),
        );
        assert_eq!(
            after(&before, before.remove(&first).unwrap()).default_id,
            None
        );
        let rest = after(&before, before.remove(&second).unwrap());
        assert_eq!((rest.addresses.len(), rest.default_id), (1, Some(first)));
        assert!(
            before
                .remove(&AddressId::generate(Timestamp::from_millis(0)))
                .is_none()
        );
    }

    proptest! {
        #[test]
        fn whatever_a_member_does_the_default_is_one_of_the_addresses_or_none(
            steps in prop::collection::vec((0_u8..3, 0_usize..6, any::<bool>()), 0..60)
        ) {
            let mut book = AddressBook::default();
            for (time, (kind, number, flag)) in (0..).zip(steps) {
                let id = book.addresses.get(number).map(|address| address.id.clone());
                let change = match (kind, id) {
                    (0, _) => book.add(address(&number.to_string(), time), flag).unwrap().1,
                    (1, Some(id)) => book.change(&id, destination(&format!("x{number}")), Some(flag)).map(|(_, change)| change),
                    (_, Some(id)) => book.remove(&id),
                    _ => None,
                };
                if let Some(change) = change {
                    book = after(&book, change);
                }
                let holds = book.addresses.iter().filter(|address| book.is_default(&address.id)).count();
                prop_assert_eq!(holds, usize::from(book.default_id.is_some()));
            }
        }
    }
}
