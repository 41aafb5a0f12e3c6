//! Imports into a mall that keeps the contract's rules, over HTTP on this machine.

#![allow(clippy::unwrap_used)]

mod demo;
mod files;
mod play;
