//! What requests, messages and whole orders cost: the log's lines, priced.
//!
//! Every function writes one line for each request and message, with what it used (`aws::Handled`). Here such lines are
//! found in a log ([`Line`]), priced by a table ([`Prices`]), and summed ([`Bill`]): by operation, along a trace, and by
//! order. `docs/COST.md` says how the figures are meant.
//!
//! Money is counted in pico-dollars, a millionth of a millionth of a dollar, in whole numbers: a unit of DynamoDB costs less
//! than a millionth of a dollar, and a sum over a year of orders still fits.

mod bill;
mod line;
mod prices;
mod summary;
mod table;

pub use bill::{Bill, BilledTime, Cost, Terms};
pub use line::Line;
pub use prices::{Beside, PerUnit, Prices, PricesError};
pub use summary::{Group, OrderGroup, Summary};
