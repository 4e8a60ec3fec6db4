//! What the HTTP face needs to know beside the engine's policy.

use crate::{
    address::TrustedProxies, backends::Backends, csrf::CsrfMode, events::EventStreams,
    origin::TrustedOrigins, plugins::Plugins, sign_out_data::ClearSiteData,
};
use stayd_protocol::{CookieConfig, Secrets, Strategy};
use std::time::Duration;

/// Settings of the HTTP face.
#[derive(Clone)]
pub struct ServerConfig {
    /// The path under which every route lies, without a slash at its end: `/api/auth`.
    pub base_path: String,
    /// Where the deployment is reached: scheme, host and port, without a path.
    pub origin: String,
    /// Names and attributes of the cookies.
    pub cookies: CookieConfig,
    /// The session-data cookie; `None` switches it off.
    pub cookie_cache: Option<CookieCache>,
    /// The keys that sign cookies.
    pub secrets: Secrets,
    /// Who may send requests that change something, and where redirects may lead.
    pub trusted_origins: TrustedOrigins,
    /// When requests that change something need a token beside that.
    pub csrf: CsrfMode,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: TrustedProxies,
    /// Whether requests are counted and refused beyond the limits.
    pub rate_limit: bool,
    /// What behaves as plugins of Better Auth do.
    pub plugins: Plugins,
    /// What browsers are asked to throw away at a sign-out.
    pub clear_site_data: ClearSiteData,
    /// The streams that tell browsers what becomes of their session.
    pub events: EventStreams,
    /// Other back ends, which may ask about tokens and hear what has ended.
    pub backends: Backends,
}

/// How the session-data cookie is made.
#[derive(Debug, Clone, Copy)]
pub struct CookieCache {
    /// Its form.
    pub strategy: Strategy,
    /// How long it is believed.
    pub max_age: Duration,
}

impl ServerConfig {
    /// Whether the deployment is reached over https.
    pub(crate) fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }
}
