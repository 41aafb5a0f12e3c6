//! Accounts, roles and the audit log through HTTP events, on the embedded DynamoDB.
#![allow(clippy::unwrap_used)]

mod accounts;
mod audit;
mod races;
mod roles;
mod scene;
mod sessions;
mod sign_in;
mod sign_in_records;
