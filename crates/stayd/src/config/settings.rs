//! The one table of settings. Messages about wrong values and `docs/configuration.md` both come from it.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use stayd_engine::{Rotation, StepUp};
use stayd_protocol::{MAX_COOKIE_AGE, Strategy};
use stayd_server::{ClearSiteData, CsrfMode, TrustedProxies};
use url::Url;

use super::{
    backends, documents, events, kinds,
    mail::MailChoice,
    plugins, read, security,
    setting::{About, Setting, WRONG},
    tokens,
};
use crate::logging::LogFormat;

pub(super) const DURATION: &str =
    "a duration such as `90s`, `15m`, `12h`, `7d` or `2w`; a bare number counts seconds";
pub(super) const SWITCH: &str = "`true` or `false` (also `on`/`off`, `yes`/`no`, `1`/`0`)";

/// The sections of the file in the order of the page, each with its settings.
pub(crate) const SECTIONS: &[(&str, &[&About])] = &[
    (
        "Where it listens and who may call",
        &[
            &LISTEN.about,
            &METRICS_LISTEN.about,
            &URL.about,
            &BASE_PATH.about,
            &DATABASE.about,
            &TRUSTED_ORIGINS.about,
            &TRUSTED_PROXIES.about,
            &HOSTS.about,
            &RATE_LIMIT.about,
        ],
    ),
    ("Secrets", &[&SECRET.about, &SECRETS.about, &SECRET_FILE.about]),
    (
        "Sessions",
        &[
            &EXPIRES_IN.about,
            &UPDATE_AGE.about,
            &FRESH_AGE.about,
            &STEP_UP.about,
            &ROTATION.about,
            &ROTATION_GRACE.about,
            &SESSION_CACHE.about,
        ],
    ),
    (
        "Kinds of session",
        &[
            &kinds::PRESET.about,
            &kinds::REMEMBER_BY_DEFAULT.about,
            &kinds::END_OTHERS.about,
            &kinds::DEFAULT.lifetime.about,
            &kinds::DEFAULT.renew_after.about,
            &kinds::DEFAULT.idle.about,
            &kinds::DEFAULT.absolute.about,
            &kinds::DEFAULT.rotation.about,
            &kinds::DEFAULT.max_sessions.about,
            &kinds::DEFAULT.binding.about,
            &kinds::REMEMBER.lifetime.about,
            &kinds::REMEMBER.renew_after.about,
            &kinds::REMEMBER.idle.about,
            &kinds::REMEMBER.absolute.about,
            &kinds::REMEMBER.rotation.about,
            &kinds::REMEMBER.max_sessions.about,
            &kinds::REMEMBER.binding.about,
            &kinds::API.lifetime.about,
            &kinds::API.renew_after.about,
            &kinds::API.idle.about,
            &kinds::API.absolute.about,
            &kinds::API.rotation.about,
            &kinds::API.max_sessions.about,
            &kinds::API.binding.about,
        ],
    ),
    (
        "Cookies",
        &[
            &COOKIE_PREFIX.about,
            &COOKIE_DOMAIN.about,
            &COOKIE_HOST_PREFIX.about,
            &COOKIE_CACHE.about,
            &COOKIE_CACHE_STRATEGY.about,
            &CLEAR_SITE_DATA.about,
        ],
    ),
    ("Devices and places", &[&DEVICE_COOKIE.about, &PLACE_DATABASE.about]),
    ("Requests that change something", &[&CSRF.about]),
    (
        "Plugins of Better Auth",
        &[
            &plugins::BEARER.about,
            &plugins::BEARER_SIGNATURE.about,
            &plugins::MULTI_SESSION.about,
            &plugins::MULTI_SESSION_MAXIMUM.about,
            &plugins::JWT.about,
            &plugins::JWT_CLAIMS.about,
            &plugins::JWT_HEADER.about,
        ],
    ),
    (
        "Event streams",
        &[
            &events::HEARTBEAT.about,
            &events::PER_SESSION.about,
            &events::PER_ADDRESS.about,
            &events::LIMIT.about,
        ],
    ),
    ("Documents", &[&documents::MAX_BYTES.about, &documents::MAX_COUNT.about]),
    (
        "Tokens for programs",
        &[
            &tokens::ALGORITHM.about,
            &tokens::AUDIENCE.about,
            &tokens::AUDIENCES.about,
            &tokens::LIFETIME.about,
            &tokens::REFRESH_GRACE.about,
            &tokens::ROTATE_KEYS_EVERY.about,
            &tokens::EXPIRED_GRACE.about,
            &tokens::WITHIN_ABSOLUTE_LIMIT.about,
        ],
    ),
    ("Other back ends", &[&backends::BACKENDS.about]),
    (
        "Accounts",
        &[
            &SIGN_UP.about,
            &AUTO_SIGN_IN.about,
            &REQUIRE_VERIFICATION.about,
            &SIGN_IN_AFTER_VERIFICATION.about,
            &CHANGE_EMAIL.about,
            &DELETE_USER.about,
            &DELETE_USER_BY_MAIL.about,
            &REVOKE_ON_RESET.about,
        ],
    ),
    (
        "Passwords",
        &[
            &PASSWORD_MIN.about,
            &PASSWORD_MAX.about,
            &security::REFUSE_COMMON.about,
            &security::PASSWORD_HASH.about,
            &HASH_THREADS.about,
            &HASH_QUEUE.about,
        ],
    ),
    (
        "What is unusual",
        &[
            &security::FINGERPRINT.about,
            &security::THRESHOLD.about,
            &security::IPV4_NETWORK.about,
            &security::IPV6_NETWORK.about,
            &security::NEW_DEVICE.about,
            &security::NEW_PLACE.about,
            &security::IMPOSSIBLE_TRAVEL.about,
            &security::FASTEST.about,
            &security::TOKEN_REUSE.about,
            &security::ACCOUNT_CHANGED.about,
        ],
    ),
    ("Mail", &[&MAIL.about, &MAIL_FROM.about, &MAIL_PRODUCT.about]),
    ("Logs", &[&LOG.about, &LOG_FORMAT.about]),
];

