//! The pages: the cashier's for buyers, the list of trades for developers. Each is one file of HTML with nothing to
//! load; whatever came from outside is escaped on its way in.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::response::Html;
use time::OffsetDateTime;

use crate::beijing;
use crate::notice::{Attempt, Notice};
use crate::refusal::Refusal;
use crate::trade::{Status, Trade};

/// A page that no browser keeps.
pub(crate) type Page = ([(HeaderName, &'static str); 1], Html<String>);

const STYLE: &str = "
body{margin:0;background:#f4f6f9;color:#1f2733;font:16px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif}
header{background:#1677ff;color:#fff;padding:14px 24px;font-weight:600}
header small{font-weight:400;opacity:.85;margin-left:12px}
main{max-width:560px;margin:32px auto;background:#fff;border-radius:10px;padding:28px 32px;box-shadow:0 1px 6px #0001}
main.wide{max-width:1080px}
h1{font-size:20px;margin:0 0 16px;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:0 0 20px}
dt{color:#6b7686}dd{margin:0;overflow-wrap:anywhere}
.amount{font-size:30px;font-weight:700;color:#ff6010}
form{display:inline-block;margin-right:12px}
button{font:inherit;padding:10px 32px;border-radius:6px;border:1px solid #c9d1dc;background:#fff;cursor:pointer}
button.pay{background:#1677ff;border-color:#1677ff;color:#fff}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:8px;border-bottom:1px solid #e6eaf0;vertical-align:top;overflow-wrap:anywhere}
code{font-size:13px;overflow-wrap:anywhere}
li{margin:0 0 4px}ul{margin:0;padding-left:18px}
";

/// Counts the time left down in the open page; without it the page still says when the time ends.
const COUNTDOWN: &str = "
const left=document.getElementById('left'),end=Date.now()+Number(left.dataset.seconds)*1000;
const show=()=>{const s=Math.max(0,Math.round((end-Date.now())/1000));
left.textContent=s?Math.floor(s/60)+' 分 '+s%60+' 秒':'已超时，交易关闭'};
show();setInterval(show,1000);
";

/// The page on which a buyer pays.
pub(crate) fn cashier(trade: &Trade, now: OffsetDateTime) -> Page {
    let body = trade.order.body.as_deref().map_or(String::new(), |body| {
        format!("<dt>商品描述</dt><dd>{}</dd>", escape(body))
    });
    let left = (trade.order.expires_at - now).whole_seconds().max(0);
    let main = format!(
        "<main><h1>{subject}</h1>
<dl><dt>应付金额</dt><dd class=\"amount\">¥ {amount}</dd>
<dt>商户订单号</dt><dd>{out_trade_no}</dd>
<dt>交易号</dt><dd>{trade_no}</dd>{body}
<dt>付款截止</dt><dd>{expires}</dd>
<dt>剩余时间</dt><dd id=\"left\" data-seconds=\"{left}\">{minutes} 分 {seconds} 秒</dd></dl>
<form method=\"post\" action=\"/cashier/{trade_no}/pay\"><button class=\"pay\">确认付款</button></form>
<form method=\"post\" action=\"/cashier/{trade_no}/cancel\"><button>取消</button></form>
</main><script>{COUNTDOWN}</script>",
        subject = escape(&trade.order.subject),
        amount = trade.order.total_amount,
        out_trade_no = escape(&trade.order.out_trade_no),
        trade_no = escape(&trade.trade_no),
        expires = beijing::write(trade.order.expires_at),
        minutes = left / 60,
        seconds = left % 60,
    );
    page("收银台", &main)
}

/// The page after paying or leaving when the merchant gave no address to return to.
pub(crate) fn farewell(trade: &Trade) -> Page {
    let words = match trade.status {
        Status::TradeSuccess => "支付成功",
        Status::WaitBuyerPay => "尚未付款，可以稍后继续",
        Status::TradeClosed => "交易已经关闭",
    };
    let main = format!(
        "<main><h1>{words}</h1><dl><dt>商户订单号</dt><dd>{}</dd><dt>金额</dt><dd>¥ {}</dd></dl></main>",
        escape(&trade.order.out_trade_no),
        trade.order.total_amount,
    );
    page(words, &main)
}

/// The page instead of the one asked for, with the provider's code.
pub(crate) fn refused(refusal: &Refusal) -> (StatusCode, Page) {
    let main = format!(
        "<main><h1>{message}</h1><dl><dt>错误码</dt><dd>{code} {class}</dd>\
         <dt>错误代码</dt><dd>{sub_code}</dd></dl></main>",
        message = escape(&refusal.sub_msg),
        code = refusal.class.code(),
        class = refusal.class.msg(),
        sub_code = refusal.sub_code,
    );
    let status = if *refusal == Refusal::trade_not_exist() {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::BAD_REQUEST
    };
    (status, page("无法付款", &main))
}

/// The developer's page: every trade with its notices, and the public key to configure the merchant with.
pub(crate) fn control(trades: &[Trade], public_key: &str) -> Page {
    let rows: String = trades.iter().map(row).collect();
    let list = if rows.is_empty() {
        "<p>还没有交易。</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th>订单</th><th>金额</th><th>状态</th><th>时间</th><th>通知</th></tr></thead>\
             <tbody>{rows}</tbody></table>"
        )
    };
    let main = format!(
        "<main class=\"wide\"><h1>交易</h1>{list}</main>\
         <main class=\"wide\"><h1>沙箱公钥（SPKI，base64）</h1><code>{}</code></main>",
        escape(public_key)
    );
    page("交易列表", &main)
}

fn row(trade: &Trade) -> String {
    let mut times = format!("创建 {}", beijing::write(trade.created_at));
    let later = [("付款", trade.paid_at), ("关闭", trade.closed_at)];
    for (label, moment) in later {
        if let Some(moment) = moment {
            times.push_str(&format!("<br>{label} {}", beijing::write(moment)));
        }
    }
    let notices: String = trade.notices.iter().map(notice).collect();
    format!(
        "<tr><td>{subject}<br><a href=\"/trades/{out_trade_no}\">{out_trade_no}</a><br>{trade_no}</td>\
         <td>{amount}</td><td>{status}</td><td>{times}</td><td>{notices}</td></tr>",
        subject = escape(&trade.order.subject),
        out_trade_no = escape(&trade.order.out_trade_no),
        trade_no = escape(&trade.trade_no),
        amount = trade.order.total_amount,
        status = trade.status.word(),
    )
}

fn notice(notice: &Notice) -> String {
    let state = match notice.next_attempt_at {
        Some(due) => format!("下次发送 {}", beijing::write(due)),
        None if notice.delivered => "已送达".to_owned(),
        None => "已放弃".to_owned(),
    };
    let attempts: String = notice.attempts.iter().map(attempt).collect();
    format!(
        "{state}<br>{url}<ul>{attempts}</ul>",
        url = escape(&notice.notify_url)
    )
}

fn attempt(attempt: &Attempt) -> String {
    let status = attempt
        .status
        .map_or("无应答".to_owned(), |status| status.to_string());
    format!(
        "<li>{} {status} {}</li>",
        beijing::write(attempt.at),
        escape(&attempt.answer)
    )
}

fn page(title: &str, main: &str) -> Page {
    let html = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title} · 支付沙箱</title><style>{STYLE}</style></head>\
         <body><header>支付沙箱<small>模拟支付，不涉及真实资金</small></header>{main}</body></html>\n"
    );
    ([(CACHE_CONTROL, "no-store")], Html(html))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
