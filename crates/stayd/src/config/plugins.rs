//! What behaves as plugins of Better Auth do: the settings, and how they make the server's.

use stayd_engine::JwtClaims;
use stayd_server::{Bearer, Jwt, MultiSession, Plugins};

use super::{
    ConfigError, Layers, read,
    setting::{About, Setting},
    settings::SWITCH,
};

pub(super) const BEARER: Setting<bool> = Setting {
    about: About::new(
        "bearer.enabled",
        SWITCH,
        "Takes a session's token from `Authorization: Bearer` as well, and tells it to the caller in the header `set-auth-token` whenever the session cookie is set, as the `bearer` plugin of Better Auth does: for programs and apps that keep no cookies. A page whose scripts read that header holds the token where every script of the page can take it, which the `HttpOnly` cookie prevents; so it is off unless somebody needs it.",
    )
    .variables(&["STAYD_BEARER"])
    .default("false"),
    parse: read::switch,
};
pub(super) const BEARER_SIGNATURE: Setting<bool> = Setting {
    about: About::new(
        "bearer.require_signature",
        SWITCH,
        "Whether such a token counts only as `set-auth-token` gives it, with its signature. `false` takes bare tokens too.",
    )
    .default("true"),
    parse: read::switch,
};
pub(super) const MULTI_SESSION: Setting<bool> = Setting {
    about: About::new(
        "multi_session.enabled",
        SWITCH,
        "Lets several people be signed in at one browser, one of them active, as the `multi-session` plugin of Better Auth does. A sign-in then ends the session that the browser had only if it was the same person's.",
    )
    .variables(&["STAYD_MULTI_SESSION"])
    .default("false"),
    parse: read::switch,
};
pub(super) const MULTI_SESSION_MAXIMUM: Setting<usize> = Setting {
    about: About::new(
        "multi_session.maximum",
        "a number from 1 to 20",
        "How many sessions one browser keeps. A sign-in beyond it works, and is not kept beside the others.",
    )
    .default("5"),
    parse: |text| read::count(text, 1..=20),
};

pub(super) const JWT: Setting<bool> = Setting {
    about: About::new(
        "jwt.enabled",
        SWITCH,
        "Makes tokens that tell other back ends who has a session, at `GET /token` and in the header `set-auth-jwt` of `get-session`, as the `jwt` plugin of Better Auth does. They are signed with the keys of `tokens.*` and live as long as an access token. Page scripts can read them; so it is off unless somebody needs it.",
    )
    .variables(&["STAYD_JWT"])
    .default("false"),
    parse: read::switch,
};
pub(super) const JWT_CLAIMS: Setting<JwtClaims> = Setting {
    about: About::new(
        "jwt.claims",
        "`minimal` or `user`",
        "What those tokens say. `minimal`: an access token, with the person's and the session's id and nothing personal. `user`: everything that is shown of the person (name, address, picture ...), as the plugin has it; anybody who sees such a token can read that, and it is no access token.",
    )
    .variables(&["STAYD_JWT_CLAIMS"])
    .default("minimal"),
    parse: read::jwt_claims,
};
pub(super) const JWT_HEADER: Setting<bool> = Setting {
    about: About::new(
        "jwt.session_header",
        SWITCH,
        "Whether `get-session` brings such a token (the package's `disableSettingJwtHeader`, the other way round). Costs a signature at each request.",
    )
    .default("true"),
    parse: read::switch,
};

pub(super) fn read(layers: &Layers) -> Result<Plugins, ConfigError> {
    let require_signature = layers.read(&BEARER_SIGNATURE)?;
    let maximum = layers.read(&MULTI_SESSION_MAXIMUM)?;
    let jwt = Jwt { claims: layers.read(&JWT_CLAIMS)?, with_session: layers.read(&JWT_HEADER)? };
    Ok(Plugins {
        jwt: layers.read(&JWT)?.then_some(jwt),
        bearer: layers.read(&BEARER)?.then_some(Bearer { require_signature }),
        multi_session: layers.read(&MULTI_SESSION)?.then_some(MultiSession { maximum }),
    })
}
