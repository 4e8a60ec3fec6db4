//! The session system without HTTP: accounts, sessions, tokens, documents, verification, policy, and the stores beneath.
//!
//! What it does not do: it knows no HTTP type, reads no clock, draws no randomness of its own and starts no timer. All of that is
//! passed in, so that a simulation can run it under virtual time.
//!
//! The types to know: [`Engine`], made of [`Parts`]; [`Policy`], the rules; [`store::Store`], where records live;
//! [`Recognised`] and in it [`LiveSession`], the answer to "who shows this token"; [`EngineError`], why not.

mod accounts;
mod causes;
mod clock;
mod devices;
mod documents;
mod engine;
mod error;
mod events;
mod hashing;
mod keys;
mod kinds;
mod links;
pub mod mail;
mod metrics;
mod policy;
mod security;
mod sessions;
pub mod store;
mod tokens;

pub use accounts::{
    Deletion, PasswordChange, PasswordChanged, SignIn, SignUp, SignedUp, Verified, VerifiedUser,
};
pub use causes::causes;
pub use clock::{Agreement, Clock, Reading, SteadyTime};
pub use devices::{Browser, DeviceClass, InventoryEntry, NoPlaces, Place, Places, Platform, UserAgent};
#[cfg(feature = "maxmind")]
pub use devices::{MaxMindPlaces, PlacesError};
pub use documents::{
    Document, DocumentName, DocumentPolicy, Expectation, NotADocumentName, Put, PutDocument, States,
};
pub use engine::{Engine, Parts, SWEPT_AT_ONCE};
pub use error::{EngineError, EngineResult, Refusal};
pub use events::{
    Changes, NotAPosition, NotAVersion, Position, Revocation, RevocationFeed, RevocationNews, SessionVersion,
    SessionWatch, Subject, WatchError, WatchLimits, WatchNews,
};
pub use keys::{JwtClaims, KeyRing, KeysError, WithdrawnKey};
pub use kinds::{Binding, KindPolicy, Kinds, Renews, SessionKind};
pub use policy::{AccountPolicy, PasswordPolicy, Policy, Rotation, SessionPolicy, StepUp, TokenPolicy};
pub use security::{Drift, Fingerprint, NetworkSize, Reaction, RequestFrom, SecurityEvent, SecurityPolicy};
pub use sessions::{
    Device, EndReason, LiveSession, Recognised, Renewed, SignedIn, let_go_of_revived_letters, wire_session,
    wire_user,
};
pub use tokens::{Grant, Introspected, RefreshToken, Revoker, TokenPair, TokenType};
