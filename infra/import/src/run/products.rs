//! Sends products: the document, where it is in its life, and its stock.

use futures::stream::{self, StreamExt, TryStreamExt};
use reqwest::Method;
use serde_json::{Value, json};

use super::{count, refusal};
use crate::answer::Outcome;
use crate::client::{MallClient, Put, segment};
use crate::document::Document;
use crate::product::{Product, Sku, Status};
use crate::products::{Entry, Products};
use crate::progress::Stage;
use crate::report::{ImportError, Refusal, Report};
use crate::taxonomy::Ids;

/// The warehouse that receives what a file says is in stock.
const WAREHOUSE: &str = "main";

/// The products of one file on their way to the mall.
pub(super) struct ProductRun<'r> {
    pub(super) mall: &'r MallClient,
    pub(super) file: &'r str,
    pub(super) ids: &'r Ids,
    pub(super) stage: &'r Stage<'r>,
}

impl ProductRun<'_> {
    /// Sends them, each as `amend` leaves it; `refused` is what was refused of the file before.
    pub(super) async fn send(
        &self,
        products: Products,
        amend: impl Fn(&mut Product),
        mut refused: Vec<Refusal>,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let amend = &amend;
        let requests = products.map(|entry| async move {
            let mut entry = entry?;
            if let Ok(product) = &mut entry.product {
                amend(product);
            }
            self.send_entry(&entry).await
        });
        let mut parts = stream::iter(requests).buffer_unordered(self.mall.requests_in_flight());
        while let Some(part) = parts.try_next().await? {
            report.products.add(part.products);
            report.receipts.booked += part.receipts.booked;
            report.receipts.unchanged += part.receipts.unchanged;
            refused.extend(part.refused);
        }
        report.refuse(refused);
        Ok(())
    }

    async fn send_entry(&self, entry: &Entry) -> Result<Report, ImportError> {
        let mut part = Report::default();
        match &entry.product {
            Err(reason) => part.refused.push(entry.refusal(self.file, reason.clone())),
            Ok(product) => {
                let refused = match self.send_product(product, &mut part).await? {
                    Ok(()) => self.send_receipts(entry.line, product, &mut part).await?,
                    Err(reason) => vec![entry.refusal(self.file, reason)],
                };
                part.refused = refused;
                self.stage.step();
            }
        }
        Ok(part)
    }

    /// Writes a product and brings it where the file says in its life; a reason when the mall does not want it.
    async fn send_product(
        &self,
        product: &Product,
        part: &mut Report,
    ) -> Result<Result<(), String>, ImportError> {
        let document = match Document::of(product, self.ids) {
            Ok(document) => document,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let path = format!("/api/catalog/admin/products/{}", segment(&product.id));
        let put = if self.mall.adds_only() {
            self.mall.put_new(&path, &document).await?
        } else {
            self.mall.put_over(&path, &document).await?
        };
        let status = match &put {
            Put::Created(answer) | Put::Replaced(answer) | Put::Unchanged(answer) => {
                serde_json::from_value(answer["status"].clone()).unwrap_or(Status::Draft)
            }
            Put::Refused(_) => Status::Draft,
        };
        if let Err(reason) = count(put, &mut part.products) {
            return Ok(Err(in_terms_of_the_file(reason)));
        }
        // What staff took off sale stays off. A draft is what a run left that was broken off.
        if self.mall.adds_only() && status != Status::Draft {
            return Ok(Ok(()));
        }
        for method in way(status, product.status) {
            let sale = format!("{path}/sale");
            if let Outcome::Refused(reason) = self.mall.act(method.clone(), &sale, None).await? {
                return Ok(Err(reason));
            }
        }
        Ok(Ok(()))
    }

    /// Books the stock of the SKUs, one after the other. The numbers are made of ids that stay, so a second run finds them
    /// booked.
    async fn send_receipts(
        &self,
        line: u64,
        product: &Product,
        part: &mut Report,
    ) -> Result<Vec<Refusal>, ImportError> {
        let mut refused = Vec::new();
        for sku in product.skus.iter().filter(|sku| sku.stock > 0) {
            let receipt = receipt(product, sku);
            let path = "/api/stock/admin/receipts";
            match self.mall.act(Method::POST, path, Some(&receipt)).await? {
                Outcome::Created(_) => part.receipts.booked += 1,
                Outcome::Done(_) => part.receipts.unchanged += 1,
                Outcome::Refused(reason) => {
                    let what = format!("stock of SKU {}", sku.code);
                    refused.push(refusal(self.file, line, what, reason));
                }
                Outcome::Differs => {}
            }
        }
        Ok(refused)
    }
}

/// The requests to a product's `sale` that bring it from where it is in its life to where the file says.
fn way(from: Status, to: Status) -> &'static [Method] {
    match (from, to) {
        (Status::Draft | Status::OffSale, Status::OnSale) => &[Method::PUT],
        (Status::OnSale, Status::OffSale) => &[Method::DELETE],
        // Only what was on sale goes off it. Its stock comes after that, so what a run brings cannot be bought on the way.
        (Status::Draft, Status::OffSale) => &[Method::PUT, Method::DELETE],
        // Nothing becomes a draft again.
        _ => &[],
    }
}

fn receipt(product: &Product, sku: &Sku) -> Value {
    json!({
        "number": format!("import/{}/{}", product.id, sku.code),
        "sku_id": sku.code,
        "warehouse_id": WAREHOUSE,
        "quantity": sku.stock,
    })
}

/// What the mall calls specs are attributes in a file, and a brand stands there by its name.
fn in_terms_of_the_file(reason: String) -> String {
    reason
        .replace("{product_id}", "/id")
        .replace("/specs", "/attributes")
        .replace("/attribute_id", "/name")
        .replace("/brand_id", "/brand/name")
}
