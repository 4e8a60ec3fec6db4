//! What is measured, one module per question.

pub(crate) mod checks;
pub(crate) mod everybody;
pub(crate) mod follower;
pub(crate) mod footprint;
pub(crate) mod million;
pub(crate) mod peers;
pub(crate) mod revoked;
pub(crate) mod storm;
pub(crate) mod streams;
pub(crate) mod timing;
pub(crate) mod tokens;
pub(crate) mod verify;