/// Every setting.
pub(crate) fn all() -> impl Iterator<Item = &'static About> {
    SECTIONS.iter().flat_map(|(_, settings)| settings.iter().copied())
}

pub(crate) const LISTEN: Setting<SocketAddr> = Setting {
    about: About::new("listen", "an address with a port, such as `127.0.0.1:3000`, `[::1]:3000` or `0.0.0.0:80`; port 0 takes a free one", "Where the server listens. TLS is the work of the proxy in front of it.")
        .variables(&["STAYD_LISTEN"]).flag("--listen").default("127.0.0.1:3000"),
    parse: read::listen,
};
pub(crate) const METRICS_LISTEN: Setting<SocketAddr> = Setting {
    about: About::new("metrics.listen", "an address with a port, such as `127.0.0.1:9464`; port 0 takes a free one", "Where `GET /metrics` is answered, for Prometheus: an address of its own, for strangers have no business there. See [operating](operating.md#metrics).")
        .variables(&["STAYD_METRICS_LISTEN"]).otherwise("nowhere"),
    parse: read::listen,
};
pub(crate) const URL: Setting<Url> = Setting {
    about: About::new("url", "an address that begins with `http://` or `https://`, without user, query and fragment", "Where people reach the server. It is trusted as an origin, stands in the links of letters, and decides by its scheme whether cookies are `Secure`. A path in it takes the place of `base_path`.")
        .variables(&["BETTER_AUTH_URL"]).otherwise("`http://` and the address it listens on, if that is an address of this machine; otherwise it must be set"),
    parse: read::base_url,
};
pub(crate) const BASE_PATH: Setting<String> = Setting {
    about: About::new(
        "base_path",
        "a path of letters, digits, `-`, `_`, `.`, `~` and `/`",
        "The path under which all routes lie.",
    )
    .default("/api/auth"),
    parse: read::base_path,
};
pub(crate) const DATABASE: Setting<PathBuf> = Setting {
    about: About::new("database", "`sqlite:` and the path of a file", "Where accounts and sessions are kept. The file is made, readable by its owner alone, if it is not there.")
        .variables(&["DATABASE_URL"]).flag("--database").default("sqlite:stayd.db"),
    parse: read::database,
};
pub(crate) const TRUSTED_ORIGINS: Setting<Vec<String>> = Setting {
    about: About::new("trusted_origins", "a list of origins such as `https://app.example.com`, or patterns with `*` and `?` such as `*.example.com`", "Other sites whose pages may send requests that change something, and where redirects may lead.")
        .variables(&["STAYD_TRUSTED_ORIGINS", "BETTER_AUTH_TRUSTED_ORIGINS"]).default(""),
    parse: read::origins,
};
pub(crate) const TRUSTED_PROXIES: Setting<TrustedProxies> = Setting {
    about: About::new(
        "trusted_proxies",
        "a list of addresses and networks such as `10.0.0.1` or `10.0.0.0/8`",
        "Proxies whose `X-Forwarded-For` is believed. From anybody else the header is ignored.",
    )
    .variables(&["STAYD_TRUSTED_PROXIES"])
    .default(""),
    parse: read::proxies,
};
pub(crate) const HOSTS: Setting<Vec<String>> = Setting {
    about: About::new("hosts", "a list of hosts such as `stayd.internal` or `10.0.0.5:3000` (without a port any will do), or `*` for any host", "Hosts that requests may name beside those of `url` and of this machine; needed when a proxy does not pass the host on. Others are answered with 421.")
        .variables(&["STAYD_HOSTS"]).default(""),
    parse: read::hosts,
};
pub(crate) const RATE_LIMIT: Setting<bool> = Setting {
    about: About::new("rate_limit", SWITCH, "Whether requests beyond the limits are answered with 429, which says in `Retry-After` when to come back. Counted in sliding windows are requests by address and path (3 in 10 s to what takes a password, 3 in 60 s to what sends a letter, 500 in 10 s to documents, 100 in 10 s to the rest), failed attempts at a password by account (10 in 10 min close it for 10 min, then for twice as long each time; the sign-in and what asks for the password within a session are counted apart), and letters by mailbox (10 in an hour). The question who is signed in is not counted.")
        .variables(&["STAYD_RATE_LIMIT"])
        .default("on"),
    parse: read::switch,
};

