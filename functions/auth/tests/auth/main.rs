//! Signing in and out through HTTP events, on the embedded DynamoDB.
#![allow(clippy::unwrap_used)]

mod samples;
mod scene;
mod sessions;
mod sign_in;
mod tries;
