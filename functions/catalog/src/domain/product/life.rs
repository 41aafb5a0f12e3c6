//! A product and its life: `draft` -> `on_sale` <-> `off_sale`.

use kernel::{ProductId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Flaw, ProductDocument, Terms};

/// Where a product is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Being written; only staff see it, and only now may it be removed.
    Draft,
    /// To be seen and bought.
    OnSale,
    /// It was on sale; carts and orders know it, nobody can buy it.
    OffSale,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) document: ProductDocument,
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A product without a SKU cannot go on sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a product that is on sale has a SKU")]
pub(crate) struct NotFitForSale;

/// A draft cannot go off sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the product is a draft, it was never on sale")]
pub(crate) struct DraftIsNotOnSale;

/// A product that was on sale stays, for the carts and the orders that know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the product was on sale: only drafts can be removed")]
pub(crate) struct OnlyDraftsGo;

impl Product {
    /// The product that a document makes, in place of `known` where there is one: a draft at first, and in its status
    /// afterwards.
    ///
    /// # Errors
    /// Everything that is wrong, all at once.
    pub(crate) fn written(
        id: ProductId,
        document: ProductDocument,
        known: Option<&Self>,
        terms: &Terms<'_>,
        now: Timestamp,
    ) -> Result<Self, Vec<Flaw>> {
        let mut flaws = document.flaws(known.map(|known| &known.document), terms);
        let status = known.map_or(Status::Draft, |known| known.status);
        if status == Status::OnSale && document.skus.is_empty() {
            flaws.push(Flaw {
                pointer: "/skus".to_owned(),
                detail: NotFitForSale.to_string(),
            });
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        Ok(Self {
            id,
            document,
            status,
            created_at: known.map_or(now, |known| known.created_at),
            updated_at: now,
        })
    }

    /// The product on sale; `None` when it is already.
    pub(crate) fn put_on_sale(&self, now: Timestamp) -> Result<Option<Self>, NotFitForSale> {
        match self.status {
            Status::OnSale => Ok(None),
            _ if self.document.skus.is_empty() => Err(NotFitForSale),
            _ => Ok(Some(self.with_status(Status::OnSale, now))),
        }
    }

    /// The product off sale; `None` when it is already.
    pub(crate) fn take_off_sale(&self, now: Timestamp) -> Result<Option<Self>, DraftIsNotOnSale> {
        match self.status {
            Status::Draft => Err(DraftIsNotOnSale),
            Status::OffSale => Ok(None),
            Status::OnSale => Ok(Some(self.with_status(Status::OffSale, now))),
        }
    }

    /// Whether it may be removed.
    pub(crate) fn check_removal(&self) -> Result<(), OnlyDraftsGo> {
        if self.was_ever_on_sale() {
            return Err(OnlyDraftsGo);
        }
        Ok(())
    }

    /// Whether the codes of its SKUs stay its own when it drops them: from the first time that it goes on sale, as stock,
    /// carts and orders know a SKU by its code alone. Until then a code that it drops is free for any product.
    pub(crate) fn keeps_codes(&self) -> bool {
        self.was_ever_on_sale()
    }

    fn was_ever_on_sale(&self) -> bool {
        match self.status {
            Status::Draft => false,
            Status::OnSale | Status::OffSale => true,
        }
    }

    fn with_status(&self, status: Status, now: Timestamp) -> Self {
        Self {
            status,
            updated_at: now,
            ..self.clone()
        }
    }
}
