//! What is believed, and what is not.

use kernel::Clock;

use super::*;
use crate::keys::{MerchantKey, tests};

type Form = Vec<(String, String)>;

const NOTICE: [(&str, &str); 23] = [
    ("app_id", "2021000000000001"),
    ("auth_app_id", "2021000000000001"),
    ("body", ""),
    ("buyer_id", "2088002020260013"),
    ("buyer_pay_amount", "3788.00"),
    ("charset", "utf-8"),
    (
        "fund_bill_list",
        r#"[{"amount":"3788.00","fundChannel":"ALIPAYACCOUNT"}]"#,
    ),
    ("gmt_create", "2026-11-24 14:00:01"),
    ("gmt_payment", "2026-11-24 14:00:59"),
    ("invoice_amount", "3788.00"),
    ("notify_id", "2026112400222140059000000000000001"),
    ("notify_time", "2026-11-24 14:01:00"),
    ("notify_type", "trade_status_sync"),
    ("out_trade_no", "01KATESTQUOTE0000000000000"),
    ("point_amount", "0.00"),
    ("receipt_amount", "3788.00"),
    ("seller_id", "2088000000000001"),
    ("subject", "谷粒商城 手机 + 壳 100%"),
    ("total_amount", "3788.00"),
    ("trade_no", "2026112422001400590500000001"),
    ("trade_status", "TRADE_SUCCESS"),
    ("version", "1.0"),
    ("sign_type", "RSA2"),
];

