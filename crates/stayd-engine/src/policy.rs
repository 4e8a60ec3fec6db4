//! What is allowed and for how long. Every number a deployment may want to change stands here, with its unit and its reason.

use crate::{DocumentPolicy, KindPolicy, Kinds, SecurityPolicy, store::SessionRecord};
use stayd_protocol::{jws::Algorithm, password::PasswordHashing};
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The rules an engine follows.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How sessions live and end.
    pub sessions: SessionPolicy,
    /// What a password must be.
    pub passwords: PasswordPolicy,
    /// What people may do with their account.
    pub accounts: AccountPolicy,
    /// What is unusual, and what follows.
    pub security: SecurityPolicy,
    /// How tokens for programs are made.
    pub tokens: TokenPolicy,
    /// How much a person may keep.
    pub documents: DocumentPolicy,
    /// Where the links in letters lead: the base address and path, such as `https://app.example/api/auth`.
    pub base_url: String,
}

/// How sessions live and end (AA-1, AA-2, L-1). The default is what Better Auth does.
#[derive(Debug, Clone)]
pub struct SessionPolicy {
    /// The policy of each kind of session.
    pub kinds: Kinds,
    /// Whether somebody who signs in at a browser and does not say is remembered.
    pub remember_unless_told: bool,
    /// Whether a change of password or address ends the person's other sessions where nobody says (L-7).
    pub end_others_on_change: bool,
    /// Whether browsers are told apart by a cookie that outlives sign-out, so that a person can name their devices.
    pub devices: bool,
    /// For this long after its person proved who they are a session may do what needs freshness; zero asks for none.
    pub fresh_age: Duration,
    /// What needs freshness.
    pub step_up: StepUp,
    /// With [`Rotation::Grace`], how long a predecessor works after its successor was first shown; then, and with [`Rotation::Strict`] at
    /// once, it is told for as long that it was superseded. Longer than any request takes: who is told nothing is signed out.
    pub rotation_grace: Duration,
    /// How old a session-data cookie may be that this deployment still accepts; zero where the cookie is off.
    pub cookie_cache: Duration,
    /// How many sessions are kept in memory; each takes about 1.5 kB.
    pub cached: usize,
    /// The last use of a session is noted at most this often; where it has an idle limit, more often if that asks for it.
    pub activity_resolution: Duration,
}

/// What needs a session whose person proved who they are a short while ago ([`SessionPolicy::fresh_age`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepUp {
    /// What the protocol says: the list of sessions, taking an account away, deleting oneself without the password.
    #[default]
    Protocol,
    /// That, and whatever changes how the person signs in or ends their other sessions (L-10, L-11).
    Sensitive,
}

/// Whether a renewal replaces the session's token by a successor, and what becomes of the predecessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    /// A session keeps its token; a renewal moves its end alone, as Better Auth does.
    #[default]
    Off,
    /// The predecessor works until [`SessionPolicy::rotation_grace`] after the successor was first shown. A lost answer loses nothing.
    Grace,
    /// A token works until its renewal and not a moment longer. A lost answer to a renewal signs the person out.
    Strict,
}

/// What a password must be. Lengths are UTF-16 units, as the wire protocol counts them.
#[derive(Debug, Clone)]
pub struct PasswordPolicy {
    /// The shortest accepted.
    pub min_length: usize,
    /// The longest accepted; a longer one would cost hashing time for nothing.
    pub max_length: usize,
    /// Whether passwords that everybody tries first are refused.
    pub refuse_common: bool,
    /// How passwords are hashed from now on. Every form that is known is verified; one of another form is made anew at its next sign-in.
    pub hashing: PasswordHashing,
    /// How many hashes are made at once. Each takes 32 MiB and, on one core, some 60 ms; with Argon2id 19 MiB and some 15 ms.
    pub hash_threads: usize,
    /// How many may wait for their turn; beyond this the answer is `Busy` at once.
    pub hash_queue: usize,
}

/// What people may do with their account.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent setting of the protocol")]
pub struct AccountPolicy {
    /// Whether somebody new may sign up.
    pub sign_up: bool,
    /// Whether a sign-up signs in as well.
    pub auto_sign_in: bool,
    /// Whether an address must be verified before its person can sign in.
    pub require_email_verification: bool,
    /// Whether visiting the verification link signs in.
    pub auto_sign_in_after_verification: bool,
    /// Whether a reset of the password ends the sessions of its person.
    pub revoke_sessions_on_password_reset: bool,
    /// Whether people may change their address.
    pub change_email: bool,
    /// Whether people may delete their account.
    pub delete_user: bool,
    /// Whether deleting an account needs a visit to a link sent by mail.
    pub delete_user_by_mail: bool,
    /// How long a link to verify an address works.
    pub verification_expires_in: Duration,
    /// How long a link to reset a password works.
    pub reset_expires_in: Duration,
    /// How long a link to delete an account works.
    pub deletion_expires_in: Duration,
}

