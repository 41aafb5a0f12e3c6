//! What follows an order, sent before the order is written.

use std::time::Duration;

use cart::{OrderedCartLine, RemoveOrderedLines};
use futures::future::try_join;
use kernel::Timestamp;
use queue::SendError;

use crate::{OrderSn, Sales, domain::Quote, worker::close_order::CloseOrder};

/// By then an order is usually written: its lines then go from the cart at the first look.
const ORDER_IS_THERE: Duration = Duration::from_secs(2);

/// Sends, side by side, the message that closes the order when its time is over and the one that takes its lines out of
/// the cart. Both look for the order before they do anything, so they may be sent for one that never comes.
pub(crate) async fn send(
    app: &Sales,
    sn: &OrderSn,
    quote: &Quote,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), SendError> {
    let due = app.terms.close_due(expires_at);
    let close = CloseOrder {
        order_sn: sn.clone(),
        due,
    };
    let lines = quote.lines.iter().map(|line| OrderedCartLine {
        sku_id: line.sku_id.clone(),
        rev: line.rev.clone(),
    });
    let remove = RemoveOrderedLines {
        member_id: sn.member().clone(),
        quote_id: sn.quote().clone(),
        order_sn: sn.to_string(),
        lines: lines.collect(),
        tries: 0,
    };
    try_join(
        app.closing.send_at(&close, due, now),
        app.ordered.send_after(&remove, ORDER_IS_THERE),
    )
    .await?;
    Ok(())
}
