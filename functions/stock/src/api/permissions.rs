//! What staff may be permitted to do with stock.

use edge::Permission;

/// May look at warehouses, levels, movements, needs and purchases.
pub(crate) enum ReadStock {}
impl Permission for ReadStock {
    const NAME: &'static str = "stock:read";
}

/// May take goods in.
pub(crate) enum ReceiveStock {}
impl Permission for ReceiveStock {
    const NAME: &'static str = "stock:receipt:write";
}

/// May write stock off, and write up what was found.
pub(crate) enum AdjustStock {}
impl Permission for AdjustStock {
    const NAME: &'static str = "stock:adjustment:write";
}

/// May change the list of warehouses.
pub(crate) enum WriteWarehouses {}
impl Permission for WriteWarehouses {
    const NAME: &'static str = "stock:warehouse:write";
}

/// May say what is to be bought, and by whom.
pub(crate) enum WritePurchases {}
impl Permission for WritePurchases {
    const NAME: &'static str = "stock:purchase:write";
}

/// May take purchases on and report what came of them.
pub(crate) enum ReceivePurchases {}
impl Permission for ReceivePurchases {
    const NAME: &'static str = "stock:purchase:receive";
}