/// How tokens for programs are made (AA-4, R-1 to R-8). How long a family of refresh tokens lives is the policy of sessions of kind `api`.
#[derive(Debug, Clone)]
pub struct TokenPolicy {
    /// How access tokens are signed.
    pub algorithm: Algorithm,
    /// For whom they are made; the issuer itself where nothing is said.
    pub audience: Option<String>,
    /// Others that a program may ask for instead (RFC 8707). A back end of one of these takes no token that was made for another.
    pub audiences: Vec<String>,
    /// The longest life of an access token. Up to a twentieth less, so that programs do not all come back at once.
    pub lifetime: Duration,
    /// For so long after a refresh the token before gets the same successor again: an answer may have been lost.
    pub refresh_grace: Duration,
    /// A key signs for so long before the next takes its place.
    pub rotate_keys_every: Duration,
    /// For so long after its end an access token can be renewed as long as its session lives (EN-9); zero switches that off.
    pub expired_grace: Duration,
    /// Whether a family is over with the absolute limit of the session that it was begun with, if not before (L-2). Else it is a grant of its
    /// own, with the limits of sessions of kind `api` alone.
    pub within_absolute_limit: bool,
}

impl TokenPolicy {
    /// For so long after the last token was signed with a key it has to be known (J-6): the longest life of a token, with a minute for clocks
    /// that differ. At least an hour, so that a shorter life in the configuration does not cut off tokens that were made before.
    pub(crate) fn keys_are_honoured_for(&self) -> Duration {
        self.lifetime.max(HOUR) + self.expired_grace + MINUTE
    }
}

impl Policy {
    /// The defaults, for a server at `base_url`.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            sessions: SessionPolicy::default(),
            passwords: PasswordPolicy::default(),
            accounts: AccountPolicy::default(),
            security: SecurityPolicy::default(),
            tokens: TokenPolicy::default(),
            documents: DocumentPolicy::default(),
            base_url: base_url.into(),
        }
    }

    /// How long anything we sign may be believed without asking us: a cookie with session data, or an access token (by a clock that is up to a minute late).
    pub(crate) fn longest_belief(&self) -> Duration {
        self.sessions.cookie_cache.max(self.tokens.lifetime + MINUTE)
    }
}

impl SessionPolicy {
    /// [`Kinds::STRICT`], with what goes with it.
    pub fn strict() -> Self {
        let kinds = Kinds::STRICT;
        Self {
            kinds,
            remember_unless_told: false,
            end_others_on_change: true,
            fresh_age: Duration::from_mins(15),
            step_up: StepUp::Sensitive,
            devices: true,
            ..Self::default()
        }
    }

    /// How often the use of a session is noted.
    pub(crate) fn activity_resolution_of(&self, session: &SessionRecord) -> Duration {
        self.of(session).activity_resolution(self.activity_resolution)
    }

    /// The policy of a session.
    pub(crate) const fn of(&self, session: &SessionRecord) -> &KindPolicy {
        self.kinds.of(session.kind)
    }
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            kinds: Kinds::BETTER_AUTH,
            remember_unless_told: true,
            end_others_on_change: false,
            devices: false,
            fresh_age: DAY,
            step_up: StepUp::Protocol,
            rotation_grace: Duration::from_secs(10),
            cookie_cache: Duration::ZERO,
            cached: 50_000,
            activity_resolution: MINUTE,
        }
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let hash_threads = (cores / 2).max(1);
        // Sixteen in front of each thread is a wait of one second; who comes later is told at once.
        Self {
            min_length: 8,
            max_length: 128,
            refuse_common: false,
            hashing: PasswordHashing::default(),
            hash_threads,
            hash_queue: 16 * hash_threads,
        }
    }
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::EdDsa,
            audience: None,
            audiences: Vec::new(),
            lifetime: 15 * MINUTE,
            refresh_grace: Duration::from_secs(10),
            rotate_keys_every: 30 * DAY,
            expired_grace: Duration::ZERO,
            within_absolute_limit: true,
        }
    }
}

impl Default for AccountPolicy {
    fn default() -> Self {
        Self {
            sign_up: true,
            auto_sign_in: true,
            require_email_verification: false,
            auto_sign_in_after_verification: false,
            revoke_sessions_on_password_reset: true,
            change_email: true,
            delete_user: true,
            delete_user_by_mail: false,
            verification_expires_in: HOUR,
            reset_expires_in: HOUR,
            deletion_expires_in: DAY,
        }
    }
}
