//! What the gateway refuses, in the provider's own codes.

/// The gateway's answer to what it does not do: a class (`code`), a stable reason (`sub_code`) and words for a
/// person (`sub_msg`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sub_code}: {sub_msg}")]
pub(crate) struct Refusal {
    pub(crate) class: Class,
    pub(crate) sub_code: &'static str,
    pub(crate) sub_msg: String,
}

/// The provider's classes of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A common parameter is absent.
    MissingArguments,
    /// A common parameter is wrong, the signature among them.
    InvalidArguments,
    /// The request was understood and the trade does not allow it.
    BusinessFailed,
}

impl Class {
    /// The number in the answer's `code`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Class::MissingArguments => "40001",
            Class::InvalidArguments => "40002",
            Class::BusinessFailed => "40004",
        }
    }

    /// The words in the answer's `msg`.
    pub(crate) fn msg(self) -> &'static str {
        match self {
            Class::MissingArguments => "Missing Required Arguments",
            Class::InvalidArguments => "Invalid Arguments",
            Class::BusinessFailed => "Business Failed",
        }
    }
}

impl Refusal {
    /// A common parameter is absent.
    pub(crate) fn missing(sub_code: &'static str, sub_msg: impl Into<String>) -> Refusal {
        Refusal {
            class: Class::MissingArguments,
            sub_code,
            sub_msg: sub_msg.into(),
        }
    }

    /// A common parameter is wrong.
    pub(crate) fn invalid(sub_code: &'static str, sub_msg: impl Into<String>) -> Refusal {
        Refusal {
            class: Class::InvalidArguments,
            sub_code,
            sub_msg: sub_msg.into(),
        }
    }

    /// A field of `biz_content` is absent or wrong.
    pub(crate) fn parameter(problem: &str) -> Refusal {
        Refusal::business("ACQ.INVALID_PARAMETER", format!("参数无效：{problem}"))
    }

    /// No trade has this number.
    pub(crate) fn trade_not_exist() -> Refusal {
        Refusal::business("ACQ.TRADE_NOT_EXIST", "交易不存在")
    }

    /// The trade is closed, nobody can pay it any more.
    pub(crate) fn trade_has_close() -> Refusal {
        Refusal::business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
    }

    /// The trade is paid already.
    pub(crate) fn trade_has_success() -> Refusal {
        Refusal::business("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
    }

    /// The trade's status does not allow this.
    pub(crate) fn trade_status() -> Refusal {
        Refusal::business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
    }

    /// The trade exists with another amount or subject.
    pub(crate) fn context_inconsistent() -> Refusal {
        Refusal::business(
            "ACQ.CONTEXT_INCONSISTENT",
            "交易信息被篡改：订单金额或标题与已创建的交易不一致",
        )
    }

    /// More than what is left would be paid back.
    pub(crate) fn refund_amount() -> Refusal {
        Refusal::business("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效")
    }

    /// A refund's number comes again with another amount.
    pub(crate) fn discordant_repeat() -> Refusal {
        Refusal::business("ACQ.DISCORDANT_REPEAT_REQUEST", "不一致的请求")
    }

    /// The change could not be kept, so it did not happen.
    pub(crate) fn system() -> Refusal {
        Refusal::business("ACQ.SYSTEM_ERROR", "系统错误，请重试")
    }

    fn business(sub_code: &'static str, sub_msg: impl Into<String>) -> Refusal {
        Refusal {
            class: Class::BusinessFailed,
            sub_code,
            sub_msg: sub_msg.into(),
        }
    }
}