pub(crate) const SECRET: Setting<String> = Setting {
    about: About::new("secret", "at least 32 random characters; `stayd secret` prints some", "The key that signs cookies and links. Prefer the environment or `secret_file` to the configuration file.")
        .variables(&["BETTER_AUTH_SECRET", "AUTH_SECRET"]).otherwise("one of the three must be set").secret(),
    parse: |text| Ok(text.to_owned()),
};
pub(crate) const SECRETS: Setting<Vec<(u32, String)>> = Setting {
    about: About::new("secrets", "a list of `VERSION:SECRET`, newest first, at most three, such as `2:new...,1:old...`", "To change the secret without signing anybody out: the first one signs, the others are still accepted, and what they signed is signed anew when it is used. Whoever has not come by when an old one is taken out of the list is signed out. `stayd secret rotate` makes the next list. When this is set, `secret` and `secret_file` are ignored.")
        .variables(&["BETTER_AUTH_SECRETS"]).secret(),
    parse: super::secret::versions,
};
pub(crate) const SECRET_FILE: Setting<PathBuf> = Setting {
    about: About::new("secret_file", "the path of a file", "A file that holds the secret and nothing else, or up to three, each in a line, newest first: the first one signs, the others are still accepted. For its owner alone (mode 600). Read when `secret` is not set.").variables(&["STAYD_SECRET_FILE"]),
    parse: |text| read::text(text).map(PathBuf::from),
};

