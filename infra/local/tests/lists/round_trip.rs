//! What one mall exports, another imports, and then they sell the same; a second import changes nothing.

use import::{ListFormat, Progress, export_categories, export_products};
use serde_json::{Value, json};

use crate::harness::{MallProcess, workspace};
use crate::{client, import};

/// A taxonomy of its own, quotes, signs that a spreadsheet takes for formulas, and children that do not stand below their parents.
const CATEGORIES: &str = "id,parent_id,level,name,sort,unit,icon\n\
    7,0,1,\"=书, \"\"新\"\"\",3,,\n711,71,3,@网络文学,9,册,\n71,7,2,+电子书,0,,/media/i.webp\n712,71,3,漫画,1,册,\n";

/// The categories, and the products in both forms.
pub(crate) async fn export(mall: &MallProcess) -> [String; 3] {
    let (client, progress) = (client(mall).await, Progress::silent());
    let (mut categories, mut lines, mut csv) = (Vec::new(), Vec::new(), Vec::new());
    export_categories(&client, &mut categories).await.unwrap();
    for (format, list) in [
        (ListFormat::JsonLines, &mut lines),
        (ListFormat::Csv, &mut csv),
    ] {
        export_products(&client, format, list, &progress)
            .await
            .unwrap();
    }
    [categories, lines, csv].map(|bytes| String::from_utf8(bytes).unwrap())
}

fn products() -> String {
    let sku =
        |code: &str, options: Value| json!({ "code": code, "price_fen": 990, "options": options });
    let many: Vec<Value> = (0..96)
        .map(|n| sku(&format!("many-{n}"), json!({ "卷": format!("第 {n} 卷") })))
        .collect();
    let too_many: Vec<Value> = (0..99)
        .map(|n| sku(&format!("more-{n}"), json!({ "卷": n.to_string() })))
        .collect();
    let product = |id: &str, skus: Value| json!({ "id": id, "name": format!("书 {id}"), "category_id": 711, "brand": { "name": "远行 Voyager" }, "skus": skus });
    let mut odd = product(
        "odd",
        json!([{
            "code": "-odd", "name": "@单册", "title": "+题", "price_fen": 100_000, "options": { "装帧": "=精装", "卷": "上" },
            "images": [{ "url": "/media/a.webp" }], "weight_grams": 3, "ladder": { "full_count": 2, "discount_per_mille": 950 },
            "full_reduction": { "full_price_fen": 500, "reduce_fen": 5 }, "member_prices": [{ "level": 2, "price_fen": 90 }],
        }]),
    );
    odd["name"] = json!("=SUM(1) \"引\" 🎉");
    odd["description"] = json!("长\r\n文".repeat(5_000));
    odd["images"] = json!([{ "url": "https://img.example/1.png", "alt": "-正面" }, { "url": "/media/2.webp", "main": true }]);
    odd["bounds"] = json!({ "growth": 7, "points": 8 });
    odd["attributes"] = json!([
        { "group": "版本", "name": "语言", "values": ["中文", "English"], "searchable": true, "quick_show": true },
        { "name": "装帧", "values": ["@线装"] },
    ]);
    let mut draft = product("draft", json!([]));
    draft["status"] = json!("draft");
    let mut gone = product("gone", json!([sku("gone", json!({}))]));
    gone["status"] = json!("off_sale");
    gone["brand"]["sort"] = json!(7);
    gone["brand"]["visible"] = json!(false);
    let lines = [
        odd,
        draft,
        gone,
        product("many", json!(many)),
        product("more", json!(too_many)),
        product("twice", json!([sku("many-7", json!({}))])),
    ];
    lines.map(|line| line.to_string()).join("\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mall_exports_another_imports_and_sells_the_same() {
    let (first, second) = (
        MallProcess::start(&workspace()).await,
        MallProcess::start(&workspace()).await,
    );
    let report = import(&first, CATEGORIES, "products.jsonl", &products()).await;
    let refused: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        refused,
        [
            "products.jsonl:5: product more: /skus a product has at most 96 SKUs",
            "products.jsonl:6: product twice: the SKU code many-7 stands in line 4 already",
        ]
    );
    assert_eq!(report.products.created, 4);
    let again = import(&first, CATEGORIES, "products.jsonl", &products()).await;
    assert_eq!(
        (again.products.unchanged, again.categories.unchanged),
        (4, 4)
    );
    assert_eq!(
        again.products.created + again.products.replaced + again.taxonomy.created,
        0
    );

    let exported = export(&first).await;
    let [categories, lines, csv] = &exported;
    assert!(lines.contains(r#""status":"off_sale""#) && lines.contains(r#""visible":false"#));
    let report = import(&second, categories, "products.csv", csv).await;
    assert_eq!((report.refused, report.products.created), (Vec::new(), 4));
    assert_eq!(export(&second).await, exported);
    let report = import(&second, categories, "products.jsonl", lines).await;
    assert_eq!((report.products.unchanged, report.taxonomy.created), (4, 0));
}
