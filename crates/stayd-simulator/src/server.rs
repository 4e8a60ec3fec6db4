//! The server: the real engine over the store in memory, and of HTTP as much as the promises depend on: which answer, which cookie.
//!
//! The engine's futures never wait here, for nothing behind them does: each is done in one step of virtual time. That the parts of
//! one call interleave with another's is for the engine's own tests.

use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use stayd_core::Key;
use stayd_engine::{
    Clock, Device, Engine, EngineError, LiveSession, NoPlaces, Parts, Policy, Reaction, Recognised, Refusal,
    Renews, SessionKind,
    mail::{Mail, MailError, Mailer},
    store::{AccountRecord, CREDENTIAL, MemoryStore, Store, UserChange, UserRecord},
};
use stayd_protocol::{Random, Secret, Secrets, SessionToken, Timestamp, TokenHash};

use crate::dice::Dice;
use crate::plan::Lifetimes;

/// What a page is shown of a session: enough to tell whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageData {
    pub(crate) session: Key,
    pub(crate) person: Key,
    /// A fingerprint of the person's name and the like.
    pub(crate) data: u32,
}

/// A session as an answer describes it, in the server's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) shown: PageData,
    pub(crate) created_s: u32,
    pub(crate) updated_ago_ms: u64,
    pub(crate) ends_in_ms: u64,
}

/// The content of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Session(Described),
    /// 200 and `null`; of a sign-out: done.
    Nobody,
    /// 401.
    Unauthorized,
    /// 409: the token was replaced.
    Superseded,
    /// 429.
    TooMany,
    /// 503.
    Unavailable,
    /// Somebody else's page: a captive portal.
    Html,
    /// What a page asked for, of this person.
    Page(Key),
}

/// What an answer does to the browser's cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SetCookie {
    Keep,
    Set(String),
    Clear,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) body: Body,
    pub(crate) retry_after_ms: u64,
    pub(crate) cookie: SetCookie,
}

impl Response {
    pub(crate) fn plain(body: Body) -> Self {
        Self { body, retry_after_ms: 0, cookie: SetCookie::Keep }
    }
}

