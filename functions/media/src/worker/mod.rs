//! The workers.

pub(crate) mod publish_picture;
