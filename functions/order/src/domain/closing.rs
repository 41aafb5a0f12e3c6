//! What a close message means for the order it names, whenever and however often it comes.

use std::time::Duration;

use kernel::Timestamp;

use super::{order::Order, payment::Stored, status::OrderStatus};

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Closing<'s> {
    /// It is not due: come again then.
    Wait(Timestamp),
    /// It is due and there is no order: make sure that none comes any more.
    Void,
    /// It is due and unpaid: close the order.
    Close,
    /// The order is closed: let its stock come back. Always, as nobody knows whether the one who closed it lived to say so.
    Release(&'s Order),
    /// The order is paid, or can never come: nothing.
    Nothing,
}

impl<'s> Closing<'s> {
    /// Decides. `due` is when the message itself is due; an order that exists knows better, as another attempt to place it
    /// may have written it.
    pub(crate) fn decide(
        stored: Option<&'s Stored>,
        due: Timestamp,
        grace: Duration,
        now: Timestamp,
    ) -> Self {
        match stored {
            None if now < due => Self::Wait(due),
            None => Self::Void,
            Some(Stored::Void) => Self::Nothing,
            Some(Stored::Order(order)) => match order.status {
                OrderStatus::Closed => Self::Release(order),
                OrderStatus::Unpaid => {
                    let due = order.expires_at.plus(grace);
                    if now < due {
                        Self::Wait(due)
                    } else {
                        Self::Close
                    }
                }
                OrderStatus::Paid | OrderStatus::Shipped | OrderStatus::Completed => Self::Nothing,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{closed, order, paid};

    const GRACE: Duration = Duration::from_secs(60);

    #[test]
    fn an_order_is_closed_a_grace_after_it_expires_and_its_message_comes_again_until_then() {
        let order = Stored::Order(Box::new(order(&[("a", 100, 1)])));
        let Stored::Order(known) = &order else {
            unreachable!()
        };
        let due = known.expires_at.plus(GRACE);
        let just_before = Timestamp::from_millis(due.as_millis() - 1);
        // The message of another attempt is due at another time; the order's own time counts.
        for message_due in [known.placed.at, due, due.plus(GRACE)] {
            assert_eq!(
                Closing::decide(Some(&order), message_due, GRACE, just_before),
                Closing::Wait(due)
            );
            assert_eq!(
                Closing::decide(Some(&order), message_due, GRACE, due),
                Closing::Close
            );
        }
    }

    #[test]
    fn an_order_that_is_absent_when_it_is_due_can_never_come() {
        let due = Timestamp::from_millis(1_000);
        assert_eq!(
            Closing::decide(None, due, GRACE, Timestamp::from_millis(999)),
            Closing::Wait(due)
        );
        assert_eq!(Closing::decide(None, due, GRACE, due), Closing::Void);
        assert_eq!(
            Closing::decide(Some(&Stored::Void), due, GRACE, due),
            Closing::Nothing
        );
    }

    #[test]
    fn a_closed_order_is_released_at_any_time_and_a_paid_one_never() {
        let (closed, paid) = (
            Stored::Order(Box::new(closed())),
            Stored::Order(Box::new(paid())),
        );
        for now in [0, i64::MAX].map(Timestamp::from_millis) {
            assert!(matches!(
                Closing::decide(Some(&closed), now, GRACE, now),
                Closing::Release(_)
            ));
            assert_eq!(
                Closing::decide(Some(&paid), now, GRACE, now),
                Closing::Nothing
            );
        }
    }
}