pub(crate) const EXPIRES_IN: Setting<Duration> = Setting {
    about: About::new(
        "session.expires_in",
        "a duration from `1s` to `400d` (browsers keep no cookie longer); a bare number counts seconds",
        "How long a remembered session lives after its last renewal. With the preset `better-auth`; the same as `session.remember.lifetime`.",
    )
    .variables(&["STAYD_SESSION_EXPIRES_IN"])
    .default("7d"),
    parse: |text| read::duration(text, Duration::from_secs(1)..=MAX_COOKIE_AGE),
};
pub(crate) const UPDATE_AGE: Setting<Duration> = Setting {
    about: About::new(
        "session.update_age",
        "a duration of at most `session.expires_in`; 0 renews at every use",
        "A remembered session that is used this long after its last renewal is renewed. With the preset `better-auth`; the same as `session.remember.renew_after`.",
    )
    .variables(&["STAYD_SESSION_UPDATE_AGE"])
    .default("1d"),
    parse: |text| read::duration(text, Duration::ZERO..=MAX_COOKIE_AGE),
};
pub(crate) const FRESH_AGE: Setting<Duration> = Setting {
    about: About::new("session.fresh_age", DURATION, "For so long after the sign-in, or after a later `POST /step-up`, a session may do what needs freshness, such as deleting the account without the password. A renewal does not count. 0 asks for none.").variables(&["STAYD_SESSION_FRESH_AGE"]).otherwise("`1d` with the preset `better-auth`, `15m` with `strict`"),
    parse: |text| read::duration(text, Duration::ZERO..=MAX_COOKIE_AGE),
};
pub(crate) const STEP_UP: Setting<StepUp> = Setting {
    about: About::new("session.step_up", "`protocol` or `sensitive`", "What needs freshness. `protocol`: what Better Auth asks it for. `sensitive`: also a change of address, and the end of other sessions; the table of routes stands in [checks](checks.md). Refused is with 403 `SESSION_NOT_FRESH`, and `POST /step-up` with the password makes the session fresh again.")
        .variables(&["STAYD_SESSION_STEP_UP"]).otherwise("`protocol` with the preset `better-auth`, `sensitive` with `strict`"),
    parse: |text| match text {
        "protocol" => Ok(StepUp::Protocol),
        "sensitive" => Ok(StepUp::Sensitive),
        _ => Err(WRONG),
    },
};
pub(crate) const ROTATION: Setting<Rotation> = Setting {
    about: About::new("session.rotation", "`off`, `grace` or `strict`", "Whether a renewal also replaces the session's token, so that a stolen one does not work for ever. `off`: a session keeps its token, as with Better Auth. `grace`: the token before works until `session.rotation_grace` after its successor was first used, so that no lost answer and no other tab loses the session; a change of password or address replaces the token too. `strict`: a token works until its renewal and not a moment longer; when the answer to a renewal is lost, the person must sign in again.")
        .variables(&["STAYD_SESSION_ROTATION"]).otherwise("`off` with the preset `better-auth`, `grace` with `strict`"),
    parse: read::rotation,
};
pub(crate) const ROTATION_GRACE: Setting<Duration> = Setting {
    about: About::new("session.rotation_grace", "a duration from `1s` to `10m`", "With `grace`, how long a replaced token still works after its successor was first used. Requests with a token that has just stopped working are answered with 409 `SESSION_SUPERSEDED` for as long again, and no cookie is changed; after that it is unknown. Longer than a request may take.")
        .variables(&["STAYD_SESSION_ROTATION_GRACE"]).default("10s"),
    parse: |text| read::duration(text, Duration::from_secs(1)..=Duration::from_mins(10)),
};
pub(crate) const SESSION_CACHE: Setting<usize> = Setting {
    about: About::new(
        "session.cache_size",
        "a number from 0 to 10000000",
        "How many sessions are kept in memory, at about 1.5 kB each.",
    )
    .default("50000"),
    parse: |text| read::count(text, 0..=10_000_000),
};

pub(crate) const DEVICE_COOKIE: Setting<bool> = Setting {
    about: About::new(
        "device.cookie",
        SWITCH,
        "Whether a browser gets a signed cookie at its first sign-in, by which it is known again after a sign-out: a random id and nothing of the person. With it people see on which device a session is, give it a name and end all sessions on it; see [devices](devices.md). Clients of Better Auth ignore it.",
    )
    .variables(&["STAYD_DEVICE_COOKIE"])
    .otherwise("`off` with the preset `better-auth`, `on` with `strict`"),
    parse: read::switch,
};
pub(crate) const PLACE_DATABASE: Setting<PathBuf> = Setting {
    about: About::new(
        "place.database",
        "the path of a file in MaxMind's format (`.mmdb`) that knows cities or countries, such as GeoLite2-City",
        "From which people and operators are told in which city a session was begun. Read into memory, and again within a minute when the file is replaced. Nothing of it is stored.",
    )
    .variables(&["STAYD_PLACE_DATABASE"])
    .otherwise("no session has a place"),
    parse: |text| read::text(text).map(PathBuf::from),
};

