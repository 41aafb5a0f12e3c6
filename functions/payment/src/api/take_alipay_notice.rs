//! Hears from Alipay that an order was paid. The provider repeats a notice until it hears `success`, so that word is said
//! only when nothing is left to do: the order is paid by this trade, or its money is on the list of what goes back.

use alipay::{Event, Notice, NoticeError, PROVIDER};
use dynamo::DynamoError;
use edge::{Form, Machine, Plain, Problem, ProblemKind, Refusal, Reply};
use kernel::Money;
use order::{MarkPaid, OrderSn, Payment};
use tracing::{error, info, warn};

use crate::{Notices, domain::RefundDue};

#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeAlipayNoticeError {
    #[error("the notice is not believed")]
    NotBelieved(#[from] NoticeError),
    #[error("trade {trade_no} is for order {out_trade_no:?}, which does not exist")]
    NoSuchOrder {
        trade_no: String,
        out_trade_no: String,
    },
    #[error("trade {trade_no} is over {amount} yuan, which is not the total of order {order_sn}")]
    WrongAmount {
        trade_no: String,
        order_sn: OrderSn,
        amount: Money,
    },
    #[error("the payment cannot be written down")]
    Store(#[from] DynamoError),
}

/// The notice is not signed by the provider for this mall, or does not fit an order; nothing was changed.
const NOTICE_REFUSED: ProblemKind = ProblemKind::new(400, "16003", "Notice refused");

impl Refusal for TakeAlipayNoticeError {
    const KINDS: &'static [ProblemKind] =
        &[NOTICE_REFUSED, ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        match self {
            // Whoever tries out forgeries learns nothing about what was wrong with them; the log says it.
            Self::NotBelieved(_) | Self::NoSuchOrder { .. } | Self::WrongAmount { .. } => {
                NOTICE_REFUSED.into()
            }
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn take_alipay_notice(
    app: &Notices,
    (_, Form(form)): (Machine, Form),
) -> Result<Reply<Plain>, TakeAlipayNoticeError> {
    let taken = match app.alipay.read(form) {
        Ok(notice) => take(app, notice).await,
        Err(error) => Err(error.into()),
    };
    match taken {
        Ok(()) => Ok(Reply::ok(Plain("success".to_owned()))),
        Err(refused) => {
            report(&refused);
            Err(refused)
        }
    }
}

async fn take(app: &Notices, notice: Notice) -> Result<(), TakeAlipayNoticeError> {
    let Notice {
        out_trade_no,
        trade_no,
        event,
    } = notice;
    let Event::Paid { amount, at } = event else {
        info!(out_trade_no, trade_no, ?event, "the notice changes nothing");
        return Ok(());
    };
    let Ok(order_sn) = out_trade_no.parse::<OrderSn>() else {
        return Err(TakeAlipayNoticeError::NoSuchOrder {
            trade_no,
            out_trade_no,
        });
    };
    let now = app.clock.now();
    let payment = Payment {
        provider: PROVIDER.to_owned(),
        trade_no: trade_no.clone(),
        amount,
        paid_at: at.unwrap_or(now),
    };
    match app.orders.mark_paid(&order_sn, &payment).await? {
        MarkPaid::Paid | MarkPaid::AlreadyPaidByThis => Ok(()),
        MarkPaid::Closed | MarkPaid::PaidByAnother => {
            let refund = RefundDue {
                provider: PROVIDER,
                trade_no,
                order_sn,
                amount,
                noticed_at: now,
            };
            if app.refunds.note(&refund).await? {
                warn!(trade_no = refund.trade_no, order_sn = %refund.order_sn, "the order takes no money: a refund is due");
            }
            Ok(())
        }
        MarkPaid::WrongAmount => Err(TakeAlipayNoticeError::WrongAmount {
            trade_no,
            order_sn,
            amount,
        }),
        MarkPaid::NoSuchOrder => Err(TakeAlipayNoticeError::NoSuchOrder {
            trade_no,
            out_trade_no,
        }),
    }
}

/// A refused notice is an attack, a wrong configuration, or money that nobody accounts for: somebody has to look. The edge
/// takes refusals for a client's affair, and a busy store for one that it reports itself.
fn report(refused: &TakeAlipayNoticeError) {
    let differs = match refused {
        TakeAlipayNoticeError::NotBelieved(error) => error.to_string(),
        TakeAlipayNoticeError::NoSuchOrder { .. } | TakeAlipayNoticeError::WrongAmount { .. } => {
            refused.to_string()
        }
        TakeAlipayNoticeError::Store(_) => return,
    };
    error!(differs, "an Alipay notice was refused");
}
