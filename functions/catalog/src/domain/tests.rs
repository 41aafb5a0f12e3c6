//! The rules of a product's life.

use kernel::{ProductId, Timestamp};
use serde_json::{Value, json};

use super::{
    AttributeSet, Category, CategoryDraft, Product, ProductDocument, Status, Terms, brand::Brand,
};

fn category() -> Category {
    let draft = |parent: Option<i64>| -> CategoryDraft {
        serde_json::from_value(json!({ "parent_id": parent, "name": "手机" })).unwrap()
    };
    let mut found: Option<Category> = None;
    for number in 1..=3 {
        let parent = found.as_ref().map(|_| number - 1);
        let id = number.try_into().unwrap();
        found = Some(Category::of_draft(id, draft(parent), found.as_ref(), None).unwrap());
    }
    found.unwrap()
}

fn document(change: impl FnOnce(&mut Value)) -> ProductDocument {
    let mut json = json!({
        "name": " 华为 P20 ", "category_id": 3, "brand_id": "华为", "images": [{ "url": "/1.webp" }],
        "skus": [{ "code": "a", "price_fen": 378_800 }],
    });
    change(&mut json);
    serde_json::from_value(json).unwrap()
}

fn written(document: ProductDocument, known: Option<&Product>) -> Result<Product, Vec<String>> {
    let brand: Brand = serde_json::from_value(json!({
        "id": "华为", "name": "华为", "description": "", "sort": 0, "visible": true, "category_ids": [], "version": 1,
    }))
    .unwrap();
    let (category, attributes) = (category(), AttributeSet::default());
    let terms = Terms {
        category: Some(&category),
        brand: Some(&brand),
        attributes: &attributes,
    };
    let id = ProductId::parse("p").unwrap();
    Product::written(id, document, known, &terms, Timestamp::from_millis(0))
        .map_err(|flaws| flaws.into_iter().map(|flaw| flaw.pointer).collect())
}

#[test]
fn a_product_is_a_draft_until_it_is_put_on_sale_and_never_again() {
    let now = Timestamp::from_millis(1);
    let draft = written(document(|_| ()), None).unwrap();
    assert_eq!(draft.status, Status::Draft);
    assert!(draft.take_off_sale(now).is_err() && draft.check_removal().is_ok());
    let sold = draft.put_on_sale(now).unwrap().unwrap();
    assert_eq!(
        (sold.status, sold.put_on_sale(now)),
        (Status::OnSale, Ok(None))
    );
    let off = sold.take_off_sale(now).unwrap().unwrap();
    assert_eq!(
        (off.status, off.take_off_sale(now)),
        (Status::OffSale, Ok(None))
    );
    assert_eq!(
        off.put_on_sale(now).unwrap().unwrap().status,
        Status::OnSale
    );
    for product in [&sold, &off] {
        assert!(product.check_removal().is_err());
        let edited = written(
            document(|json| json["subtitle"] = json!("新")),
            Some(product),
        )
        .unwrap();
        assert_eq!(edited.status, product.status);
    }
}

#[test]
fn a_draft_may_be_without_skus_and_what_is_on_sale_may_not() {
    let empty = || document(|json| json["skus"] = json!([]));
    let draft = written(empty(), None).unwrap();
    assert!(draft.put_on_sale(Timestamp::from_millis(1)).is_err());
    let sold = written(document(|_| ()), None).unwrap();
    let sold = sold
        .put_on_sale(Timestamp::from_millis(1))
        .unwrap()
        .unwrap();
    assert_eq!(written(empty(), Some(&sold)), Err(vec!["/skus".to_owned()]));
}
