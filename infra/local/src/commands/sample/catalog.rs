//! What samples of the catalog's back office need: each time a brand, an attribute, a group, a category or a product of their
//! own, so that a sample may remove it.

use serde_json::{Value, json};

use super::{Live, sent};

impl Live {
    /// A brand that no product is of.
    pub(super) async fn make_brand(&mut self) -> Result<(), String> {
        let name = format!("sample-{}", Box::pin(self.value("unique")).await?);
        let path = format!("/api/catalog/admin/brands/{name}");
        self.put_by_staff(&path, &json!({ "name": name })).await?;
        self.know("brand.id", name);
        Ok(())
    }

    /// An attribute of the category that `category.id` is.
    pub(super) async fn make_attribute(&mut self) -> Result<(), String> {
        let name = format!("sample-{}", Box::pin(self.value("unique")).await?);
        let category = Box::pin(self.value("category.id")).await?;
        let path = format!("/api/catalog/admin/categories/{category}/attributes/{name}");
        let attribute = json!({ "name": name, "use": "spec", "enabled": false });
        self.put_by_staff(&path, &attribute).await?;
        self.know("attribute.id", name);
        Ok(())
    }

    /// A group of attributes of that category. A group's name has twenty characters at most.
    pub(super) async fn make_attribute_group(&mut self) -> Result<(), String> {
        let unique = Box::pin(self.value("unique")).await?;
        let name: String = format!("sample-{unique}").chars().take(20).collect();
        let category = Box::pin(self.value("category.id")).await?;
        let path = format!("/api/catalog/admin/categories/{category}/attribute-groups/{name}");
        self.put_by_staff(&path, &json!({ "name": name })).await?;
        self.know("attribute_group.id", name);
        Ok(())
    }

    /// A category of the first level with nothing below it.
    pub(super) async fn make_category(&mut self) -> Result<(), String> {
        let number = 90_000_000 + rand::random::<u32>() % 9_999_999;
        let path = format!("/api/catalog/admin/categories/{number}");
        let category = json!({ "name": "样品", "sort": 99 });
        self.put_by_staff(&path, &category).await?;
        self.know("category.spare", number.to_string());
        Ok(())
    }

    /// A draft that nobody misses.
    pub(super) async fn make_draft(&mut self) -> Result<(), String> {
        let id = format!("sample-{}", Box::pin(self.value("unique")).await?);
        let category: u32 = Box::pin(self.value("category.id"))
            .await?
            .parse()
            .map_err(|error| format!("{error}"))?;
        let brand = Box::pin(self.value("brand.id")).await?;
        let draft = json!({
            "name": "样品", "category_id": category, "brand_id": brand,
            "skus": [{ "code": format!("{id}-1"), "price_fen": 9900 }],
        });
        self.put_by_staff(&format!("/api/catalog/admin/products/{id}"), &draft)
            .await?;
        self.know("product.draft", id);
        Ok(())
    }

    /// A product on sale that nobody misses.
    pub(super) async fn make_product(&mut self) -> Result<(), String> {
        let id = Box::pin(self.value("product.draft")).await?;
        self.put_by_staff(
            &format!("/api/catalog/admin/products/{id}/sale"),
            &Value::Null,
        )
        .await?;
        self.know("product.on_sale", id);
        Ok(())
    }

    async fn put_by_staff(&mut self, path: &str, body: &Value) -> Result<(), String> {
        let url = format!("{}{path}", self.endpoints.url);
        let request = self.http.put(url).json(body);
        let request = self.by_staff(request).await?;
        sent(request).await.map(drop)
    }
}
