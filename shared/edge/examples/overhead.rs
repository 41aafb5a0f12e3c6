//! What `edge` itself costs: `cargo run --release --package edge --example overhead > /dev/null`.
//!
//! Two operations that do nothing get real events, one after the other, in one thread, as a warm function does: a `GET` with a
//! path parameter that answers some 3 KB and a tag, and a `POST` with a JSON body. Measured is all between the event's text and
//! the answer's text, the log line included; there is no store and no network. Logs go to standard output, medians to standard
//! error.
#![allow(clippy::expect_used)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use edge::{
    Boot, Cacheable, Created, Json, Path, Problem, ProblemKind, Public, Refusal, Reply, Service,
};
use kernel::{Clock, ConfigError, Environment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

const WARM_UP: usize = 2_000;
const EVENTS: usize = 20_000;
const GET: &str = include_str!("../../../events/catalog/show-product.json");
const POST: &str = include_str!("../../../events/cart/add-cart-item.json");

struct App {
    view: View,
}

#[derive(Deserialize, JsonSchema)]
struct ProductPath {
    product_id: String,
}

#[derive(Deserialize, JsonSchema)]
struct Item {
    sku_id: String,
    quantity: u32,
}

#[derive(Clone, Serialize, JsonSchema)]
struct View {
    product_id: String,
    lines: Vec<Line>,
}

#[derive(Clone, Serialize, JsonSchema)]
struct Line {
    name: String,
    value: String,
    price_fen: u64,
}

#[derive(Debug, thiserror::Error)]
enum Never {}

impl Refusal for Never {
    const KINDS: &'static [ProblemKind] = &[];

    fn problem(&self) -> Problem {
        match *self {}
    }
}

async fn show(
    app: &App,
    (_, Path(path)): (Public, Path<ProductPath>),
) -> Result<Reply<View, Cacheable>, Never> {
    let view = View {
        product_id: path.product_id,
        ..app.view.clone()
    };
    Ok(Reply::ok(view).public_for(10))
}

async fn add(
    _: &App,
    (_, Json(item)): (Public, Json<Item>),
) -> Result<Reply<Line, Created>, Never> {
    let line = Line {
        name: item.sku_id,
        value: String::new(),
        price_fen: item.quantity.into(),
    };
    Ok(Reply::created("/api/cart".to_owned(), line))
}

fn app(_: &Boot) -> Result<App, ConfigError> {
    let line = |n: u64| Line {
        name: format!("参数 {n}"),
        value: "一英寸主摄，整夜的星光都留得住".to_owned(),
        price_fen: n,
    };
    let view = View {
        product_id: String::new(),
        lines: (0..35).map(line).collect(),
    };
    Ok(App { view })
}

fn main() {
    edge::start_logs();
    let service = Service::new("overhead")
        .endpoint("show", app, show)
        .endpoint("add", app, add);
    let needed = [
        "ALLOWED_ORIGINS",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ];
    let variables: BTreeMap<String, String> = needed
        .map(|name| (name.to_owned(), "none".to_owned()))
        .into();
    let boot = Boot::new(Environment::of(variables, Clock::System))
        .expect("every variable that is asked for is set");
    for (name, event) in [("show", GET), ("add", POST)] {
        let (median, p99) = measure(&service, &boot, name, event);
        eprintln!("{name:<6} median {median:?}, p99 {p99:?}");
    }
}

fn measure(service: &Service, boot: &Boot, name: &str, event: &str) -> (Duration, Duration) {
    let operation = service.operation(name).expect("both were added above");
    let running = operation
        .start(boot)
        .expect("every variable that is asked for is set");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime without threads can be made");
    let mut times = Vec::with_capacity(EVENTS);
    runtime.block_on(async {
        for round in 0..WARM_UP + EVENTS {
            let event = RawValue::from_string(event.to_owned()).expect("the file is JSON");
            let began = Instant::now();
            let outcome = running.handle(event).await.expect("the event is of HTTP");
            let answer = serde_json::to_vec(&outcome).expect("an answer is JSON");
            let time = began.elapsed();
            if round == 0 {
                let text = String::from_utf8_lossy(&answer);
                assert!(text.contains("\"statusCode\":20"), "{text}");
            }
            if round >= WARM_UP {
                times.push(time);
            }
        }
    });
    times.sort_unstable();
    (times[EVENTS / 2], times[EVENTS * 99 / 100])
}
