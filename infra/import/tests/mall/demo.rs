//! Loads the demo catalogue, and holds it against the contract's rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::play::{PlayBucket, PlayMall, Temper};
use import::{Booked, ImportError, Pictures, Progress, Written, load_demo};
use serde_json::Value;

const CATEGORIES: u64 = 88;
const PRODUCTS: u64 = 63;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_that_is_broken_off_can_be_loaded_again_leaves_what_staff_did_meanwhile_and_is_well_formed()
 {
    let mall = PlayMall::open(Temper::LocksUpAtProducts(20)).await;
    let bucket = PlayBucket::open().await;
    let pictures = Pictures::new(bucket.client(), "mall-media", "https://img.example/");
    let progress = Progress::silent();

    let error = load_demo(&mall.client(), &pictures, &progress)
        .await
        .unwrap_err();
    assert!(matches!(error, ImportError::Session { .. }), "{error:?}");
    mall.calm_down();
    let statuses = mall.statuses();
    let mut on_sale = statuses.keys().filter(|id| statuses[*id] == "on_sale");
    let (dearer, off_sale) = (on_sale.next().unwrap(), on_sale.next().unwrap());
    mall.change_product(dearer, |product| {
        product["skus"][0]["price_fen"] = 123_456.into();
    });
    mall.take_off_sale(off_sale);
    mall.rename_category(100_100, "别的");
    let (client, again) = (mall.client(), pictures.clone());
    let report = tokio::spawn(async move { load_demo(&client, &again, &Progress::silent()).await })
        .await
        .unwrap()
        .unwrap();

    assert_eq!(report.refused, []);
    assert_eq!(report.pictures, bucket.objects().len() as u64);
    assert_eq!(
        report.categories,
        Written {
            unchanged: CATEGORIES,
            ..Written::default()
        }
    );
    // Requests were under way when the mall let nobody in any more.
    let unchanged = report.products.unchanged;
    assert!((20..PRODUCTS).contains(&unchanged), "{report}");
    assert_eq!(report.products.created, PRODUCTS - unchanged, "{report}");
    assert_eq!(mall.products()[dearer]["skus"][0]["price_fen"], 123_456);
    assert_eq!(mall.category(100_100)["name"], "别的");
    for (id, status) in mall.statuses() {
        let expected = if id == *off_sale {
            "off_sale"
        } else {
            "on_sale"
        };
        assert_eq!(status, expected, "{id}");
    }
    assert_eq!(mall.statuses().len() as u64, PRODUCTS);
    assert_eq!(
        (report.taxonomy.created, report.taxonomy.unchanged),
        (0, mall.taxonomy().len() as u64)
    );
    let Booked { booked, unchanged } = report.receipts;
    assert_eq!(booked + unchanged, mall.receipts().len() as u64);

    let levels = mall.levels();
    assert!(levels.keys().all(|id| (100_001..=199_999).contains(id)));
    for product in mall.products().values() {
        assert_well_formed(product, &levels, &mall.taxonomy());
    }
    assert_pictures_are_there(&mall.products(), &bucket);
    assert_looks_like_a_shop(&mall);
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

fn assert_well_formed(
    product: &Value,
    levels: &BTreeMap<u64, u64>,
    taxonomy: &BTreeMap<String, Value>,
) {
    let name = text(product, "name");
    assert!((1..=200).contains(&name.chars().count()), "{name}");
    assert_eq!(
        levels[&product["category_id"].as_u64().unwrap()],
        3,
        "{name}"
    );
    assert!(
        !text(product, "subtitle").is_empty() && !text(product, "unit").is_empty(),
        "{name}"
    );
    assert!(
        text(product, "description").chars().count() >= 40,
        "{name} is hardly described"
    );
    assert!(product["weight_grams"].as_u64().unwrap() > 0, "{name}");
    let brand = &taxonomy[&format!("brands/{}", text(product, "brand_id"))];
    assert!(
        !text(brand, "name").is_empty() && !text(brand, "first_letter").is_empty(),
        "{name}"
    );
    let attribute = |named: &Value| {
        let id = text(named, "attribute_id");
        &taxonomy[&format!("categories/{}/attributes/{id}", product["category_id"])]
    };
    assert!(!list(product, "specs").is_empty(), "{name}");
    for spec in list(product, "specs") {
        assert!(
            attribute(spec)["group_id"].is_string()
                && attribute(spec)["use"] != "sale"
                && !list(spec, "values").is_empty(),
            "{name}: {spec}"
        );
    }
    let skus = list(product, "skus");
    assert!(
        (1..=8).contains(&skus.len()),
        "{name} has {} SKUs",
        skus.len()
    );
    let names = |sku: &Value| {
        list(sku, "options")
            .iter()
            .map(|option| {
                assert_ne!(attribute(option)["use"], "spec", "{name}");
                text(option, "attribute_id").to_owned()
            })
            .collect::<Vec<_>>()
    };
    let mut combinations = BTreeSet::new();
    for sku in skus {
        let code = text(sku, "code");
        assert!(
            code.len() <= 64
                && code
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)),
            "{code}"
        );
        assert!(
            (1000..=1_000_000).contains(&sku["price_fen"].as_u64().unwrap()),
            "{code}"
        );
        assert_eq!(names(sku), names(&skus[0]), "{code}");
        assert!(
            combinations.insert(sku["options"].to_string()),
            "{code} has the options of another"
        );
    }
}

/// Each picture that a product shows is in the bucket, and each in the bucket is shown.
fn assert_pictures_are_there(products: &BTreeMap<String, Value>, bucket: &PlayBucket) {
    let mut shown = BTreeSet::new();
    for (id, product) in products {
        assert!(!list(product, "images").is_empty(), "{id} has no picture");
        let own = list(product, "images")
            .iter()
            .map(|image| text(image, "url"));
        let own: BTreeSet<&str> = own.collect();
        for image in list(product, "skus")
            .iter()
            .flat_map(|sku| list(sku, "images"))
            .map(|image| text(image, "url"))
        {
            assert!(
                own.contains(image),
                "{id} has a SKU with the picture of nobody: {image}"
            );
        }
        shown.extend(
            own.into_iter()
                .map(|url| url.strip_prefix("https://img.example/").unwrap().to_owned()),
        );
    }
    let objects = bucket.objects();
    let stored: BTreeSet<String> = objects
        .keys()
        .map(|path| path.strip_prefix("/mall-media/").unwrap().to_owned())
        .collect();
    assert_eq!(stored, shown);
    for (key, object) in &objects {
        assert_eq!(
            (object.content_type.as_str(), object.cache_control.as_str()),
            ("image/png", "public, max-age=86400"),
            "{key}"
        );
        assert!(object.bytes.starts_with(b"\x89PNG"), "{key}");
    }
}

fn assert_looks_like_a_shop(mall: &PlayMall) {
    let products = mall.products();
    let brands: BTreeSet<&str> = products
        .values()
        .map(|product| text(product, "brand_id"))
        .collect();
    let kinds: BTreeSet<u64> = products
        .values()
        .map(|product| product["category_id"].as_u64().unwrap())
        .collect();
    let skus: usize = products
        .values()
        .map(|product| list(product, "skus").len())
        .sum();
    let in_stock = mall.receipts().len();
    assert!(brands.len() >= 20, "{} brands", brands.len());
    assert!(kinds.len() >= 45, "{} kinds of product", kinds.len());
    assert!(
        in_stock < skus && in_stock > skus * 8 / 10,
        "{in_stock} of {skus} SKUs are in stock"
    );
}