pub(crate) const COOKIE_PREFIX: Setting<String> = Setting {
    about: About::new(
        "cookie.prefix",
        "at most 64 letters, digits, `-`, `_` and `.`",
        "What the names of all cookies begin with; clients must be told if it is changed.",
    )
    .default("better-auth"),
    parse: read::cookie_prefix,
};
pub(crate) const COOKIE_DOMAIN: Setting<String> = Setting {
    about: About::new("cookie.domain", "the host of `url` or a domain above it, such as `example.com`", "Shares the cookies with all subdomains of this domain. Every one of them can then act as the person.").otherwise("cookies belong to the host alone"),
    parse: read::cookie_domain,
};
pub(crate) const COOKIE_HOST_PREFIX: Setting<bool> = Setting {
    about: About::new(
        "cookie.host_prefix",
        SWITCH,
        "Puts `__Host-` before the names of cookies in place of `__Secure-`: browsers then take them from this very host alone, so that no subdomain beside it can plant one. Needs https and no `cookie.domain`. Off, because the helpers that Better Auth has for servers (`getSessionCookie`) look for `__Secure-`; its browser clients read no cookie and do not mind. Back ends that check cookies by themselves must be told, and whoever is signed in when this is changed signs in again. The CSRF token, which pages read, keeps `__Secure-`.",
    )
    .default("off"),
    parse: read::switch,
};
pub(crate) const COOKIE_CACHE: Setting<Duration> = Setting {
    about: About::new("cookie_cache.max_age", "a duration of at most `1h`; 0 switches it off", "Keeps a signed copy of the session in a cookie that is believed for so long without asking the store. Revocations on this server hold all the same.").variables(&["STAYD_COOKIE_CACHE"]).default("0"),
    parse: |text| read::duration(text, Duration::ZERO..=Duration::from_hours(1)),
};
pub(crate) const COOKIE_CACHE_STRATEGY: Setting<Strategy> = Setting {
    about: About::new(
        "cookie_cache.strategy",
        "`compact` (signed), `jwt` (signed, a standard form) or `jwe` (encrypted)",
        "The form of that cookie.",
    )
    .default("compact"),
    parse: read::strategy,
};
pub(crate) const CLEAR_SITE_DATA: Setting<ClearSiteData> = Setting {
    about: About::new(
        "cookie.clear_site_data",
        "a list of `cache`, `cookies` and `storage`",
        "What browsers are asked to throw away at a sign-out (`Clear-Site-Data`, only over https), beside the session's cookies, which are always deleted. `cookies` are those of the whole registrable domain, `storage` is also what other parts of the application keep.",
    )
    .default(""),
    parse: read::clear_site_data,
};

pub(crate) const CSRF: Setting<CsrfMode> = Setting {
    about: About::new("csrf.mode", "`off`, `when-present` or `required`", "Whether a request that changes something must carry the session's CSRF token in the header `X-CSRF-Token`, beside coming from a trusted origin, which is always demanded. `when-present`: a token that is sent must be right; tokens are given to pages that ask for one, and clients of Better Auth need to know nothing of them. `required`: nothing that a browser may have sent is accepted without one. `off`: there are no tokens. What each guards against stands in [csrf](csrf.md).")
        .variables(&["STAYD_CSRF_MODE"]).default("when-present"),
    parse: read::csrf_mode,
};

pub(crate) const SIGN_UP: Setting<bool> = Setting {
    about: About::new(
        "account.sign_up",
        SWITCH,
        "Whether somebody new may sign up. `stayd user add` works either way.",
    )
    .default("true"),
    parse: read::switch,
};
pub(crate) const AUTO_SIGN_IN: Setting<bool> = Setting {
    about: About::new("account.auto_sign_in", SWITCH, "Whether a sign-up signs in as well.").default("true"),
    parse: read::switch,
};
pub(crate) const REQUIRE_VERIFICATION: Setting<bool> = Setting {
    about: About::new(
        "account.require_email_verification",
        SWITCH,
        "Whether people must show that their address is theirs before they can sign in. Needs mail.",
    )
    .default("false"),
    parse: read::switch,
};
pub(crate) const SIGN_IN_AFTER_VERIFICATION: Setting<bool> = Setting {
    about: About::new(
        "account.auto_sign_in_after_verification",
        SWITCH,
        "Whether visiting the link in the verification letter signs in.",
    )
    .default("false"),
    parse: read::switch,
};
pub(crate) const CHANGE_EMAIL: Setting<bool> = Setting {
    about: About::new("account.change_email", SWITCH, "Whether people may change their address.")
        .default("true"),
    parse: read::switch,
};
pub(crate) const DELETE_USER: Setting<bool> = Setting {
    about: About::new("account.delete_user", SWITCH, "Whether people may delete their account.")
        .default("true"),
    parse: read::switch,
};
pub(crate) const DELETE_USER_BY_MAIL: Setting<bool> = Setting {
    about: About::new(
        "account.delete_user_by_mail",
        SWITCH,
        "Whether deleting an account needs a visit to a link sent by mail.",
    )
    .default("false"),
    parse: read::switch,
};
pub(crate) const REVOKE_ON_RESET: Setting<bool> = Setting {
    about: About::new(
        "account.revoke_sessions_on_password_reset",
        SWITCH,
        "Whether resetting the password ends all sessions of the person.",
    )
    .default("true"),
    parse: read::switch,
};

