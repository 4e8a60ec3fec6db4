//! The configuration: `stayd.toml`, then the environment, then flags.

mod backends;
mod docs;
mod documents;
mod environment;
mod error;
mod events;
mod file;
mod kinds;
mod layers;
mod mail;
mod place;
mod plugins;
mod read;
mod secret;
mod security;
mod setting;
mod settings;
mod tokens;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use stayd_engine::{
    AccountPolicy, DocumentPolicy, PasswordPolicy, SecurityPolicy, SessionPolicy, TokenPolicy,
};
use stayd_protocol::Strategy;
use stayd_server::{ClearSiteData, CsrfMode, EventStreams, Plugins, TrustedProxies};
use url::Url;

pub(crate) use backends::BackendSettings;
pub(crate) use docs::page;
pub(crate) use error::{ConfigError, Place, WrongValue};
pub(crate) use mail::{MailChoice, MailSettings};
pub(crate) use place::PublicPlace;
pub(crate) use secret::{SecretSettings, SecretSource};

use crate::logging::LogSettings;
use environment::Environment;
use layers::Layers;

/// Everything an operator can say, read and checked.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// Where metrics are told.
    pub(crate) metrics: Option<SocketAddr>,
    /// Where people reach the server; [`Config::place`] says what follows where this is not set.
    pub(crate) url: Option<Url>,
    pub(crate) base_path: String,
    pub(crate) database: PathBuf,
    pub(crate) secret: SecretSettings,
    pub(crate) trusted_origins: Vec<String>,
    pub(crate) trusted_proxies: TrustedProxies,
    /// Hosts that requests may name beside the obvious ones; `*` for any.
    pub(crate) hosts: Vec<String>,
    pub(crate) rate_limit: bool,
    pub(crate) cookie: CookieSettings,
    pub(crate) csrf: CsrfMode,
    pub(crate) plugins: Plugins,
    pub(crate) sessions: SessionPolicy,
    /// A MaxMind database.
    pub(crate) places: Option<PathBuf>,
    pub(crate) events: EventStreams,
    pub(crate) backends: BackendSettings,
    pub(crate) tokens: TokenPolicy,
    pub(crate) documents: DocumentPolicy,
    pub(crate) accounts: AccountPolicy,
    pub(crate) passwords: PasswordPolicy,
    pub(crate) security: SecurityPolicy,
    pub(crate) mail: MailSettings,
    pub(crate) log: LogSettings,
    /// The file that was read, if there was one.
    pub(crate) file: Option<PathBuf>,
    /// What looks like a mistake and does no harm.
    pub(crate) doubts: Vec<String>,
}

/// Names and reach of the cookies.
#[derive(Debug, Clone)]
pub(crate) struct CookieSettings {
    pub(crate) prefix: String,
    pub(crate) domain: Option<String>,
    pub(crate) host_prefix: bool,
    pub(crate) cache: Option<(Strategy, Duration)>,
    pub(crate) clear_site_data: ClearSiteData,
}

impl Config {
    /// Reads the file, the environment of this process, and these flags.
    pub(crate) fn load(
        file: Option<&Path>,
        flags: BTreeMap<&'static str, String>,
    ) -> Result<Self, ConfigError> {
        let environment = Environment::read(std::env::vars_os())?;
        Self::from_layers(&Layers { file: file::read(file)?, environment, flags })
    }

