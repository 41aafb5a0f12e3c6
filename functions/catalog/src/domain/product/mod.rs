//! Products (SPU) and their SKUs: the form that staff fill in, the rules it has to keep, its life and its history.

mod card;
mod check;
mod document;
mod history;
mod life;
mod sku;

pub(crate) use card::ProductCard;
pub(crate) use check::{Flaw, Terms};
pub(crate) use document::{Image, MAXIMUM_SKUS, ProductDocument, Spec};
pub(crate) use history::{Change, ChangeKind};
pub(crate) use life::{DraftIsNotOnSale, NotFitForSale, OnlyDraftsGo, Product, Status};
pub use sku::{Choice, Sku};
pub(crate) use sku::{SkuRecord, choices};
