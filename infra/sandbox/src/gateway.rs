//! `/gateway.do`: the common parameters, the merchant's signature, and the way to the method asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use reqwest::Url;
use time::OffsetDateTime;

use crate::merchant::Merchant;
use crate::refusal::Refusal;
use crate::signature::request_text;
use crate::trade::Addresses;
use crate::{Shared, beijing, cashier, methods, page};

/// The methods this sandbox knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    PagePay,
    Query,
    Close,
    Refund,
    RefundQuery,
}

impl Method {
    const ALL: [Method; 5] = [
        Method::PagePay,
        Method::Query,
        Method::Close,
        Method::Refund,
        Method::RefundQuery,
    ];

    fn name(self) -> &'static str {
        match self {
            Method::PagePay => "alipay.trade.page.pay",
            Method::Query => "alipay.trade.query",
            Method::Close => "alipay.trade.close",
            Method::Refund => "alipay.trade.refund",
            Method::RefundQuery => "alipay.trade.fastpay.refund.query",
        }
    }

    /// The member of the answer that holds what the method says.
    pub(crate) fn response_node(self) -> String {
        format!("{}_response", self.name().replace('.', "_"))
    }
}

/// The parameters of a request, from its query and its form together.
struct Parameters(BTreeMap<String, String>);

/// Answers every request to the gateway.
pub(crate) async fn serve(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = if is_form(&headers) { &body[..] } else { &[] };
    let read = Parameters::read(query.as_deref(), form);
    let (method, parameters) = match read.and_then(|read| Ok((read.method()?, read))) {
        Ok(understood) => understood,
        Err(refusal) => return methods::unsigned_refusal(&refusal),
    };
    let now = OffsetDateTime::now_utc();
    let checked = parameters.check(&shared.merchant);
    if method == Method::PagePay {
        let shown = checked.and_then(|()| {
            cashier::open(&shared, parameters.addresses()?, parameters.content(), now)
        });
        return shown.unwrap_or_else(|refusal| page::refused(&refusal).into_response());
    }
    let answer = checked.and_then(|()| methods::call(&shared, method, parameters.content(), now));
    methods::signed_answer(&shared.keys, method, answer)
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

impl Parameters {
    fn read(query: Option<&str>, form: &[u8]) -> Result<Parameters, Refusal> {
        let unreadable = |_| Refusal::invalid("isv.invalid-parameter", "参数不能解析");
        let mut pairs: Vec<(String, String)> =
            serde_html_form::from_str(query.unwrap_or_default()).map_err(unreadable)?;
        let posted: Vec<(String, String)> =
            serde_html_form::from_bytes(form).map_err(unreadable)?;
        pairs.extend(posted);
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if parameters.insert(name.clone(), value).is_some() {
                let problem = format!("参数 {name} 重复");
                return Err(Refusal::invalid("isv.invalid-parameter", problem));
            }
        }
        Ok(Parameters(parameters))
    }

    /// A parameter that is there and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn method(&self) -> Result<Method, Refusal> {
        let name = self
            .get("method")
            .ok_or_else(|| Refusal::missing("isv.missing-method", "缺少方法名参数"))?;
        Method::ALL
            .into_iter()
            .find(|method| method.name() == name)
            .ok_or_else(|| Refusal::invalid("isv.invalid-method", "不存在的方法名"))
    }

    /// Whether the request comes from the merchant and speaks the protocol of this gateway.
    fn check(&self, merchant: &Merchant) -> Result<(), Refusal> {
        match self.get("app_id") {
            None => return Err(Refusal::missing("isv.missing-app-id", "缺少AppID参数")),
            Some(app_id) if app_id != merchant.app_id => {
                return Err(Refusal::invalid("isv.invalid-app-id", "无效的AppID参数"));
            }
            Some(_) => {}
        }
        self.check_signature(merchant)?;
        self.check_protocol()
    }

    fn check_signature(&self, merchant: &Merchant) -> Result<(), Refusal> {
        match self.get("sign_type") {
            None => {
                let problem = "缺少签名类型参数";
                return Err(Refusal::missing("isv.missing-signature-type", problem));
            }
            Some("RSA2") => {}
            Some(_) => {
                let problem = "无效的签名类型，应为 RSA2";
                return Err(Refusal::invalid("isv.invalid-signature-type", problem));
            }
        }
        let signature = self
            .get("sign")
            .ok_or_else(|| Refusal::missing("isv.missing-signature", "缺少签名参数"))?;
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let text = request_text(pairs);
        if merchant.key.verifies(&text, signature) {
            return Ok(());
        }
        let problem = format!(
            "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：{text}"
        );
        Err(Refusal::invalid("isv.invalid-signature", problem))
    }

    fn check_protocol(&self) -> Result<(), Refusal> {
        let charset = self.get("charset").unwrap_or_default();
        if !charset.eq_ignore_ascii_case("utf-8") {
            let problem = "字符集错误，应为 utf-8";
            return Err(Refusal::invalid("isv.invalid-charset", problem));
        }
        let format = self.get("format").unwrap_or("JSON");
        if !format.eq_ignore_ascii_case("JSON") {
            let problem = "无效的数据格式，应为 JSON";
            return Err(Refusal::invalid("isv.invalid-format", problem));
        }
        match self.get("version") {
            None => return Err(Refusal::missing("isv.missing-version", "缺少版本参数")),
            Some("1.0") => {}
            Some(_) => {
                let problem = "无效的版本，应为 1.0";
                return Err(Refusal::invalid("isv.invalid-parameter", problem));
            }
        }
        let timestamp = self
            .get("timestamp")
            .ok_or_else(|| Refusal::missing("isv.missing-timestamp", "缺少时间戳参数"))?;
        if beijing::read(timestamp).is_none() {
            let problem = "非法的时间戳参数，格式应为 yyyy-MM-dd HH:mm:ss";
            return Err(Refusal::invalid("isv.invalid-timestamp", problem));
        }
        Ok(())
    }

    /// `biz_content`; an absent one lacks every field.
    fn content(&self) -> &str {
        self.get("biz_content").unwrap_or("{}")
    }

    fn addresses(&self) -> Result<Addresses, Refusal> {
        Ok(Addresses {
            notify_url: self.address("notify_url", &["http"])?,
            return_url: self.address("return_url", &["http", "https"])?,
        })
    }

    fn address(&self, name: &str, schemes: &[&str]) -> Result<Option<String>, Refusal> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let usable = Url::parse(text).is_ok_and(|url| schemes.contains(&url.scheme()));
        if !usable {
            let problem = format!("{name} 应为 {} 地址", schemes.join("、"));
            return Err(Refusal::invalid("isv.invalid-parameter", problem));
        }
        Ok(Some(text.to_owned()))
    }
}
