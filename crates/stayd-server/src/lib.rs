//! The HTTP face of Stayd: an axum router over the engine, and a serving loop with limits.
//!
//! What it does not do: it decides nothing about sessions and passwords; that is [`stayd_engine`]'s. The types to know: [`Stayd`], an
//! engine with its HTTP settings; [`router`], all routes of the protocol; [`SignedIn`] and its siblings, for handlers of an
//! application that mounts the router; [`serve()`], an accept loop with the limits that `axum::serve` does not have.

mod address;
mod admission;
mod answer;
mod app;
mod backends;
mod background;
mod call;
mod conditions;
mod config;
mod cookies;
mod csrf;
mod devices;
mod drift;
mod edge;
mod error;
mod events;
mod extract;
mod limits;
mod names;
mod oauth_error;
mod origin;
mod params;
mod plugins;
mod query;
mod rate_limit;
mod redirect;
mod request_id;
mod router;
mod routes;
mod schema;
mod serve;
mod session_data;
mod sign_out_data;
mod to_the_end;
mod who;

pub use address::{InvalidProxy, Peer, TrustedProxies};
pub use app::Stayd;
pub use backends::{Backends, InvalidBackend};
pub use background::keep_house;
pub use config::{CookieCache, ServerConfig};
pub use csrf::{CsrfMode, FromOwnPage};
pub use events::EventStreams;
pub use extract::{FreshlySignedIn, MaybeSignedIn, NotSignedIn, SignedIn};
pub use limits::{InvalidLimits, Limits};
pub use origin::{InvalidOrigin, TrustedOrigins};
pub use plugins::{Bearer, Jwt, MultiSession, Plugins};
pub use router::{health, metrics, paths, router};
pub use serve::{RequestBodyError, ServeError, Stopped, serve};
pub use sign_out_data::{ClearSiteData, UnknownKind};
