//! The endpoints.

pub(crate) mod sign_in;
pub(crate) mod sign_out;
