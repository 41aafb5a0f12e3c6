//! Lists the caller's orders, the newest first.
//!
//! A status is asked for inside a page: `limit` bounds how many orders are looked at, so a page may hold fewer, even none,
//! while there is a next one. An index by status would make every order dearer to write by one unit and every step by two;
//! looking at twenty orders costs five read units, and a member has tens of orders, not thousands.

use edge::{ListError, Member, Query, Reply};
use kernel::{Limit, Money, Page, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::view::{OrderLineView, Pictures, pictures_of};
use crate::{
    OrderSn, OrderStatus, Sales,
    domain::{Order, OrderLine, Stored},
};

/// Which orders, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListOrdersQuery {
    /// Only those of this status. A page may then hold fewer orders than `limit`, even none, while there is a next one.
    status: Option<OrderStatus>,
    /// How many orders to look at.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An order in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OrderSummary {
    /// The order's number.
    order_sn: OrderSn,
    /// How far it has come.
    status: OrderStatus,
    /// When it was placed.
    placed_at: Timestamp,
    /// Until when it can be paid.
    expires_at: Timestamp,
    /// What is to be paid.
    total_fen: Money,
    /// How many lines it has.
    line_count: usize,
    /// Its first lines, three at most.
    lines: Vec<OrderLineView>,
}

/// How many lines of an order a list shows.
const LINES_SHOWN: usize = 3;

pub(crate) async fn list_orders(
    app: &Sales,
    (member, Query(wanted)): (Member, Query<ListOrdersQuery>),
) -> Result<Reply<Page<OrderSummary>>, ListError> {
    let page = app
        .store
        .list(
            &member.id,
            &app.cursors,
            wanted.limit,
            wanted.cursor.as_deref(),
        )
        .await??;
    let orders: Vec<Order> = page
        .items
        .into_iter()
        .filter_map(order)
        .filter(|order| is_wanted(order, &wanted))
        .collect();
    let pictures = pictures_of(app, orders.iter().flat_map(shown)).await?;
    let items = orders
        .iter()
        .map(|order| OrderSummary::of(order, &pictures))
        .collect();
    Ok(Reply::ok(Page {
        items,
        next_cursor: page.next_cursor,
    }))
}

fn order(stored: Stored) -> Option<Order> {
    match stored {
        Stored::Order(order) => Some(*order),
        Stored::Void => None,
    }
}

fn is_wanted(order: &Order, wanted: &ListOrdersQuery) -> bool {
    wanted.status.is_none_or(|status| status == order.status)
}

fn shown(order: &Order) -> impl Iterator<Item = &OrderLine> {
    order.lines.iter().take(LINES_SHOWN)
}

impl OrderSummary {
    fn of(order: &Order, pictures: &Pictures) -> Self {
        Self {
            order_sn: order.sn.clone(),
            status: order.status,
            placed_at: order.placed.at,
            expires_at: order.expires_at,
            total_fen: order.total,
            line_count: order.lines.len(),
            lines: shown(order)
                .map(|line| OrderLineView::of(line, pictures))
                .collect(),
        }
    }
}
