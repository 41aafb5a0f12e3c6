//! What the benchmark sells: products of its own, so that a figure of today compares with one of last month whatever else is on
//! sale. They come into the mall as an import does, and a second run finds them there.

use import::{ImportError, MallClient, Progress, Source, Sources};
use serde_json::{Value, json};

/// The category of its products.
pub(crate) const CATEGORY: u32 = 99_000_003;
/// How many products.
const PRODUCTS: usize = 20;
/// Pieces of each SKU: as many as a receipt takes.
const PLENTY: u32 = 1_000_000;

/// The number of categories is that of their depth: only those of the third level hold products.
const CATEGORIES: &str = "id,parent_id,level,name\n\
    99000001,0,1,压力测试\n99000002,99000001,2,压力测试\n99000003,99000002,3,压力测试\n";

/// What is on sale.
#[derive(Clone, Debug)]
pub(crate) struct Goods {
    /// Paths of products, `/api/catalog/products/<id>`.
    pub(crate) products: Vec<String>,
    /// One SKU of each.
    pub(crate) skus: Vec<String>,
}

/// Why nothing can be put on sale.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GoodsError {
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("the mall refuses the products of the benchmark: {0}")]
    Refused(String),
}

/// Puts the products of the benchmark on sale.
pub(crate) async fn put_on_sale(mall: &MallClient) -> Result<Goods, GoodsError> {
    let ids: Vec<String> = (1..=PRODUCTS).map(|n| format!("BENCH-{n:02}")).collect();
    let products = ids.iter().map(|id| product(id, PLENTY));
    import(mall, products.collect()).await?;
    Ok(Goods {
        products: ids.iter().map(|id| path(id)).collect(),
        skus: ids.iter().map(|id| sku(id)).collect(),
    })
}

/// Puts a product on sale that nobody has bought yet, so many pieces of it; its SKU.
pub(crate) async fn put_last_pieces_on_sale(
    mall: &MallClient,
    run: &str,
    pieces: u32,
) -> Result<String, GoodsError> {
    let id = format!("BENCH-RACE-{run}");
    import(mall, vec![product(&id, pieces)]).await?;
    Ok(sku(&id))
}

async fn import(mall: &MallClient, products: Vec<Value>) -> Result<(), GoodsError> {
    let lines: Vec<String> = products.iter().map(Value::to_string).collect();
    let sources = Sources {
        categories: Some(Source::embedded("categories", CATEGORIES)),
        products: Some(Source::embedded("products", lines.join("\n"))),
    };
    let report = import::import(mall, sources, &Progress::silent()).await?;
    match report.refused.first() {
        None => Ok(()),
        Some(refusal) => Err(GoodsError::Refused(refusal.to_string())),
    }
}

fn path(id: &str) -> String {
    format!("/api/catalog/products/{id}")
}

fn sku(id: &str) -> String {
    format!("{id}-1")
}

/// A product of the size that those of the demo data have: four variants, ten attributes, three pictures.
fn product(id: &str, pieces: u32) -> Value {
    let image = |n: usize| format!("/media/bench/{n}.png");
    let images: Vec<Value> = (1..=3).map(|n| json!({ "url": image(n) })).collect();
    let attributes: Vec<Value> = (1..=10)
        .map(|n| json!({ "group": "主体", "name": format!("参数 {n}"), "values": ["标准值"], "searchable": n % 2 == 0 }))
        .collect();
    let skus: Vec<Value> = (1..=4)
        .map(|n| {
            // Only the first is ever bought.
            let stock = if n == 1 { pieces } else { 0 };
            json!({ "code": format!("{id}-{n}"), "price_fen": 9_900 + n * 100, "stock": stock,
                "options": { "颜色": format!("颜色 {n}"), "容量": "标准" }, "image": image(1) })
        })
        .collect();
    json!({ "id": id, "name": format!("压力测试商品 {id}"), "subtitle": "只用于测量，不发货", "brand": { "name": "压力测试" },
        "category_id": CATEGORY, "unit": "件", "weight_grams": 300, "description": "只用于测量，不发货。".repeat(20),
        "images": images, "attributes": attributes, "skus": skus })
}
