//! The sandbox as its users meet it: a merchant's server, a buyer's browser and a developer, all over HTTP.

#![allow(clippy::unwrap_used)]

mod cashier;
mod methods;
mod notices;
mod support;
