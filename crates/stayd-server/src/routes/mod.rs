//! The routes, a module per group. Each handler reads its input, asks the engine, and answers.

pub(crate) mod accounts;
pub(crate) mod csrf;
pub(crate) mod delete_user;
pub(crate) mod devices;
pub(crate) mod documents;
pub(crate) mod email;
pub(crate) mod events;
pub(crate) mod get_session;
pub(crate) mod health;
pub(crate) mod introspect;
pub(crate) mod jwks;
pub(crate) mod jwt;
pub(crate) mod metrics;
pub(crate) mod multi_session;
pub(crate) mod password;
pub(crate) mod reset_password;
pub(crate) mod revocations;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod sign_up;
pub(crate) mod social;
pub(crate) mod status;
pub(crate) mod step_up;
pub(crate) mod token;
pub(crate) mod user;
