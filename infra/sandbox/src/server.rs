//! The routes, and the developer's view of the trades.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::book::Key;
use crate::{Shared, cashier, gateway, page};

/// The content type of a notice.
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Serves until told to stop.
pub(crate) async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) {
    let until_stopped = async {
        // Said by dropping the sender, so that there is nothing to receive.
        let _closed = stopped.await;
    };
    let served = axum::serve(listener, routes(shared))
        .with_graceful_shutdown(until_stopped)
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the payment sandbox serves no more");
    }
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/gateway.do", get(gateway::serve).post(gateway::serve))
        .route("/cashier/{trade_no}/pay", post(cashier::pay))
        .route("/cashier/{trade_no}/cancel", post(cashier::cancel))
        .route("/", get(list_trades))
        .route("/trades/{out_trade_no}", get(show_trade))
        .route("/trades/{out_trade_no}/notice", get(show_notice))
        .with_state(shared)
}

async fn list_trades(State(shared): State<Arc<Shared>>) -> Response {
    let trades = shared.book.all(OffsetDateTime::now_utc());
    page::control(&trades, shared.keys.public_key()).into_response()
}

async fn show_trade(
    State(shared): State<Arc<Shared>>,
    Path(out_trade_no): Path<String>,
) -> Response {
    let key = Key::OutTradeNo(out_trade_no);
    let Some(trade) = shared.book.find(&key, OffsetDateTime::now_utc()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match serde_json::to_string_pretty(&trade) {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => {
            tracing::error!(%error, "a trade cannot be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The newest notice of a trade as it would be sent at this moment, for replaying one by hand.
async fn show_notice(
    State(shared): State<Arc<Shared>>,
    Path(out_trade_no): Path<String>,
) -> Response {
    let now = OffsetDateTime::now_utc();
    let trade = shared.book.find(&Key::OutTradeNo(out_trade_no), now);
    let Some(notice) = trade.as_ref().and_then(|trade| trade.notices.last()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match serde_html_form::to_string(notice.form(&shared.keys, now)) {
        Ok(form) => ([(CONTENT_TYPE, FORM)], form).into_response(),
        Err(error) => {
            tracing::error!(%error, "a notice cannot be written as a form");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
