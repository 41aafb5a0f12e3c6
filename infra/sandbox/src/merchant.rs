//! The one merchant this sandbox serves.

use crate::signature::MerchantKey;

/// Who may call the gateway, and whose signature counts.
pub(crate) struct Merchant {
    pub(crate) app_id: String,
    pub(crate) seller_id: String,
    pub(crate) key: MerchantKey,
}
