//! What most tests need to be there: something to buy, someone who buys it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::Mall;

impl Mall {
    /// Puts a product on sale through the back office: categories 1, 2 and 3, a product named as its first SKU, with one
    /// option, and stock of each SKU in the warehouse `main`. Needs the catalog and the stock service.
    ///
    /// Each SKU is `(id, price in fen, pieces)`; 0 pieces are sold out.
    pub async fn put_on_sale(&self, skus: &[(&str, i64, u32)]) {
        for (id, parent) in [(1, Value::Null), (2, json!(1)), (3, json!(2))] {
            let category = json!({ "parent_id": parent, "name": format!("类目{id}") });
            self.put_by_staff(&format!("/api/catalog/admin/categories/{id}"), &category)
                .await;
        }
        let brand = json!({ "name": "山海" });
        self.put_by_staff("/api/catalog/admin/brands/山海", &brand)
            .await;
        let style = json!({ "name": "款式", "use": "sale" });
        self.put_by_staff("/api/catalog/admin/categories/3/attributes/款式", &style)
            .await;
        let product = skus[0].0;
        let variants: Vec<Value> = skus
            .iter()
            .map(|(id, price, _)| json!({ "code": id, "price_fen": price, "options": [{ "attribute_id": "款式", "value": id }] }))
            .collect();
        let body = json!({
            "name": format!("商品 {product}"), "category_id": 3, "brand_id": "山海", "weight_grams": 500,
            "skus": variants,
        });
        self.publish(product, &body).await;
        for (id, _, pieces) in skus.iter().filter(|(_, _, pieces)| *pieces > 0) {
            self.receive(&format!("scene/{id}"), id, *pieces).await;
        }
    }

    /// Writes a product as its document says, whatever it was before, and puts it on sale. Category, brand and attributes are
    /// there.
    pub async fn publish(&self, id: &str, document: &Value) {
        let path = format!("/api/catalog/admin/products/{id}");
        let request = self.put(&path).staff().json(document);
        let mut answer = request.clone().send().await;
        if answer.status == 428 {
            answer = request.header("if-match", "*").send().await;
        }
        assert!(answer.status < 300, "{answer:?}");
        let path = format!("{path}/sale");
        self.put(&path).staff().send().await.expect(200);
    }

    /// Takes a product off sale.
    pub async fn take_off_sale(&self, product: &str) {
        let path = format!("/api/catalog/admin/products/{product}/sale");
        self.delete(&path).staff().send().await.expect(200);
    }

    /// Puts something into its place in the back office.
    async fn put_by_staff(&self, path: &str, body: &Value) {
        let answer = self.put(path).staff().json(body).send().await;
        assert!(answer.status < 300, "{answer:?}");
    }

    /// Lets so much time pass that functions keep nothing any more of what the storefront shows.
    pub fn let_what_is_kept_go_stale(&self) {
        self.clock().advance(Duration::from_secs(11));
    }

    /// Takes pieces of a SKU into the warehouse `main`.
    pub async fn receive(&self, number: &str, sku: &str, pieces: u32) {
        let receipt =
            json!({ "number": number, "sku_id": sku, "warehouse_id": "main", "quantity": pieces });
        let answer = self
            .post("/api/stock/admin/receipts")
            .staff()
            .json(&receipt)
            .send()
            .await;
        assert!(answer.status < 300, "{answer:?}");
    }

    /// How many pieces of a SKU can be bought.
    pub async fn available(&self, sku: &str) -> u64 {
        let answer = self
            .get(&format!("/api/stock/skus?ids={sku}"))
            .send()
            .await
            .expect(200);
        answer.json()["items"][0]["available"].as_u64().unwrap()
    }

    /// Fails the test unless the stock adds up: runs the audit of every night and reads its report as staff do. Heals the wire.
    /// Needs the stock and the order service.
    pub async fn assert_stock_adds_up(&self) {
        self.wire().heal();
        assert!(self.tick("audit-stock").await);
        let answer = self.get("/api/orders/admin/stock-audit").staff().send();
        let report = answer.await.expect(200).json()["report"].clone();
        assert_eq!(
            report["at"],
            json!(self.now()),
            "an earlier audit: {report}"
        );
        assert_eq!(
            (&report["differences"], &report["unsettled"]),
            (&json!([]), &json!(0)),
            "{report}"
        );
    }
}
