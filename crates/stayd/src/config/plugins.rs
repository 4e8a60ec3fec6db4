//! What behaves as plugins of Better Auth do: the settings, and how they make the server's.

use stayd_server::{Bearer, MultiSession, Plugins};

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

pub(super) fn read(layers: &Layers) -> Result<Plugins, ConfigError> {
    let require_signature = layers.read(&BEARER_SIGNATURE)?;
    let maximum = layers.read(&MULTI_SESSION_MAXIMUM)?;
    Ok(Plugins {
        bearer: layers.read(&BEARER)?.then_some(Bearer { require_signature }),
        multi_session: layers.read(&MULTI_SESSION)?.then_some(MultiSession { maximum }),
    })
}