fn reader() -> NoticeReader {
    let variables = [
        ("ALIPAY_PUBLIC_KEY", tests::PROVIDER_PUBLIC),
        ("ALIPAY_APP_ID", "2021000000000001"),
        ("ALIPAY_SELLER_ID", "2088000000000001"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    NoticeReader::from_env(&Environment::of(variables.into(), Clock::System)).unwrap()
}

/// The sample notice with some parameters changed or added, signed as it then is.
fn signed_with(key: &str, changes: &[(&str, &str)]) -> Form {
    let mut parameters: BTreeMap<&str, &str> = NOTICE.into();
    parameters.extend(changes.iter().copied());
    let signature = {
        let pairs = parameters.iter().map(|(name, value)| (*name, *value));
        key.parse::<MerchantKey>()
            .unwrap()
            .sign(&signed_text(pairs, &["sign", "sign_type"]))
            .unwrap()
    };
    let mut form: Form = parameters
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    form.push(("sign".to_owned(), signature));
    form
}

fn signed(changes: &[(&str, &str)]) -> Form {
    signed_with(tests::PROVIDER_PRIVATE, changes)
}

fn event(changes: &[(&str, &str)]) -> Event {
    reader().read(signed(changes)).unwrap().event
}

fn refusal(changes: &[(&str, &str)]) -> NoticeError {
    reader().read(signed(changes)).unwrap_err()
}

#[test]
fn a_payment_is_read_from_a_signed_notice_in_any_order_of_parameters() {
    let at = "2026-11-24T06:00:59Z".parse().ok();
    let notice = Notice {
        out_trade_no: "01KATESTQUOTE0000000000000".to_owned(),
        trade_no: "2026112422001400590500000001".to_owned(),
        event: Event::Paid {
            amount: Money::from_fen(378_800),
            at,
        },
    };
    let form = signed(&[]);
    assert_eq!(reader().read(form.clone()), Ok(notice.clone()));
    assert_eq!(reader().read(form.into_iter().rev().collect()), Ok(notice));
}

#[test]
fn a_notice_changed_in_any_one_parameter_is_refused() {
    let form = signed(&[]);
    for place in 0..form.len() {
        let name = &form[place].0;
        for value in [format!("{}0", form[place].1), String::new(), "1".to_owned()] {
            let mut forged = form.clone();
            if forged[place].1 == value {
                continue;
            }
            forged[place].1 = value;
            assert!(reader().read(forged).is_err(), "{name}");
        }
        let mut without = form.clone();
        without.remove(place);
        // An empty parameter takes no part in the signature, so leaving it out changes nothing.
        assert_eq!(
            reader().read(without).is_err(),
            !form[place].1.is_empty(),
            "{name}"
        );
    }
    let added = [form, vec![("refund_fee".to_owned(), "1.00".to_owned())]].concat();
    assert_eq!(reader().read(added), Err(NoticeError::Forged));
}

#[test]
fn a_notice_without_signature_or_signed_by_somebody_else_is_refused() {
    let mut form = signed(&[]);
    form.pop();
    assert_eq!(reader().read(form), Err(NoticeError::Unsigned));
    assert_eq!(reader().read(Vec::new()), Err(NoticeError::Unsigned));
    assert_eq!(
        reader().read(signed_with(tests::MERCHANT_PRIVATE, &[])),
        Err(NoticeError::Forged)
    );
}

#[test]
fn a_parameter_given_twice_is_refused_even_with_the_same_value() {
    for (name, value) in signed(&[]) {
        let form = [signed(&[]), vec![(name, value)]].concat();
        assert_eq!(reader().read(form), Err(NoticeError::Repeated));
    }
}

#[test]
fn a_signed_notice_for_another_merchant_or_of_another_kind_is_refused_and_says_what_differs() {
    for (parameter, found) in [
        ("app_id", "2021000000000002"),
        ("seller_id", "2088000000000002"),
        ("sign_type", "RSA"),
        ("notify_type", "dut_user_sign"),
        ("charset", "gbk"),
    ] {
        let error = refusal(&[(parameter, found)]);
        assert!(
            matches!(&error, NoticeError::Unexpected { parameter: name, .. } if *name == parameter),
            "{error}"
        );
        assert!(error.to_string().contains(found), "{error}");
        assert_eq!(refusal(&[(parameter, "")]), NoticeError::Missing(parameter));
    }
}

#[test]
fn a_signed_return_of_the_browser_is_no_notice() {
    let gone = ["notify_type", "notify_id", "notify_time", "trade_status"].map(|name| (name, ""));
    let changes = [&gone[..], &[("method", "alipay.trade.page.pay.return")]].concat();
    assert_eq!(refusal(&changes), NoticeError::Missing("notify_type"));
}

#[test]
fn an_amount_is_read_to_the_fen_or_not_at_all() {
    for (text, fen) in [
        ("0.01", 1),
        ("3788", 378_800),
        ("3788.5", 378_850),
        ("100000000.00", 10_000_000_000),
    ] {
        let Event::Paid { amount, .. } = event(&[("total_amount", text)]) else {
            panic!("{text}")
        };
        assert_eq!(amount, Money::from_fen(fen));
    }
    for text in [
        "3788.001", "3,788.00", "3.788e3", "¥3788", " 3788.00", "NaN",
    ] {
        assert_eq!(
            refusal(&[("total_amount", text)]),
            unreadable("total_amount", text)
        );
    }
}

#[test]
fn only_a_trade_that_is_paid_and_of_which_nothing_went_back_is_a_payment() {
    assert!(matches!(
        event(&[("trade_status", "TRADE_FINISHED")]),
        Event::Paid { .. }
    ));
    assert_eq!(event(&[("trade_status", "WAIT_BUYER_PAY")]), Event::Waiting);
    assert_eq!(event(&[("trade_status", "TRADE_CLOSED")]), Event::Closed);
    assert_eq!(
        event(&[
            ("refund_fee", "1.00"),
            ("gmt_refund", "2026-11-25 10:00:00.123")
        ]),
        Event::Refunded
    );
    assert_eq!(
        event(&[("trade_status", "TRADE_CLOSED"), ("refund_fee", "3788.00")]),
        Event::Refunded
    );
    assert!(matches!(event(&[("refund_fee", "")]), Event::Paid { .. }));
    assert_eq!(
        refusal(&[("trade_status", "trade_success")]),
        unreadable("trade_status", "trade_success")
    );
}

#[test]
fn a_payment_whose_moment_cannot_be_read_is_a_payment_all_the_same() {
    for moment in ["", "yesterday"] {
        assert!(matches!(
            event(&[("gmt_payment", moment)]),
            Event::Paid { at: None, .. }
        ));
    }
}

#[test]
fn a_number_of_a_trade_never_holds_a_separator_of_keys() {
    for number in ["a#b", "a/b", "华为", &"1".repeat(65)] {
        assert_eq!(
            refusal(&[("trade_no", number)]),
            unreadable("trade_no", number)
        );
    }
}

#[test]
fn a_variable_that_is_missing_or_means_nothing_is_named_at_start() {
    let start = |variables: &[(&str, &str)]| {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        NoticeReader::from_env(&Environment::of(variables.collect(), Clock::System))
            .unwrap_err()
            .to_string()
    };
    let (key, app) = (
        ("ALIPAY_PUBLIC_KEY", tests::PROVIDER_PUBLIC),
        ("ALIPAY_APP_ID", "1"),
    );
    assert!(start(&[]).contains("ALIPAY_PUBLIC_KEY"));
    assert!(start(&[("ALIPAY_PUBLIC_KEY", "MIIB")]).contains("ALIPAY_PUBLIC_KEY"));
    assert!(start(&[key]).contains("ALIPAY_APP_ID"));
    assert!(start(&[key, app]).contains("ALIPAY_SELLER_ID"));
}
