//! The values every service speaks: money, typed ids, quantities, texts, time, pages.
//!
//! Each type parses itself: a value of the type is a valid value, so no service has a separate validation step. All of
//! them read from and write to JSON and describe themselves as JSON Schema, from which the OpenAPI document is made.
//! Nothing here knows a business rule, a database or HTTP.

#![forbid(unsafe_code)]

mod causes;
mod environment;
mod id;
mod money;
mod page;
mod quantity;
mod text;
mod timestamp;

pub use causes::causes;
pub use environment::{ConfigError, Environment};
pub use id::{
    AddressId, AddressKind, AttributeGroupId, AttributeGroupKind, AttributeId, AttributeKind,
    AuditId, AuditKind, BrandId, BrandKind, Id, IdKind, InvalidId, MemberId, MemberKind, ProductId,
    ProductKind, PurchaseId, PurchaseKind, PurchaseNeedId, PurchaseNeedKind, QuoteId, QuoteKind,
    RoleId, RoleKind, SkuId, SkuKind, SlugKind, StaffId, StaffKind, UploadId, UploadKind,
    WarehouseId, WarehouseKind,
};
pub use money::{InvalidMoney, Money};
pub use page::{Limit, Page};
pub use quantity::{InvalidQuantity, Quantity};
pub use text::{InvalidText, Text};
pub use timestamp::{Clock, InvalidTimestamp, ManualClock, Timestamp};
