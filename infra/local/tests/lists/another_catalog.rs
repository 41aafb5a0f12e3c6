//! A catalog that nobody prepared comes in through `mall import`: what is fine is there afterwards, and of what is not the report says
//! the file, the line, the field and the reason.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{MallProcess, workspace};
use crate::signed_in;

/// A tree of its own, as a spreadsheet writes it: a mark, CRLF, blank lines, quotes, and a row of every fault.
const CATEGORIES: &str = "\u{feff}id,parent_id,level,name,icon\r\n\
    900,0,1,\"=Бакалея, \"\"лучшая\"\"\",\r\n\r\n\
    91,900,2,  @чай  ,/media/t.webp\r\n\
    911,91,3,🍵 שלום,\r\n\
    912,91,3,كتب,\r\n\
    911,91,3,снова,\r\n\
    913,900,3,слишком глубоко,\r\n\
    914,77,3,сирота,\r\n\
    915,91,3,ДЛИННОЕ,\r\n\
    x,0,1,буква,\r\n\
    916,91,3,,\r\n";

/// A folder with these files.
fn files(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = files.iter().map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

/// What `mall import` says of these files, without the folder they are in, and whether it is content.
fn imported(mall: &MallProcess, folder: &Path, options: &[(&str, &Path)]) -> (Vec<String>, bool) {
    let mut command = signed_in("import", mall);
    for (option, path) in options {
        command.arg(option).arg(path);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.replace(&format!("{}/", folder.display()), "");
    let lines = text.lines().map(|line| line.trim_start().to_owned());
    (lines.collect(), output.status.success())
}

fn product(id: &str, change: impl Fn(&mut Value)) -> String {
    let mut product = json!({ "id": id, "name": format!("Чай {id}"), "brand": { "name": "Дом" }, "category_id": 911,
        "skus": [{ "code": format!("{id}-1"), "price_fen": 100 }] });
    change(&mut product);
    product.to_string()
}

/// What buyers see of a product.
async fn shown(mall: &MallProcess, id: &str) -> Value {
    let request = mall
        .http
        .get(mall.url(&format!("/api/catalog/products/{id}")));
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_names_file_line_field_and_reason_and_the_rest_is_imported() {
    let mall = MallProcess::start(&workspace()).await;
    let categories = CATEGORIES.replace("ДЛИННОЕ", &"д".repeat(51));
    let odd = |it: &mut Value| {
        it["name"] = json!("  =1+1 \"кавычки\", запятая 🎉\nстрока שלום  ");
        it["subtitle"] = json!("@x");
        it["description"] = json!("\t+текст ".repeat(1_000));
        it["brand"] = json!({ "name": " -Дом, \"Чая\" ", "logo": "https://img.example/дом.png" });
        it["attributes"] = json!([
            { "group": "+Вкус", "name": "=Аромат", "values": ["'-сильный", "🌸"] },
            { "name": "وزن", "values": [" ١٠٠ "] },
        ]);
        it["skus"] = json!([
            { "code": "odd-1", "price_fen": 1, "options": { "@Объём": "=50" }, "stock": 2 },
            { "code": "odd-2", "price_fen": 10_000_000_000_u64, "options": { "@Объём": "-100" } },
        ]);
    };
    let skus: Vec<Value> = (0..99)
        .map(|n| json!({ "code": format!("many-{n}"), "price_fen": 5, "options": { "N": n.to_string() } }))
        .collect();
    let broken = product("broken", |_| ()).replace("\"price_fen\":100", "\"price_fen\":");
    let lines = [
        product("odd", odd),
        String::new(),
        broken,
        product("many", |it| it["skus"] = json!(skus)),
        product("free", |it| it["skus"][0]["price_fen"] = json!(0)),
        product("owed", |it| it["skus"][0]["price_fen"] = json!(-1)),
        product("parts", |it| it["skus"][0]["price_fen"] = json!(12.345)),
        product("huge", |it| {
            it["skus"][0]["price_fen"] = json!(10_000_000_001_u64)
        }),
        product("vast", |it| it["skus"][0]["price_fen"] = json!(1e30)),
        product("lost", |it| it["category_id"] = json!(999)),
        product("high", |it| it["category_id"] = json!(91)),
        product("sign", |it| it["brand"]["name"] = json!("!!!")),
        product("odd", |_| ()),
        product("same", |it| it["skus"][0]["code"] = json!("odd-2")),
        product(
            "script",
            |it| {
                it["images"] = json!([{ "url": "https://img.example/1.png" }, { "url": "javascript:alert(1)" }])
            },
        ),
        product("logo", |it| {
            it["brand"] = json!({ "name": "Лого", "logo": "javascript:alert(1)" })
        }),
        product("long", |it| it["name"] = json!("д".repeat(201))),
        product("bell", |it| it["name"] = json!("дзынь\u{7}")),
        product("empty", |it| it["name"] = json!("  ")),
        product("with space", |_| ()),
        product("value", |it| {
            it["attributes"] = json!([{ "name": "Сорт", "values": ["д".repeat(201)] }])
        }),
        product("nothing", |it| it["skus"] = json!([])),
        product("typo", |it| it["sku"] = json!([])),
        "null".to_owned(),
        product("last", |_| ()),
    ];
    let (folder, paths) = files(&[
        ("categories.csv", &categories),
        ("products.jsonl", &format!("\u{feff}{}", lines.join("\r\n"))),
    ]);
    let options = [
        ("--categories", paths[0].as_path()),
        ("--products", paths[1].as_path()),
    ];
    let (report, content) = imported(&mall, folder.path(), &options);
    assert!(!content);
    assert_eq!(report, REPORT.lines().map(str::trim).collect::<Vec<_>>());

    let odd = shown(&mall, "odd").await;
    assert_eq!(odd["name"], "=1+1 \"кавычки\", запятая 🎉\nстрока שלום");
    assert_eq!(odd["brand"]["name"], "-Дом, \"Чая\"");
    assert_eq!(shown(&mall, "last").await["name"], "Чай last");

    // Corrected, the whole of it comes in, and the exit code says so.
    let kept = [0, 24].map(|index: usize| lines[index].clone()).join("\n");
    let tree = CATEGORIES.lines().take(6).collect::<Vec<_>>().join("\n");
    let (folder, paths) = files(&[("categories.csv", &tree), ("products.jsonl", &kept)]);
    let options = [
        ("--categories", paths[0].as_path()),
        ("--products", paths[1].as_path()),
    ];
    let (report, content) = imported(&mall, folder.path(), &options);
    assert!(content);
    assert_eq!(
        report,
        [
            "categories: 0 created, 0 replaced, 4 unchanged",
            "taxonomy:   0 created, 0 replaced, 6 unchanged",
            "products:   0 created, 0 replaced, 2 unchanged",
            "receipts:   0 booked, 1 unchanged",
            "refused:    0",
        ]
    );
}

const REPORT: &str = "\
    categories: 4 created, 0 replaced, 0 unchanged
    taxonomy:   8 created, 0 replaced, 0 unchanged
    products:   3 created, 0 replaced, 0 unchanged
    receipts:   1 booked, 0 unchanged
    refused:    29
    categories.csv:7: category 911: the id stands in line 5 already
    categories.csv:8: category 913: is of level 3 under 900, which is of level 1
    categories.csv:9: category 914: /parent_id there is no category with the number given as parent
    categories.csv:10: category 915: /name must have 1 to 50 characters and no control characters
    categories.csv:11: category x: `id` is `x`, not a number that it can be
    categories.csv:12: category 916: `name` is missing
    products.jsonl:3: line: broken JSON at column 122: expected value
    products.jsonl:4: product many: /skus a product has at most 96 SKUs
    products.jsonl:5: product free: /skus/0/price_fen a price is more than nothing and at most 100,000,000.00
    products.jsonl:6: product owed: `skus[0].price_fen`: -1 is negative
    products.jsonl:7: product parts: `skus[0].price_fen`: invalid type: floating point `12.345`, expected i64
    products.jsonl:8: product huge: /skus/0/price_fen a price is more than nothing and at most 100,000,000.00
    products.jsonl:9: product vast: `skus[0].price_fen`: invalid type: floating point `1e+30`, expected i64
    products.jsonl:10: product lost: /category_id there is no such category
    products.jsonl:11: product high: /category_id products belong to a category of the third level
    products.jsonl:12: product sign: `brand.name`: the name has no letter or digit: !!!
    products.jsonl:13: product odd: the id stands in line 1 already
    products.jsonl:14: product same: the SKU code odd-2 stands in line 1 already
    products.jsonl:15: product script: /images/1/url an address begins with /, http:// or https://
    products.jsonl:16: brand Лого: /logo an address begins with /, http:// or https://
    products.jsonl:16: product logo: /brand/name there is no such brand
    products.jsonl:17: product long: /name must have 1 to 200 characters and no control characters
    products.jsonl:18: product bell: /name must have 1 to 200 characters and no control characters
    products.jsonl:19: product empty: `name`: is empty
    products.jsonl:20: product with space: /id not a valid ProductId: it must match ^[A-Za-z0-9._-]{1,64}$
    products.jsonl:21: product value: /attributes/0/values/0 must have 1 to 200 characters and no control characters
    products.jsonl:22: product nothing: a product that is on sale has a SKU
    products.jsonl:23: product typo: `sku`: unknown field `sku`, expected one of `id`, `status`, `name`, `subtitle`, `brand`, \
    `category_id`, `unit`, `weight_grams`, `description`, `description_images`, `images`, `bounds`, `attributes`, `option_ids`, `skus`
    products.jsonl:24: line: invalid type: null, expected struct Product";

/// The same in a spreadsheet, with what spreadsheets do.
#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_with_odd_cells_is_read_and_its_faults_are_told_by_line_and_column() {
    let mall = MallProcess::start(&workspace()).await;
    let rows = [
        "\u{feff}id , name,brand,category_id,code,price_fen,options,attributes,sku_images",
        "t1,\"'=cmd|' /C calc'!A0, \"\"x\"\"\n第二行\",'@Дом,911,t1-a,100,Объём=50;Цвет=чёрный,\"[{\"\"name\"\": \"\"+Вес\"\", \"\"values\"\": [\"\"-1\"\"]}]\",",
        ",,,,t1-b,200,Объём=100;Цвет=белый,,",
        "",
        " , ,,,,,,,",
        "t2,  Чай  ,Дом,911,t2-a,12.345,,,",
        "t3,Чай,Дом,911,t3-a,0,,,",
        "t4,Чай,Дом,911,t4-a,1,,,\"[{\"\"url\"\": \"\"javascript:x\"\"}]\"",
        "t5,Чай,Дом,девять,t5-a,1,,,",
        "t6,Чай,Дом,911,t6-a,1,Объём,,",
        "t7,Чай,Дом,911,t7-a,1,,,",
        "t7,Другой,Дом,911,t7-b,1,,,",
        "t8,Чай,Дом,911",
        "t9,\"не закрыто,Дом,911,t9-a,1,,,",
    ];
    let (folder, paths) = files(&[
        (
            "categories.csv",
            &CATEGORIES.lines().take(6).collect::<Vec<_>>().join("\n"),
        ),
        ("products.csv", &rows.join("\r\n")),
    ]);
    let options = [
        ("--categories", paths[0].as_path()),
        ("--products", paths[1].as_path()),
    ];
    let (report, content) = imported(&mall, folder.path(), &options);
    assert!(!content);
    assert_eq!(
        report,
        SHEET_REPORT.lines().map(str::trim).collect::<Vec<_>>()
    );
    let first = shown(&mall, "t1").await;
    assert_eq!(first["name"], "=cmd|' /C calc'!A0, \"x\"\n第二行");
    assert_eq!(first["brand"]["name"], "@Дом");
}

const SHEET_REPORT: &str = "\
    categories: 4 created, 0 replaced, 0 unchanged
    taxonomy:   4 created, 0 replaced, 0 unchanged
    products:   1 created, 0 replaced, 0 unchanged
    receipts:   0 booked, 0 unchanged
    refused:    8
    products.csv:7: product t2: `price_fen`: is `12.345`, not a whole number
    products.csv:8: product t3: /skus/0/price_fen a price is more than nothing and at most 100,000,000.00
    products.csv:9: product t4: /skus/0/images/0/url an address begins with /, http:// or https://
    products.csv:10: product t5: `category_id`: is `девять`, not a whole number
    products.csv:11: product t6: `options`: `Объём` is no name=value
    products.csv:13: product t7: `name` differs from the row above, and both are of one product
    products.csv:14: product t8: has 4 fields, the header has 9
    products.csv:15: line: a quote is never closed";
