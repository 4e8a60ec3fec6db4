//! How a verifier is set up.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use stayd_protocol::{CookieConfig, InvalidCookieConfig, Secret, Secrets, TooManySecrets, WeakSecret};
use tokio::sync::Semaphore;
use url::Url;

use crate::access::Access;
use crate::checked::Remembered;
use crate::clock::{Clock, SystemClock};
use crate::cookies::{CookieNames, Cookies};
use crate::verifier::{Following, Inner, Verifier};
use crate::when_deaf::WhenDeaf;

/// Where the server is mounted unless the address says otherwise.
const MOUNTED_AT: &str = "/api/auth";

/// How many questions may be under way at once; others wait for as long as an answer may take.
const QUESTIONS: usize = 256;

/// Why a verifier cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The server's address is not one.
    #[error("the server's address must be http or https, without user, query and fragment: {given}")]
    Address {
        /// What was given.
        given: String,
    },
    /// A secret that could be guessed cannot be the server's.
    #[error(transparent)]
    Secret(#[from] WeakSecret),
    /// More secrets than the server has.
    #[error(transparent)]
    Secrets(#[from] TooManySecrets),
    /// The names of the cookies cannot be such.
    #[error(transparent)]
    Cookies(#[from] InvalidCookieConfig),
    /// The credential of a back end does not fit into a header.
    #[error("the id or secret of this back end has characters that a header cannot have")]
    Credential,
    /// Nobody would tell which sessions have ended.
    #[error(
        "give the credential by which the server knows this back end (`backend`), or say that ends need not be heard of (`without_feed`)"
    )]
    NoFeed,
    /// No HTTP client can be made.
    #[error("the HTTP client cannot be made")]
    Http(#[source] reqwest::Error),
    /// It was not called within a tokio runtime.
    #[error("a verifier is started within a tokio runtime")]
    NoRuntime,
}

/// How requests are checked. [`Verify::start`] makes the [`Verifier`] of it, which is the layer.
#[must_use]
pub struct Verify {
    url: String,
    backend: Option<(String, String)>,
    without_feed: bool,
    secrets: Vec<String>,
    audience: Option<String>,
    issuer: Option<String>,
    cookies: CookieConfig,
    secure: Option<bool>,
    fresh_age: Duration,
    when_deaf: WhenDeaf,
    requires_session: bool,
    remembered: usize,
    timeout: Duration,
    http: Option<reqwest::ClientBuilder>,
    clock: Arc<dyn Clock>,
}

/// Without the secrets.
impl std::fmt::Debug for Verify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verify").field("when_deaf", &self.when_deaf).finish_non_exhaustive()
    }
}

impl Verify {
    /// Checks what the Stayd server at this address signed: `https://app.example`, or with the path where it is mounted if that is
    /// not `/api/auth`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            backend: None,
            without_feed: false,
            secrets: Vec::new(),
            audience: None,
            issuer: None,
            cookies: CookieConfig::default(),
            secure: None,
            fresh_age: Duration::from_hours(24),
            when_deaf: WhenDeaf::default(),
            requires_session: false,
            remembered: 20_000,
            timeout: Duration::from_secs(5),
            http: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// The credential by which the server knows this back end (`[[backends]]` in its configuration). With it the feed of ends is followed, and
    /// tokens are asked about.
    pub fn backend(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.backend = Some((id.into(), secret.into()));
        self
    }

    /// What the server signs cookies with; call it again for each secret that it accepts, the present one first. Without it the server is asked
    /// about every cookie that is not known.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Does not hear of ends: what the server signed is believed until it expires, some minutes at most. For programs that cannot have a credential.
    pub fn without_feed(mut self) -> Self {
        self.without_feed = true;
        self
    }

