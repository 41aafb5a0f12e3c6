//! The cart of whoever calls: found, merged when it has to be, changed.

use std::time::Duration;

use dynamo::{Consistency, DynamoError};
use edge::{Cookies, GuestKey, Reply, SettingCookies, Visitor};
use futures::future::try_join;
use kernel::MemberId;

use crate::{
    domain::{Cart, Merge, Rev, merge},
    store::{Carts, Owner, Saved, StoredCart},
};

/// How often a change is decided anew when another write came between.
const EDITS: u32 = 8;
/// How often two carts are read anew when either changed before they were merged.
const MERGES: u32 = 5;

/// A cart that was read, on its way to be shown or changed.
pub(crate) struct LoadedCart<'c> {
    carts: &'c Carts,
    owner: Owner,
    stored: StoredCart,
    guest_cookie: GuestCookie,
}

/// What the answer says about the guest cookie.
enum GuestCookie {
    /// Nothing.
    Stay,
    /// It opens this cart, for another thirty days.
    Set,
    /// Its cart has gone into the member's.
    Forget,
}

/// The cart of a visitor, read consistently. A member who still carries a guest key gets both carts merged first: every
/// operation of this service begins here, so none sees half of what the visitor has put aside.
///
/// Someone new has an empty cart, under a fresh key, and nothing is read; their answer sets the cookie once there is
/// something in it.
pub(crate) async fn load_cart(
    carts: &Carts,
    visitor: Visitor,
) -> Result<LoadedCart<'_>, DynamoError> {
    load_or_merge(carts, visitor, Consistency::Strong).await
}

/// The same for half the price, for who is about to write whatever the cart holds: a read that missed the last change is
/// found out by the write, which then brings the cart as it is.
pub(crate) async fn load_cart_to_add(
    carts: &Carts,
    visitor: Visitor,
) -> Result<LoadedCart<'_>, DynamoError> {
    load_or_merge(carts, visitor, Consistency::Eventual).await
}

async fn load_or_merge(
    carts: &Carts,
    visitor: Visitor,
    consistency: Consistency,
) -> Result<LoadedCart<'_>, DynamoError> {
    match (visitor.session, visitor.guest) {
        (Some(session), Some(guest)) => merge_carts(carts, session.member, guest).await,
        (Some(session), None) => load(carts, Owner::Member(session.member), consistency).await,
        (None, Some(guest)) => load(carts, Owner::Guest(guest), consistency).await,
        (None, None) => {
            let owner = Owner::Guest(GuestKey::generate());
            Ok(LoadedCart::new(
                carts,
                owner,
                StoredCart::default(),
                GuestCookie::Stay,
            ))
        }
    }
}

/// The cart of a member, read consistently.
pub(crate) async fn load_member_cart(
    carts: &Carts,
    member: MemberId,
) -> Result<LoadedCart<'_>, DynamoError> {
    load(carts, Owner::Member(member), Consistency::Strong).await
}

async fn load(
    carts: &Carts,
    owner: Owner,
    consistency: Consistency,
) -> Result<LoadedCart<'_>, DynamoError> {
    let stored = carts.read(&owner, consistency).await?;
    Ok(LoadedCart::new(carts, owner, stored, GuestCookie::Stay))
}

/// Moves what the guest has put aside into the member's cart, in one transaction: it happens once, whoever does it at the
/// same time and wherever it is cut off. A guest's cart that is not there was merged before, or is over.
async fn merge_carts(
    carts: &Carts,
    member: MemberId,
    guest: GuestKey,
) -> Result<LoadedCart<'_>, DynamoError> {
    let (member, guest) = (Owner::Member(member), Owner::Guest(guest));
    for round in 0..MERGES {
        back_off(round).await;
        let (of_member, of_guest) = try_join(
            carts.read(&member, Consistency::Strong),
            carts.read(&guest, Consistency::Strong),
        )
        .await?;
        let rev = Rev::generate();
        let cart = match merge(&of_member.cart, &of_guest.cart, &rev) {
            Merge::Nothing => {
                return Ok(LoadedCart::new(
                    carts,
                    member,
                    of_member,
                    GuestCookie::Forget,
                ));
            }
            Merge::NoRoom => {
                return Ok(LoadedCart::new(carts, member, of_member, GuestCookie::Stay));
            }
            Merge::Merged(cart) => cart,
        };
        let (from, into) = (
            (&guest, of_guest.rev.as_ref()),
            (&member, of_member.rev.as_ref()),
        );
        if carts.merge(into, from, &cart, &rev).await? {
            let stored = StoredCart {
                cart,
                rev: Some(rev),
            };
            return Ok(LoadedCart::new(carts, member, stored, GuestCookie::Forget));
        }
    }
    Err(changed_too_often())
}

/// Waits before another round, at random, so that two who were in each other's way are not again.
async fn back_off(round: u32) {
    if round > 0 {
        let millis = rand::random_range(0..10_u64 << round);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

fn changed_too_often() -> DynamoError {
    DynamoError::Busy {
        code: "CartChanged".to_owned(),
        source: None,
    }
}

impl<'c> LoadedCart<'c> {
    fn new(carts: &'c Carts, owner: Owner, stored: StoredCart, guest_cookie: GuestCookie) -> Self {
        Self {
            carts,
            owner,
            stored,
            guest_cookie,
        }
    }

    /// The cart as it is.
    pub(crate) fn cart(&self) -> &Cart {
        &self.stored.cart
    }

    /// Changes the cart as `decide` does with it, given the rev that this writing will have. When another write came
    /// between, `decide` is asked again, for the cart as that left it. A cart that `decide` leaves as it is is not written.
    pub(crate) async fn edit<T, E: From<DynamoError>>(
        &mut self,
        decide: impl Fn(&mut Cart, &Rev) -> Result<T, E>,
    ) -> Result<T, E> {
        for _ in 0..EDITS {
            let (mut cart, rev) = (self.stored.cart.clone(), Rev::generate());
            let decided = decide(&mut cart, &rev)?;
            if cart == self.stored.cart {
                return Ok(decided);
            }
            match self
                .carts
                .save(&self.owner, self.stored.rev.as_ref(), &cart, &rev)
                .await?
            {
                Saved::Done => {
                    self.stored = StoredCart {
                        cart,
                        rev: Some(rev),
                    };
                    self.written();
                    return Ok(decided);
                }
                Saved::ChangedMeanwhile(stored) => self.stored = stored,
            }
        }
        Err(changed_too_often().into())
    }

    /// A guest's cookie is set at every write: it lives as long as the cart, and comes back when a merge that went on at
    /// the same time has just taken it away.
    fn written(&mut self) {
        if matches!(self.owner, Owner::Guest(_)) {
            self.guest_cookie = GuestCookie::Set;
        }
    }

    /// The reply with what it says about the guest cookie.
    pub(crate) fn dress<V, S>(
        &self,
        reply: Reply<V, S>,
        cookies: &Cookies,
    ) -> Reply<V, SettingCookies<S>> {
        reply.cookies(match (&self.guest_cookie, &self.owner) {
            (GuestCookie::Set, Owner::Guest(key)) => Some(cookies.guest(key)),
            (GuestCookie::Forget, _) => Some(cookies.no_guest()),
            _ => None,
        })
    }
}
