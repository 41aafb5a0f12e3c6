//! The browser's side: the page on which the buyer pays or leaves, and the way back to the merchant.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use reqwest::Url;
use time::OffsetDateTime;

use crate::book::{Key, Outcome};
use crate::refusal::Refusal;
use crate::trade::{Addresses, Trade};
use crate::{Shared, beijing, content, delivery, notice, numbers, page};

/// `alipay.trade.page.pay` of a request that has been checked: keeps the trade and shows the page.
pub(crate) fn open(
    shared: &Shared,
    addresses: Addresses,
    content: &str,
    now: OffsetDateTime,
) -> Result<Response, Refusal> {
    let order = content::order(content, now)?;
    let key = Key::OutTradeNo(order.out_trade_no.clone());
    let opened = shared.book.upsert(&key, now, |existing| match existing {
        Some(trade) => trade.reopen(&order, addresses),
        None => Trade::open(order, addresses, numbers::trade_no(now), now),
    })?;
    Ok(page::cashier(&opened.trade, now).into_response())
}

/// The button Pay: pays, tells the merchant, sends the browser back. A second time it only sends the browser back.
pub(crate) async fn pay(
    State(shared): State<Arc<Shared>>,
    Path(trade_no): Path<String>,
) -> Response {
    let now = OffsetDateTime::now_utc();
    let paid = shared.book.change(&Key::TradeNo(trade_no), now, |trade| {
        let paid = trade.pay(now)?;
        if paid == *trade {
            return Ok(paid);
        }
        Ok(paid.announcing_payment(&shared.merchant, now))
    });
    match paid {
        Ok(Outcome { trade, changed }) => {
            if changed && let Some(notice) = trade.notices.last() {
                delivery::hand_over(&shared.courier, &trade, notice);
            }
            back_to_merchant(&trade, return_parameters(&shared, &trade, now))
        }
        Err(refusal) => page::refused(&refusal).into_response(),
    }
}

/// The button Cancel: the buyer leaves. The trade still waits until its limit, so that the buyer may come back;
/// the return carries no parameters, for nothing has been paid.
pub(crate) async fn cancel(
    State(shared): State<Arc<Shared>>,
    Path(trade_no): Path<String>,
) -> Response {
    let now = OffsetDateTime::now_utc();
    match shared.book.find(&Key::TradeNo(trade_no), now) {
        Some(trade) => back_to_merchant(&trade, BTreeMap::new()),
        None => page::refused(&Refusal::trade_not_exist()).into_response(),
    }
}

fn back_to_merchant(trade: &Trade, parameters: BTreeMap<String, String>) -> Response {
    let address = trade.addresses.return_url.as_deref();
    let Some(mut url) = address.and_then(|address| Url::parse(address).ok()) else {
        return page::farewell(trade).into_response();
    };
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    Redirect::to(url.as_str()).into_response()
}

/// The synchronous return: for the buyer's eyes. Whether the trade is paid, the merchant learns from the notice.
fn return_parameters(
    shared: &Shared,
    trade: &Trade,
    now: OffsetDateTime,
) -> BTreeMap<String, String> {
    let pairs = [
        ("app_id", shared.merchant.app_id.clone()),
        ("auth_app_id", shared.merchant.app_id.clone()),
        ("charset", "utf-8".to_owned()),
        ("method", "alipay.trade.page.pay.return".to_owned()),
        ("out_trade_no", trade.order.out_trade_no.clone()),
        ("seller_id", shared.merchant.seller_id.clone()),
        ("timestamp", beijing::write(now)),
        ("total_amount", trade.order.total_amount.to_string()),
        ("trade_no", trade.trade_no.clone()),
        ("version", "1.0".to_owned()),
    ];
    let mut parameters = pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    notice::sign(&mut parameters, &shared.keys);
    parameters
}