    /// Whom access tokens must be for (`aud`). Default: the server's origin, as the server's own default.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Who access tokens must be from (`iss`), where the server is reached by another address than people reach it by. Default: the origin of
    /// the address.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// What the names of the server's cookies begin with. Default `better-auth`.
    pub fn cookie_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.cookies.prefix = prefix.into();
        self
    }

    /// Whether people reach the server over https, so that its cookies' names begin with `__Secure-`. Default: as its address says.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = Some(secure);
        self
    }

    /// Whether the names of its cookies begin with `__Host-` instead, as the server's setting `cookie.host_prefix` has it (C-2). Default: no.
    pub fn host_prefix(mut self, host_prefix: bool) -> Self {
        self.cookies.host_prefix = host_prefix;
        self
    }

    /// How long ago a sign-in may be for [`crate::Fresh`]. Default: a day, as the server's own.
    pub fn fresh_age(mut self, age: Duration) -> Self {
        self.fresh_age = age;
        self
    }

    /// What happens while the feed of ends is not heard. Default: the server is asked, and where it does not answer the answer is 503.
    pub fn when_deaf(mut self, when_deaf: WhenDeaf) -> Self {
        self.when_deaf = when_deaf;
        self
    }

    /// The layer itself refuses whoever is not signed in, whatever handlers take.
    pub fn required(mut self) -> Self {
        self.requires_session = true;
        self
    }

    /// How many tokens and cookies are remembered as genuine, of some kB each. Default 20,000.
    pub fn remember(mut self, count: usize) -> Self {
        self.remembered = count;
        self
    }

    /// How long the server may take to answer a question. Default 5 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The HTTP client to build on: proxies, certificates.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Starts to follow the feed, and gives the layer. To be called within a tokio runtime.
    pub fn start(self) -> Result<Verifier, StartError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let follows = match (&self.backend, self.without_feed) {
            (_, true) => false,
            (Some(_), false) => true,
            (None, false) => return Err(StartError::NoFeed),
        };
        let inner = Arc::new(self.build(follows)?);
        let mut tasks = vec![runtime.spawn(crate::access::keep_keys(Arc::downgrade(&inner))).abort_handle()];
        if follows {
            tasks.push(runtime.spawn(crate::feed::follow(Arc::downgrade(&inner))).abort_handle());
        }
        Ok(Verifier { inner, following: Arc::new(Following(tasks)) })
    }

    fn build(self, follows: bool) -> Result<Inner, StartError> {
        let base = address(&self.url)?;
        let mut cookies = self.cookies;
        cookies.secure = self.secure.unwrap_or(base.scheme() == "https");
        cookies.check()?;
        let secrets = secrets(&self.secrets)?;
        let credential = self.backend.map(|(id, secret)| credential(&id, &secret)).transpose()?;
        let origin = base.origin().ascii_serialization();
        let issuer = self.issuer.unwrap_or(origin);
        let audience = self.audience.unwrap_or_else(|| issuer.clone());
        crate::tls::use_a_crypto_provider();
        let http = self.http.unwrap_or_default().redirect(reqwest::redirect::Policy::none());
        let http = http.build().map_err(StartError::Http)?;
        Ok(Inner {
            access: Access::new(issuer, audience, secrets.as_ref()),
            base,
            http,
            credential,
            clock: self.clock,
            timeout: self.timeout,
            fresh_age: self.fresh_age,
            requires_session: self.requires_session,
            when_deaf: self.when_deaf,
            follows,
            names: CookieNames::new(&cookies),
            cookies: secrets.as_ref().map(Cookies::new),
            remembered: Remembered::new(self.remembered),
            told: crate::told::Told::default(),
            questions: Semaphore::new(QUESTIONS),
            counters: crate::counts::Counters::default(),
        })
    }
}

fn secrets(texts: &[String]) -> Result<Option<Secrets>, StartError> {
    let mut parsed = texts.iter().map(|text| Secret::parse(text));
    let Some(current) = parsed.next().transpose()? else { return Ok(None) };
    Ok(Some(Secrets::new(current, parsed.collect::<Result<_, _>>()?)?))
}

fn credential(id: &str, secret: &str) -> Result<HeaderValue, StartError> {
    let fits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits(id) || id.contains(':') || !fits(secret) {
        return Err(StartError::Credential);
    }
    // The server takes a percent-encoded secret as well (RFC 6749, section 2.3.1), so a percent sign has to be encoded.
    let pair = STANDARD.encode(format!("{id}:{}", secret.replace('%', "%25")));
    let mut value = HeaderValue::try_from(format!("Basic {pair}")).map_err(|_| StartError::Credential)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The address of the server with its path. Nothing after `?`, nothing before `@`: the text of an error must show no password.
fn address(text: &str) -> Result<Url, StartError> {
    let shown = text.rsplit('@').next().and_then(|rest| rest.split(['?', '#']).next()).unwrap_or_default();
    let invalid = || StartError::Address { given: shown.to_owned() };
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

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq";

    fn error(verify: Verify) -> String {
        verify.build(true).err().unwrap().to_string()
    }

    #[test]
    fn what_cannot_work_is_said_and_no_secret_with_it() {
        let told = error(Verify::new("https://user:geheim@app.example?geheim=1"));
        assert!(told.contains("app.example") && !told.contains("geheim"), "{told}");
        assert!(error(Verify::new("https://app.example").secret("short")).contains("bytes"));
        assert!(error(Verify::new("https://app.example").backend("a:b", SECRET)).contains("header"));
        let debug = format!("{:?}", Verify::new("https://app.example").secret(SECRET).backend("a", SECRET));
        assert!(!debug.contains(SECRET));
    }

    #[test]
    fn an_https_address_means_cookies_with_the_secure_prefix() {
        let names = |verify: Verify| verify.build(true).unwrap().names.session_token;
        assert_eq!(names(Verify::new("https://app.example")), "__Secure-better-auth.session_token");
        assert_eq!(names(Verify::new("http://127.0.0.1:3000")), "better-auth.session_token");
        assert_eq!(
            names(Verify::new("http://127.0.0.1:3000").secure(true)),
            "__Secure-better-auth.session_token"
        );
        let of_the_host = Verify::new("https://app.example").host_prefix(true);
        assert_eq!(names(of_the_host), "__Host-better-auth.session_token");
        error(Verify::new("http://127.0.0.1:3000").host_prefix(true));
    }

    #[test]
    fn the_path_is_the_usual_one_unless_it_is_said() {
        assert_eq!(address("https://app.example").unwrap().as_str(), "https://app.example/api/auth");
        assert_eq!(address("https://app.example/auth/").unwrap().as_str(), "https://app.example/auth");
    }

    #[tokio::test]
    async fn nobody_forgets_the_feed_by_accident() {
        assert!(matches!(Verify::new("https://app.example").start(), Err(StartError::NoFeed)));
        assert!(Verify::new("https://app.example").without_feed().start().is_ok());
    }
}
