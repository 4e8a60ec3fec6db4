//! Tokens for programs: how they are signed, for whom, and for how long.

use std::time::Duration;

use stayd_engine::TokenPolicy;
use stayd_protocol::jws::Algorithm;

use super::{
    ConfigError,
    layers::Layers,
    read,
    setting::{About, Setting, WRONG},
};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

pub(crate) const ALGORITHM: Setting<Algorithm> = Setting {
    about: About::new("token.algorithm", "`EdDSA`, `ES256` or `HS256`", "How access tokens are signed. `EdDSA` (Ed25519) and `ES256` (P-256): other back ends check them with the public keys at `GET /jwks`. `HS256`: with a key derived from the shared secret and the issuer; whoever can check such a token can make one. See [tokens](tokens.md).")
        .variables(&["STAYD_TOKEN_ALGORITHM"]).default("EdDSA"),
    parse: |text| Algorithm::from_name(text).ok_or(WRONG),
};
pub(crate) const AUDIENCE: Setting<String> = Setting {
    about: About::new(
        "token.audience",
        "one line of text, such as `https://api.example.com`",
        "For whom access tokens are made (`aud`). Who checks them must expect the same.",
    )
    .variables(&["STAYD_TOKEN_AUDIENCE"])
    .otherwise("the origin of `url`, as the issuer (`iss`)"),
    parse: read::text,
};
pub(crate) const AUDIENCES: Setting<Vec<String>> = Setting {
    about: About::new("token.audiences", "a list of audiences such as `https://orders.example`", "Other audiences that a program may ask tokens for instead (`resource`, RFC 8707). Back ends that expect different audiences cannot use each other's tokens; and what each may ask about is said with it (`backends`).")
        .variables(&["STAYD_TOKEN_AUDIENCES"]).default(""),
    parse: read::audiences,
};
pub(crate) const WITHIN_ABSOLUTE_LIMIT: Setting<bool> = Setting {
    about: About::new("token.within_absolute_limit", super::settings::SWITCH, "Whether a family of refresh tokens is over with the absolute limit (`session.default.absolute`, `session.remember.absolute`) of the session that it was begun with, if not before. `false`: it is a grant of its own, with the limits of `session.api` alone.")
        .variables(&["STAYD_TOKEN_WITHIN_ABSOLUTE_LIMIT"]).default("true"),
    parse: read::switch,
};
pub(crate) const LIFETIME: Setting<Duration> = Setting {
    about: About::new("token.lifetime", "a duration from `1s` to `1d`", "The longest life of an access token. Each lives up to a twentieth shorter, so that programs do not all come back at once. How long a program may go on with refresh tokens is `session.api.lifetime` after the last refresh and `session.api.absolute` in all.")
        .variables(&["STAYD_TOKEN_LIFETIME"]).default("15m"),
    parse: |text| read::duration(text, Duration::from_secs(1)..=DAY),
};
pub(crate) const REFRESH_GRACE: Setting<Duration> = Setting {
    about: About::new("token.refresh_grace", "a duration of at most `1m`; 0 gives none", "For so long after a refresh the token before gets the same successor once more, for the answer may have been lost. After that it is taken for stolen, and the whole family ends.")
        .variables(&["STAYD_TOKEN_REFRESH_GRACE"]).default("10s"),
    parse: |text| read::duration(text, Duration::ZERO..=MINUTE),
};
pub(crate) const ROTATE_KEYS_EVERY: Setting<Duration> = Setting {
    about: About::new("token.rotate_keys_every", "a duration from `1m` to `400d`", "A key signs for so long. The next is published a quarter of an hour before it signs; those before stay published until what they signed is over. `stayd key rotate` makes one at once.")
        .variables(&["STAYD_TOKEN_ROTATE_KEYS_EVERY"]).default("30d"),
    parse: |text| read::duration(text, MINUTE..=400 * DAY),
};
pub(crate) const EXPIRED_GRACE: Setting<Duration> = Setting {
    about: About::new("token.expired_grace", "a duration of at most `12h`; 0 switches it off", "For so long after its end an access token can be exchanged for a new one (`POST /token/renew`) without a refresh token, as long as its session lives. Whoever steals one can then use it for as long; leave it off where programs can keep a refresh token.")
        .variables(&["STAYD_TOKEN_EXPIRED_GRACE"]).default("0"),
    parse: |text| read::duration(text, Duration::ZERO..=DAY / 2),
};

pub(super) fn read_policy(layers: &Layers) -> Result<TokenPolicy, ConfigError> {
    Ok(TokenPolicy {
        algorithm: layers.read(&ALGORITHM)?,
        audience: layers.read_optional(&AUDIENCE)?,
        audiences: layers.read(&AUDIENCES)?,
        lifetime: layers.read(&LIFETIME)?,
        refresh_grace: layers.read(&REFRESH_GRACE)?,
        rotate_keys_every: layers.read(&ROTATE_KEYS_EVERY)?,
        expired_grace: layers.read(&EXPIRED_GRACE)?,
        within_absolute_limit: layers.read(&WITHIN_ABSOLUTE_LIMIT)?,
    })
}
