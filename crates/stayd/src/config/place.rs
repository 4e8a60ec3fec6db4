//! Where people reach the server, and what follows from that.

use std::net::{IpAddr, SocketAddr};

use stayd_engine::{
    Policy,
    mail::{Letterhead, Transport},
};
use stayd_protocol::{CookieConfig, SameSite};
use url::{Host, Url};

use super::{Config, ConfigError, MailChoice};

const THIS_MACHINE: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The address people use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicPlace {
    /// Scheme, host and port.
    pub(crate) origin: String,
    /// The path of the routes: `/api/auth`.
    pub(crate) base_path: String,
    /// The host alone.
    pub(crate) host: String,
    /// The port, also where it is the usual one of the scheme.
    pub(crate) port: u16,
    /// Whether only this machine reaches it.
    pub(crate) is_local: bool,
}

impl PublicPlace {
    /// Whether people reach it over https.
    pub(crate) fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }
}

impl Config {
    /// Where people reach a server that listens on `bound`.
    pub(crate) fn place(&self, bound: SocketAddr) -> Result<PublicPlace, ConfigError> {
        let own = || {
            Url::parse(&format!("http://{bound}"))
                .map_err(|error| ConfigError::Contradiction(error.to_string()))
        };
        let url = self.url.clone().map_or_else(own, Ok)?;
        let is_local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
            None => false,
        };
        let path = url.path().trim_end_matches('/');
        Ok(PublicPlace {
            origin: url.origin().ascii_serialization(),
            base_path: if path.is_empty() {
                self.base_path.clone()
            } else {
                super::read::base_path(path).map_err(|_| odd_path(path))?
            },
            port: url.port_or_known_default().unwrap_or_default(),
            host: url.host_str().unwrap_or_default().to_owned(),
            is_local,
        })
    }

    /// The rules of the engine.
    pub(crate) fn policy(&self, place: &PublicPlace) -> Policy {
        Policy {
            sessions: self.sessions.clone(),
            passwords: self.passwords.clone(),
            tokens: self.tokens.clone(),
            documents: self.documents.clone(),
            accounts: self.accounts.clone(),
            security: self.security.clone(),
            ..Policy::new(format!("{}{}", place.origin, place.base_path))
        }
    }

    /// Names and attributes of the cookies.
    pub(crate) fn cookies(&self, place: &PublicPlace) -> CookieConfig {
        CookieConfig {
            prefix: self.cookie.prefix.clone(),
            secure: place.is_https(),
            host_prefix: self.cookie.host_prefix,
            domain: self.cookie.domain.clone(),
            same_site: SameSite::Lax,
        }
    }

    /// Origins that may send requests that change something.
    pub(crate) fn origins(&self, place: &PublicPlace) -> Vec<String> {
        // On this machine all its usual names are one place.
        let is_plain_and_local = place.is_local && !place.is_https();
        let own_names = THIS_MACHINE
            .iter()
            .filter(|_| is_plain_and_local)
            .map(|host| format!("http://{host}:{}", place.port));
        own_names.chain(self.trusted_origins.iter().cloned()).collect()
    }

    /// Hosts that requests may name (H-4); `None` for any.
    pub(crate) fn hosts(&self, place: &PublicPlace, bound: SocketAddr) -> Option<Vec<String>> {
        if self.hosts.iter().any(|host| host == "*") {
            return None;
        }
        // A health check names the address it was given.
        let address = (!bound.ip().is_unspecified()).then(|| bound.to_string());
        let known = [place.host.clone()].into_iter().chain(address).chain(THIS_MACHINE.map(str::to_owned));
        Some(known.chain(self.hosts.iter().cloned()).collect())
    }

    /// How letters leave; `None` if they do not.
    pub(crate) fn transport(&self, place: &PublicPlace) -> Option<Transport> {
        match &self.mail.transport {
            Some(MailChoice::Through(transport)) => Some(transport.clone()),
            None if place.is_local => Some(Transport::Log),
            Some(MailChoice::Off) | None => None,
        }
    }

    /// What stands on every letter.
    pub(crate) fn letterhead(&self, place: &PublicPlace) -> Letterhead {
        let from =
            || if place.is_local { "stayd@localhost".to_owned() } else { format!("stayd@{}", place.host) };
        let product = || if place.is_local { "Stayd".to_owned() } else { place.host.clone() };
        Letterhead {
            from: self.mail.from.clone().unwrap_or_else(from),
            product: self.mail.product.clone().unwrap_or_else(product),
        }
    }
}

fn odd_path(path: &str) -> ConfigError {
    ConfigError::Contradiction(format!(
        "url has the path \"{path}\", which would be the base path; that takes letters, digits, '-', '_', '.', '~' and '/'"
    ))
}