pub(crate) const PASSWORD_MIN: Setting<usize> = Setting {
    about: About::new(
        "password.min_length",
        "a number from 1 to 128",
        "The shortest password, in UTF-16 units as the protocol counts. Below 8 is not advised.",
    )
    .default("8"),
    parse: |text| read::count(text, 1..=128),
};
pub(crate) const PASSWORD_MAX: Setting<usize> = Setting {
    about: About::new("password.max_length", "a number from 64 to 4096", "The longest password.")
        .default("128"),
    parse: |text| read::count(text, 64..=4096),
};
pub(crate) const HASH_THREADS: Setting<usize> = Setting {
    about: About::new(
        "password.hash_threads",
        "a number from 1 to 256",
        "How many passwords are hashed at once; each takes 32 MiB while it is, 19 MiB with `argon2id`.",
    )
    .otherwise("half of the processors, at least 1"),
    parse: |text| read::count(text, 1..=256),
};
pub(crate) const HASH_QUEUE: Setting<usize> = Setting {
    about: About::new(
        "password.hash_queue",
        "a number from 0 to 100000",
        "How many may wait for that; beyond it the answer is 503 with `Retry-After`, at once.",
    )
    .otherwise("16 for each thread"),
    parse: |text| read::count(text, 0..=100_000),
};

pub(crate) const MAIL: Setting<MailChoice> = Setting {
    about: About::new("mail.transport", "`smtp://[user:password@]host[:port]`, `smtps://...`, `file:DIR`, `log` or `off`", "How letters leave. `smtps` speaks TLS from the start (port 465). `smtp` demands STARTTLS (port 587), except from a server on this machine (port 25, no TLS); `?tls=off` and `?tls=starttls` say otherwise, `?ca=FILE` trusts a certificate (PEM) besides the usual ones. Special characters in user and password are written as %XX. `file:` writes one .eml for each letter. `log` writes links to the log, for development.")
        .variables(&["STAYD_MAIL"]).otherwise("`log` when `url` is an address of this machine, else `off`").secret(),
    parse: read::mail,
};
pub(crate) const MAIL_FROM: Setting<String> = Setting {
    about: About::new("mail.from", "an e-mail address", "Where letters come from.")
        .variables(&["STAYD_MAIL_FROM"])
        .otherwise("`stayd@` and the host of `url`"),
    parse: read::address,
};
pub(crate) const MAIL_PRODUCT: Setting<String> = Setting {
    about: About::new("mail.product", "one line of text", "What letters call the application.")
        .variables(&["STAYD_MAIL_PRODUCT"])
        .otherwise("the host of `url`"),
    parse: read::text,
};

pub(crate) const LOG: Setting<String> = Setting {
    about: About::new(
        "log.filter",
        "`error`, `warn`, `info`, `debug`, `trace` or `off`, also for parts: `info,stayd_engine=debug`",
        "What is logged, to standard error.",
    )
    .variables(&["STAYD_LOG"])
    .default("info"),
    parse: read::log_filter,
};
pub(crate) const LOG_FORMAT: Setting<LogFormat> = Setting {
    about: About::new("log.format", "`text` or `json`", "The form of a log line.")
        .variables(&["STAYD_LOG_FORMAT"])
        .default("text"),
    parse: read::log_format,
};
