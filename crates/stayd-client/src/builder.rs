//! How a client is made.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use stayd_core::{Config, RenewalMode};
use url::Url;

use crate::client::Client;
use crate::driver;
use crate::error::Error;
use crate::http::{Http, fit_for_a_log};
use crate::storage::{Storage, Vault, blocking};

/// Where a server is mounted when its address names no path, as the official clients have it.
const MOUNTED_AT: &str = "/api/auth";

/// What a client is made of. See [`Client::builder`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    address: String,
    storage: Storage,
    http: reqwest::ClientBuilder,
    config: Config,
}

impl Builder {
    pub(crate) fn new(address: String) -> Self {
        let http = reqwest::Client::builder();
        Self { address, storage: Storage::memory(), http, config: Config::DEFAULT }
    }

    /// Where the session is kept between runs. Default: nowhere.
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// How requests are sent: proxies, certificates, the name of the program. Redirects are never followed.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = http;
        self
    }

    /// When the session is renewed without being asked. Default: whenever that is due.
    pub fn renewal(mut self, mode: RenewalMode) -> Self {
        self.config.renewal = mode;
        self
    }

    /// The server is asked again after so long without news; zero for never. Default: 5 minutes.
    pub fn heartbeat(mut self, period: Duration) -> Self {
        self.config.heartbeat_ms = whole_ms(period);
        self
    }

    /// The person is warned so long before the end; zero for never. Default: 5 minutes.
    pub fn warning(mut self, before: Duration) -> Self {
        self.config.warning_ms = whole_ms(before);
        self
    }

    /// The longest that a request may take, with its wait for a renewal. Default: 15 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.request_timeout_ms = whole_ms(timeout).max(1);
        self
    }

    /// Makes the client, within a tokio runtime. What is remembered is there at once; [`Client::ready`] waits for the server's word.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidAddress`], [`Error::InvalidRequest`] for an HTTP client that cannot be built, and [`Error::Storage`] for a session
    /// that cannot be read, that others may read, or that is another server's. A server that does not answer is no error.
    pub async fn build(self) -> Result<Client, Error> {
        let base = address(&self.address)?;
        use_a_crypto_provider();
        let client = self.http.redirect(Policy::none()).build();
        let client = client.map_err(|error| Error::InvalidRequest(fit_for_a_log(error)))?;
        let timeout = Duration::from_millis(self.config.request_timeout_ms.into());
        let http = Arc::new(Http { client, base, timeout });

        let (storage, server) = (self.storage, http.base.to_string());
        let (vault, remembered) = blocking(move || {
            let vault = Vault::open(&storage, &server)?;
            let remembered = vault.read()?;
            Ok((vault, remembered))
        })
        .await?;
        let (orders, view) = driver::start(self.config, seed(), Arc::clone(&http), vault, remembered).await;
        Ok(Client::new(http, orders, view))
    }
}

/// The server's address, without a slash at its end.
fn address(text: &str) -> Result<Url, Error> {
    // Before an `@` stands a name, and perhaps a password; a query may hold a token.
    let shown = text.rsplit('@').next().and_then(|rest| rest.split(['?', '#']).next()).unwrap_or_default();
    let invalid = || Error::InvalidAddress { address: shown.to_owned() };
    let mut url: Url = text.parse().map_err(|_| invalid())?;
    let plain = url.username().is_empty() && url.password().is_none();
    let bare = url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain || !bare {
        return Err(invalid());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(if path.is_empty() { MOUNTED_AT } else { &path });
    Ok(url)
}

fn whole_ms(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

/// Jitter needs to differ between processes, and nothing more.
fn seed() -> u32 {
    getrandom::u32().unwrap_or_else(|_| std::process::id())
}

/// The program's own choice stands; where it made none, ring. A program that chooses at the same moment was first.
#[cfg(feature = "tls")]
fn use_a_crypto_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(not(feature = "tls"))]
fn use_a_crypto_provider() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_path_means_the_usual_one() {
        assert_eq!(address("https://app.example.com").unwrap().as_str(), "https://app.example.com/api/auth");
        assert_eq!(address("http://127.0.0.1:3000/auth/").unwrap().as_str(), "http://127.0.0.1:3000/auth");
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused() {
        for text in [
            "",
            "app.example.com",
            "file:///etc",
            "https://me:pw@app.example.com",
            "http://a/?b",
            "http://a/#b",
        ] {
            assert!(matches!(address(text), Err(Error::InvalidAddress { .. })), "{text}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        for text in ["https://me:hidden@app.example.com", "https:/ /me:hidden@app.example.com"] {
            assert!(!address(text).unwrap_err().to_string().contains("hidden"), "{text}");
        }
    }
}
