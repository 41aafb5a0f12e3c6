//! The refusals of the back office of this service: codes 21001 and 21010 to 21049.

use edge::ProblemKind;

/// The number of the receipt is taken, by other goods.
pub(crate) const RECEIPT_NUMBER_TAKEN: ProblemKind =
    ProblemKind::new(409, "21001", "Receipt number taken by other goods");
/// There is no such warehouse; put it first.
pub(crate) const NO_SUCH_WAREHOUSE: ProblemKind =
    ProblemKind::new(409, "21010", "No such warehouse");
/// The warehouse has pieces that are not promised to any order.
pub(crate) const WAREHOUSE_NOT_EMPTY: ProblemKind =
    ProblemKind::new(409, "21011", "Warehouse holds stock");
/// Something is to be bought for the warehouse.
pub(crate) const WAREHOUSE_NEEDED: ProblemKind =
    ProblemKind::new(409, "21012", "Warehouse has open purchases");
/// The number of the adjustment is taken, by another one; `known` is that.
pub(crate) const ADJUSTMENT_NUMBER_TAKEN: ProblemKind =
    ProblemKind::new(409, "21013", "Adjustment number taken by another");
/// Fewer pieces are not promised to orders than the adjustment takes away; `available` says how many.
pub(crate) const NOT_ENOUGH_TO_TAKE: ProblemKind =
    ProblemKind::new(409, "21014", "Not enough to take away");
/// Some needs do not exist; `need_ids` names them.
pub(crate) const NO_SUCH_NEEDS: ProblemKind =
    ProblemKind::new(409, "21015", "No such purchase needs");
/// A need is no longer in a state in which this can be done; `need_ids` names all such.
pub(crate) const NEED_UNDER_WAY: ProblemKind =
    ProblemKind::new(409, "21016", "Purchase need under way");
/// A purchase is for one warehouse.
pub(crate) const SEVERAL_WAREHOUSES: ProblemKind =
    ProblemKind::new(409, "21017", "Needs of several warehouses");
/// More needs than one purchase may have.
pub(crate) const PURCHASE_TOO_LARGE: ProblemKind =
    ProblemKind::new(409, "21018", "Purchase too large");
/// A buyer has taken the purchase on.
pub(crate) const PURCHASE_TAKEN_ON: ProblemKind =
    ProblemKind::new(409, "21019", "Purchase taken on");
/// No buyer has taken the purchase on.
pub(crate) const PURCHASE_NOT_TAKEN_ON: ProblemKind =
    ProblemKind::new(409, "21020", "Purchase not taken on");
/// Every need of the purchase is settled.
pub(crate) const PURCHASE_SETTLED: ProblemKind = ProblemKind::new(409, "21021", "Purchase settled");
/// Some needs are not of this purchase; `need_ids` names them.
pub(crate) const FOREIGN_NEEDS: ProblemKind =
    ProblemKind::new(409, "21022", "Needs of another purchase");
/// Some needs were settled otherwise before; `need_ids` names them.
pub(crate) const SETTLED_OTHERWISE: ProblemKind =
    ProblemKind::new(409, "21023", "Needs settled otherwise");
/// Of some needs more was bought than is needed; `need_ids` names them. What is over comes in with a receipt.
pub(crate) const MORE_THAN_NEEDED: ProblemKind =
    ProblemKind::new(409, "21025", "More bought than needed");
/// Another need was sent with this `Idempotency-Key`; `known` is that.
pub(crate) const NEED_KEY_REUSED: ProblemKind =
    ProblemKind::new(422, "21024", "Key used for another need");