/// Who the server says somebody is who is not.
#[derive(Debug)]
pub(crate) struct Broken(pub(crate) &'static str);

/// The engine, its clock and its people.
pub(crate) struct Server {
    engine: Engine,
    store: Arc<MemoryStore>,
    clock: Arc<HandClock>,
    people: Vec<UserRecord>,
    remember: bool,
    renamed: u32,
    /// Renewals that moved an end.
    pub(crate) renewals: u64,
}

impl Server {
    pub(crate) fn new(seed: u64, lifetimes: &Lifetimes, people: usize, now_ms: u64) -> Result<Self, Broken> {
        let clock = Arc::new(HandClock(AtomicI64::new(0)));
        clock.set(now_ms);
        let store = Arc::new(MemoryStore::new());
        let mut policy = Policy::new("http://127.0.0.1:3000/api/auth");
        let kinds = &mut policy.sessions.kinds;
        kinds.remember.lifetime = Duration::from_millis(lifetimes.life_ms);
        kinds.default.lifetime = Duration::from_millis(lifetimes.life_ms);
        kinds.remember.renews = Renews::WhenUsed { after: Duration::from_millis(lifetimes.update_age_ms) };
        kinds.rotate(lifetimes.rotation);
        // Longer than a request takes, as the policy's documentation asks: clients give up after 15 s.
        policy.sessions.rotation_grace = Duration::from_secs(20);
        policy.passwords.hash_threads = 1;
        if lifetimes.reuse_ends {
            policy.security.token_reuse = Reaction::End;
        }
        let secret = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").map_err(|_| Broken("the secret"))?;
        let engine = Engine::new(Parts {
            policy,
            store: Arc::clone(&store) as Arc<dyn Store>,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::new(Seeded(Mutex::new(Dice::new(seed, u64::MAX)))),
            mailer: Arc::new(NoMail),
            secrets: Secrets::new(secret, Vec::new()).map_err(|_| Broken("the secrets"))?,
            places: Arc::new(NoPlaces),
        });
        let mut server = Self {
            engine,
            store,
            clock,
            people: Vec::new(),
            remember: lifetimes.remember,
            renamed: 0,
            renewals: 0,
        };
        for number in 0..people {
            server.add_person(number)?;
        }
        Ok(server)
    }

    fn add_person(&mut self, number: usize) -> Result<(), Broken> {
        let now = self.engine.now();
        let user = UserRecord {
            id: format!("person{number:026}"),
            name: format!("Person {number}"),
            email: format!("person{number}@example.com"),
            email_verified: true,
            image: None,
            created_at: now,
            updated_at: now,
        };
        let account = AccountRecord {
            id: format!("account{number:025}"),
            account_id: user.id.clone(),
            provider_id: CREDENTIAL.to_owned(),
            user_id: user.id.clone(),
            password_hash: None,
            created_at: now,
            updated_at: now,
        };
        self.people.push(user.clone());
        at_once(self.store.create_user(user, account, None, None))?
            .map_err(|_| Broken("a person could not be added"))
    }

    pub(crate) fn set_time(&self, now_ms: u64) {
        self.clock.set(now_ms);
    }

    /// `GET /get-session`. The same route renews where that is due, and where tokens rotate replaces the cookie.
    pub(crate) fn session_of(&mut self, cookie: Option<&str>) -> Result<Response, Broken> {
        let Some(token) = cookie.and_then(SessionToken::parse) else {
            return Ok(Response::plain(Body::Nobody));
        };
        let recognised = at_once(self.engine.recognise(&token))?.map_err(|_| Broken("the engine failed"))?;
        let (live, successor) = match recognised {
            Recognised::Current(live) => (live, None),
            Recognised::Honoured { live, successor } => (live, Some(successor)),
            Recognised::Superseded => return Ok(Response::plain(Body::Superseded)),
            Recognised::Nobody if self.engine.just_ended(&token.hash()) => {
                return Ok(Response::plain(Body::Nobody));
            }
            Recognised::Nobody => {
                return Ok(Response { cookie: SetCookie::Clear, ..Response::plain(Body::Nobody) });
            }
        };
        if !self.engine.renewal_is_due(&live, self.engine.now()) {
            return self.described(&live, successor.as_ref());
        }
        match at_once(self.engine.renew(&token, &live))? {
            Ok(renewed) => {
                self.renewals += 1;
                self.described(&renewed.live, renewed.successor.as_ref().or(successor.as_ref()))
            }
            Err(EngineError::Refused(Refusal::SessionEnded)) => Ok(Response::plain(Body::Nobody)),
            Err(EngineError::Refused(Refusal::SessionSuperseded)) => Ok(Response::plain(Body::Superseded)),
            Err(_) => Err(Broken("a renewal failed")),
        }
    }

    /// `POST /sign-in`, the password having been found right.
    pub(crate) fn sign_in(&mut self, person: usize, cookie: Option<&str>) -> Result<Response, Broken> {
        let presented = cookie.and_then(SessionToken::parse).map(|token| token.hash());
        let user = self.people.get(person).cloned().ok_or(Broken("nobody of that number"))?;
        let begun = self.engine.begin_session(
            user,
            SessionKind::of_browser(self.remember),
            Device::default(),
            presented,
        );
        let signed_in = at_once(begun)?.map_err(|_| Broken("a sign-in failed"))?;
        // P8: whoever was told that they are signed in is known from then on.
        let live = at_once(self.engine.session(&signed_in.token.hash()))?
            .map_err(|_| Broken("the engine failed"))?;
        let live = live.ok_or(Broken("P8: a sign-in that was acknowledged is not known"))?;
        self.described(&live, Some(&signed_in.token))
    }

    /// `POST /sign-out`
    pub(crate) fn sign_out(&mut self, cookie: Option<&str>) -> Result<Response, Broken> {
        if let Some(token) = cookie.and_then(SessionToken::parse) {
            at_once(self.engine.end_session(&token.hash()))?.map_err(|_| Broken("a sign-out failed"))?;
            if self.holds(Some(token.expose()))?.is_some() {
                return Err(Broken("P2: a session goes on after its end was acknowledged"));
            }
        }
        Ok(Response { cookie: SetCookie::Clear, ..Response::plain(Body::Nobody) })
    }

    /// Something of the page's own, which the person of the cookie may see.
    pub(crate) fn page(&mut self, cookie: Option<&str>) -> Result<Response, Broken> {
        let holder = self.holds(cookie)?;
        Ok(Response::plain(holder.map_or(Body::Unauthorized, |shown| Body::Page(shown.person))))
    }

    /// Whose session the server holds for this cookie. Only looks.
    pub(crate) fn holds(&self, cookie: Option<&str>) -> Result<Option<PageData>, Broken> {
        let Some(token) = cookie.and_then(SessionToken::parse) else { return Ok(None) };
        let live = at_once(self.engine.session(&token.hash()))?.map_err(|_| Broken("the engine failed"))?;
        Ok(live.map(|live| shown(&live)))
    }

    /// What the server says of a cookie while it renders a page.
    pub(crate) fn rendering(&self, cookie: Option<&str>) -> Result<Option<Described>, Broken> {
        let Some(token) = cookie.and_then(SessionToken::parse) else { return Ok(None) };
        let live = at_once(self.engine.session(&token.hash()))?.map_err(|_| Broken("the engine failed"))?;
        Ok(live.map(|live| self.describe(&live)))
    }

    /// Whether the store holds a session of this key for anybody, whatever its token is.
    pub(crate) fn lives(&self, session: Key) -> Result<bool, Broken> {
        for person in &self.people {
            let sessions =
                at_once(self.engine.sessions_of(&person.id))?.map_err(|_| Broken("the engine failed"))?;
            if sessions.iter().any(|record| key(&record.id) == session) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn describe(&self, live: &LiveSession) -> Described {
        let now = self.engine.now();
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Described {
            shown: shown(live),
            created_s: u32::try_from(live.session.created_at.as_ms() / 1_000).unwrap_or(0),
            updated_ago_ms: ms(now.since(live.session.updated_at)),
            ends_in_ms: ms(live.session.expires_at.since(now)),
        }
    }

    /// Ends the session of a cookie from another device.
    pub(crate) fn revoke(&mut self, cookie: Option<&str>) -> Result<bool, Broken> {
        let Some(token) = cookie.and_then(SessionToken::parse) else { return Ok(false) };
        let live = at_once(self.engine.session(&token.hash()))?.map_err(|_| Broken("the engine failed"))?;
        let Some(live) = live else { return Ok(false) };
        at_once(self.engine.end_session_of(&live.user.id, &live.session.id))?
            .map_err(|_| Broken("a revocation failed"))
    }

    /// Ends every session of a person.
    pub(crate) fn revoke_all(&mut self, person: usize) -> Result<(), Broken> {
        let Some(user) = self.people.get(person) else { return Ok(()) };
        at_once(self.engine.end_all_sessions_of(&user.id))?
            .map(|_| ())
            .map_err(|_| Broken("a revocation failed"))
    }

    /// Changes a person's name, as the command line would: the store is written beside the engine, which notices.
    pub(crate) fn rename(&mut self, person: usize) -> Result<(), Broken> {
        let Some(id) = self.people.get(person).map(|user| user.id.clone()) else { return Ok(()) };
        self.renamed += 1;
        let change = UserChange { name: Some(format!("Renamed {}", self.renamed)), ..UserChange::default() };
        let changed = at_once(self.store.update_user(&id, change, self.engine.now()))?;
        let changed = changed.map_err(|_| Broken("a person could not be renamed"))?;
        if let Some(place) = self.people.get_mut(person) {
            *place = changed.user;
        }
        let mut seen = u64::MAX;
        at_once(self.engine.notice_foreign_writes(&mut seen))?.map_err(|_| Broken("the engine failed"))
    }

    fn described(&self, live: &LiveSession, cookie: Option<&SessionToken>) -> Result<Response, Broken> {
        // P7: what scripts can read holds no secret.
        if let Some(token) = cookie
            && live.body.windows(token.expose().len()).any(|part| part == token.expose().as_bytes())
        {
            return Err(Broken("P7: an answer's body holds a token"));
        }
        let cookie = cookie.map_or(SetCookie::Keep, |token| SetCookie::Set(token.expose().to_owned()));
        Ok(Response { cookie, ..Response::plain(Body::Session(self.describe(live))) })
    }
}

fn shown(live: &LiveSession) -> PageData {
    let text = format!("{} {} {}", live.session.id, live.user.id, live.user.name);
    let data = u32::try_from(key(&text) >> 32).unwrap_or(1).max(1);
    PageData { session: key(&live.session.id), person: key(&live.user.id), data }
}

/// An id as a number, as hosts make it: from a hash, never 0.
fn key(id: &str) -> Key {
    let hash = TokenHash::of(id);
    let bytes = hash.as_bytes().iter().take(8);
    bytes.fold(0, |key: u64, byte| key << 8 | u64::from(*byte)).max(1)
}

/// The result of a future that does not wait.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T, Broken> {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err(Broken("the engine waits for something that will not come")),
    }
}

struct HandClock(AtomicI64);

impl HandClock {
    fn set(&self, now_ms: u64) {
        self.0.store(i64::try_from(now_ms).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::Relaxed))
    }
}

struct Seeded(Mutex<Dice>);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

struct NoMail;

impl Mailer for NoMail {
    fn post(&self, _: Mail) -> Result<(), MailError> {
        Ok(())
    }
}
