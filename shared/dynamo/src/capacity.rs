//! What calls consume, told to the meter of whoever makes them.

use aws::Meter;
use aws_sdk_dynamodb::types::ConsumedCapacity;

/// A read consumed this.
pub(crate) fn read<'c>(reports: impl IntoIterator<Item = &'c ConsumedCapacity>) {
    Meter::consumed(0, halves(reports));
}

/// A write consumed this.
pub(crate) fn written<'c>(reports: impl IntoIterator<Item = &'c ConsumedCapacity>) {
    Meter::consumed(halves(reports).div_ceil(2), 0);
}

/// A single write whose condition failed: it takes what the item there would, and no answer says so.
pub(crate) fn refused(item_bytes: usize) {
    Meter::failed_write((item_bytes as u64).div_ceil(1024).max(1));
}

/// A transaction that was cancelled: two units for each of its writes at least, and no answer says so.
pub(crate) fn cancelled(writes: usize) {
    Meter::failed_write(2 * writes as u64);
}

fn halves<'c>(reports: impl IntoIterator<Item = &'c ConsumedCapacity>) -> u64 {
    let units = reports
        .into_iter()
        .filter_map(ConsumedCapacity::capacity_units);
    units.map(doubled).sum()
}

/// DynamoDB reports units as floating-point numbers, and never less than half a unit: doubled they are whole.
#[allow(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn doubled(units: f64) -> u64 {
    (units * 2.0).round() as u64
}