    fn from_layers(layers: &Layers) -> Result<Self, ConfigError> {
        let config = Self {
            listen: layers.read(&settings::LISTEN)?,
            metrics: layers.read_optional(&settings::METRICS_LISTEN)?,
            url: layers.read_optional(&settings::URL)?,
            base_path: layers.read(&settings::BASE_PATH)?,
            database: layers.read(&settings::DATABASE)?,
            secret: SecretSettings::read(layers)?,
            trusted_origins: layers.read(&settings::TRUSTED_ORIGINS)?,
            trusted_proxies: layers.read(&settings::TRUSTED_PROXIES)?,
            hosts: layers.read(&settings::HOSTS)?,
            rate_limit: layers.read(&settings::RATE_LIMIT)?,
            cookie: cookies(layers)?,
            csrf: layers.read(&settings::CSRF)?,
            plugins: plugins::read(layers)?,
            sessions: sessions(layers)?,
            places: layers.read_optional(&settings::PLACE_DATABASE)?,
            events: events::streams(layers)?,
            tokens: tokens::read_policy(layers)?,
            documents: documents::read_policy(layers)?,
            backends: layers.read(&backends::BACKENDS)?,
            accounts: accounts(layers)?,
            passwords: passwords(layers)?,
            security: security::read(layers)?,
            mail: MailSettings {
                transport: layers.read_optional(&settings::MAIL)?,
                from: layers.read_optional(&settings::MAIL_FROM)?,
                product: layers.read_optional(&settings::MAIL_PRODUCT)?,
            },
            log: LogSettings {
                filter: layers.read(&settings::LOG)?,
                format: layers.read(&settings::LOG_FORMAT)?,
            },
            file: (!layers.file.path.as_os_str().is_empty()).then(|| layers.file.path.clone()),
            doubts: doubts(layers),
        };
        config.check()?;
        Ok(config)
    }

    /// What no setting can say alone.
    fn check(&self) -> Result<(), ConfigError> {
        let contradiction = |text: String| Err(ConfigError::Contradiction(text));
        let PasswordPolicy { min_length, max_length, .. } = self.passwords;
        if min_length > max_length {
            return contradiction(format!(
                "password.min_length ({min_length}) is larger than password.max_length ({max_length})"
            ));
        }
        if self.url.is_none() && !self.listen.ip().is_loopback() {
            return contradiction(format!(
                "url is not set, and {} does not tell how people reach the server\nset it, for example:  export BETTER_AUTH_URL=https://app.example.com",
                self.listen
            ));
        }
        let place = self.place(self.listen)?;
        if let Some(domain) = &self.cookie.domain
            && place.host != *domain
            && !place.host.ends_with(&format!(".{domain}"))
        {
            return contradiction(format!(
                "cookie.domain is {domain}, but people reach the server at {}: browsers would refuse every cookie",
                place.host
            ));
        }
        Ok(())
    }
}

fn cookies(layers: &Layers) -> Result<CookieSettings, ConfigError> {
    let strategy = layers.read(&settings::COOKIE_CACHE_STRATEGY)?;
    let max_age = layers.read(&settings::COOKIE_CACHE)?;
    Ok(CookieSettings {
        prefix: layers.read(&settings::COOKIE_PREFIX)?,
        domain: layers.read_optional(&settings::COOKIE_DOMAIN)?,
        host_prefix: layers.read(&settings::COOKIE_HOST_PREFIX)?,
        cache: (!max_age.is_zero()).then_some((strategy, max_age)),
        clear_site_data: layers.read(&settings::CLEAR_SITE_DATA)?,
    })
}

fn sessions(layers: &Layers) -> Result<SessionPolicy, ConfigError> {
    let policy = kinds::read(layers)?;
    Ok(SessionPolicy {
        devices: layers.read_optional(&settings::DEVICE_COOKIE)?.unwrap_or(policy.devices),
        fresh_age: layers.read_optional(&settings::FRESH_AGE)?.unwrap_or(policy.fresh_age),
        step_up: layers.read_optional(&settings::STEP_UP)?.unwrap_or(policy.step_up),
        rotation_grace: layers.read(&settings::ROTATION_GRACE)?,
        cookie_cache: layers.read(&settings::COOKIE_CACHE)?,
        cached: layers.read(&settings::SESSION_CACHE)?,
        ..policy
    })
}

fn accounts(layers: &Layers) -> Result<AccountPolicy, ConfigError> {
    Ok(AccountPolicy {
        sign_up: layers.read(&settings::SIGN_UP)?,
        auto_sign_in: layers.read(&settings::AUTO_SIGN_IN)?,
        require_email_verification: layers.read(&settings::REQUIRE_VERIFICATION)?,
        auto_sign_in_after_verification: layers.read(&settings::SIGN_IN_AFTER_VERIFICATION)?,
        change_email: layers.read(&settings::CHANGE_EMAIL)?,
        delete_user: layers.read(&settings::DELETE_USER)?,
        delete_user_by_mail: layers.read(&settings::DELETE_USER_BY_MAIL)?,
        revoke_sessions_on_password_reset: layers.read(&settings::REVOKE_ON_RESET)?,
        ..AccountPolicy::default()
    })
}

fn passwords(layers: &Layers) -> Result<PasswordPolicy, ConfigError> {
    let standard = PasswordPolicy::default();
    let hash_threads = layers.read_optional(&settings::HASH_THREADS)?.unwrap_or(standard.hash_threads);
    Ok(PasswordPolicy {
        min_length: layers.read(&settings::PASSWORD_MIN)?,
        max_length: layers.read(&settings::PASSWORD_MAX)?,
        refuse_common: security::refuse_common(layers)?,
        hashing: security::hashing(layers)?,
        hash_threads,
        hash_queue: layers.read_optional(&settings::HASH_QUEUE)?.unwrap_or(16 * hash_threads),
    })
}

fn doubts(layers: &Layers) -> Vec<String> {
    let misspelt = |(name, nearest): &(String, Option<&str>)| match nearest {
        Some(nearest) => format!("the variable {name} means nothing; did you mean {nearest}?"),
        None => format!("the variable {name} means nothing"),
    };
    layers.environment.unknown.iter().map(misspelt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_the_configuration_is_the_engines_own() {
        let config = Config::from_layers(&Layers::default()).expect("the defaults are good");
        assert_eq!(format!("{:?}", config.sessions), format!("{:?}", SessionPolicy::default()));
        assert_eq!(format!("{:?}", config.accounts), format!("{:?}", AccountPolicy::default()));
        assert_eq!(format!("{:?}", config.passwords), format!("{:?}", PasswordPolicy::default()));
        assert_eq!(format!("{:?}", config.security), format!("{:?}", SecurityPolicy::default()));
        assert_eq!(format!("{:?}", config.tokens), format!("{:?}", TokenPolicy::default()));
        assert_eq!(config.csrf, CsrfMode::default());
        assert_eq!(config.events, EventStreams::default());
        assert_eq!(config.documents, DocumentPolicy::default());
        assert!(config.cookie.cache.is_none() && config.rate_limit && config.doubts.is_empty());
    }

    #[test]
    fn every_setting_has_its_own_names() {
        let mut names: Vec<_> = settings::all()
            .flat_map(|setting| setting.environment.iter().chain([&setting.key]).chain(setting.flag.as_ref()))
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn settings_that_do_not_fit_are_refused_together() {
        let refused = |listen: &str, toml: &[(&str, &str)]| {
            let mut layers = Layers::default();
            layers.flags.insert("--listen", listen.to_owned());
            layers.file.values =
                toml.iter().map(|(key, value)| ((*key).to_owned(), ((*value).to_owned(), 1))).collect();
            Config::from_layers(&layers).err().expect("a contradiction").to_string()
        };
        let local = "127.0.0.1:0";
        assert!(refused(local, &[("session.expires_in", "1h")]).contains("no session would ever be renewed"));
        assert!(
            refused(local, &[("password.min_length", "100"), ("password.max_length", "64")])
                .contains("larger than")
        );
        assert!(refused("0.0.0.0:80", &[]).contains("BETTER_AUTH_URL"));
        let foreign = [("url", "https://app.example.com"), ("cookie.domain", "example.org")];
        assert!(refused(local, &foreign).contains("browsers would refuse"));
        let cousin = [("url", "https://badexample.com"), ("cookie.domain", "example.com")];
        assert!(refused(local, &cousin).contains("browsers would refuse"));
    }
}
