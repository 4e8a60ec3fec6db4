//! Kinds of session in the configuration: a preset, and what is said beyond it.

use std::time::Duration;

use stayd_engine::{Binding, KindPolicy, Renews, Rotation, SessionKind, SessionPolicy};
use stayd_protocol::MAX_COOKIE_AGE;

use super::{
    ConfigError,
    layers::Layers,
    read,
    setting::{About, Setting, WRONG, Wrong},
    settings,
};

const OF_PRESET: &str = "as the preset has it (see [policies](policies.md))";

/// Where the policy of every kind begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preset {
    BetterAuth,
    Strict,
}

/// When a session is renewed, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RenewAfter {
    Never,
    OnRequest,
    /// Percent of the lifetime.
    Percent(u32),
    Time(Duration),
}

pub(crate) const PRESET: Setting<Preset> = Setting {
    about: About::new("session.preset", "`better-auth` or `strict`", "Where the policy of each kind of session begins; what is said below counts beyond it. `better-auth`: as that package does, with `session.expires_in` and `session.update_age`. `strict`: every kind has an idle limit, an absolute limit and a cap, and tokens rotate. A policy that has become stricter applies to running sessions at their next check. One page on it: [policies](policies.md).")
        .variables(&["STAYD_SESSION_PRESET"]).default("better-auth"),
    parse: |text| match text {
        "better-auth" => Ok(Preset::BetterAuth),
        "strict" => Ok(Preset::Strict),
        _ => Err(WRONG),
    },
};
pub(crate) const REMEMBER_BY_DEFAULT: Setting<bool> = Setting {
    about: About::new(
        "session.remember_by_default",
        settings::SWITCH,
        "Whether a sign-in that does not say `rememberMe` is one of kind `remember`.",
    )
    .otherwise("true with the preset `better-auth`, false with `strict`"),
    parse: read::switch,
};
pub(crate) const END_OTHERS: Setting<bool> = Setting {
    about: About::new("session.end_others_on_change", settings::SWITCH, "Whether a change of password ends the person's other sessions when the request does not say `revokeOtherSessions`, and whether a change of address does.")
        .otherwise("false with the preset `better-auth`, true with `strict`"),
    parse: read::switch,
};

/// What can be said of one kind.
pub(crate) struct KindSettings {
    pub(crate) lifetime: Setting<Duration>,
    pub(crate) renew_after: Setting<RenewAfter>,
    pub(crate) idle: Setting<Option<Duration>>,
    pub(crate) absolute: Setting<Option<Duration>>,
    pub(crate) rotation: Setting<Rotation>,
    pub(crate) max_sessions: Setting<Option<usize>>,
    pub(crate) binding: Setting<Binding>,
}

macro_rules! kind_settings {
    ($kind:literal) => {
        KindSettings {
            lifetime: Setting {
                about: About::new(concat!("session.", $kind, ".lifetime"), "a duration from `1s` to `400d`; a bare number counts seconds", "How long a session of this kind lives after its last renewal.").otherwise(OF_PRESET),
                parse: lifetime,
            },
            renew_after: Setting {
                about: About::new(concat!("session.", $kind, ".renew_after"), "a share of the lifetime such as `80%`, a duration of at most the lifetime, `on-request` or `never`", "A session of this kind that is used so long after its last renewal is renewed. `on-request`: only by a call that asks for it.").otherwise("as the preset has it, in proportion to the lifetime"),
                parse: renew_after,
            },
            idle: Setting {
                about: About::new(concat!("session.", $kind, ".idle"), "a duration from `1s` and shorter than the lifetime, or `off`", "A session of this kind that is not used for so long ends.").otherwise(OF_PRESET),
                parse: limit,
            },
            absolute: Setting {
                about: About::new(concat!("session.", $kind, ".absolute"), "a duration of at least the lifetime, or `off`", "A session of this kind ends so long after the sign-in, whatever the use.").otherwise(OF_PRESET),
                parse: limit,
            },
            rotation: Setting {
                about: About::new(concat!("session.", $kind, ".rotation"), "`off`, `grace` or `strict`", "As `session.rotation`, for this kind alone.").otherwise(OF_PRESET),
                parse: read::rotation,
            },
            max_sessions: Setting {
                about: About::new(concat!("session.", $kind, ".max_sessions"), "a number from 1 to 10000, or `off`", "How many sessions of this kind one person may have. At the next sign-in the one that was unused for longest ends.").otherwise(OF_PRESET),
                parse: cap,
            },
            binding: Setting {
                about: About::new(concat!("session.", $kind, ".binding"), "`none` or `device`", "What a request must show beside the session's token. `device`: the cookie of the device that the session was begun on (`device.cookie`); without it the token opens nothing. Sessions that were begun without that cookie are not bound, none is where it is switched off, and what the session-data cookie answers is not held against it.").otherwise(OF_PRESET),
                parse: binding,
            },
        }
    };
}

pub(crate) const DEFAULT: KindSettings = kind_settings!("default");
pub(crate) const REMEMBER: KindSettings = kind_settings!("remember");
pub(crate) const API: KindSettings = kind_settings!("api");

/// Reads the preset and what is said beyond it.
pub(super) fn read(layers: &Layers) -> Result<SessionPolicy, ConfigError> {
    let mut policy = match layers.read(&PRESET)? {
        Preset::BetterAuth => better_auth(layers)?,
        Preset::Strict => strict(layers)?,
    };
    if let Some(rotation) = layers.read_optional(&settings::ROTATION)? {
        policy.kinds.rotate(rotation);
    }
    for (kind, settings) in
        [(SessionKind::Default, &DEFAULT), (SessionKind::Remember, &REMEMBER), (SessionKind::Api, &API)]
    {
        settings.apply(layers, policy.kinds.of_mut(kind))?;
    }
    policy.remember_unless_told =
        layers.read_optional(&REMEMBER_BY_DEFAULT)?.unwrap_or(policy.remember_unless_told);
    policy.end_others_on_change = layers.read_optional(&END_OTHERS)?.unwrap_or(policy.end_others_on_change);
    Ok(policy)
}

fn better_auth(layers: &Layers) -> Result<SessionPolicy, ConfigError> {
    for (theirs, ours) in [
        (&settings::EXPIRES_IN.about, &REMEMBER.lifetime.about),
        (&settings::UPDATE_AGE.about, &REMEMBER.renew_after.about),
    ] {
        if layers.says(theirs) && layers.says(ours) {
            return Err(ConfigError::Contradiction(format!(
                "{} ({}) and {} ({}) say the same: leave one out",
                theirs.key,
                layers.place(theirs),
                ours.key,
                layers.place(ours)
            )));
        }
    }
    let (lifetime, after) = (layers.read(&settings::EXPIRES_IN)?, layers.read(&settings::UPDATE_AGE)?);
    if after > lifetime {
        return Err(ConfigError::Contradiction(format!(
            "session.update_age ({} s) is longer than session.expires_in ({} s): no session would ever be renewed",
            after.as_secs(),
            lifetime.as_secs()
        )));
    }
    let mut policy = SessionPolicy::default();
    policy.kinds.remember.lifetime = lifetime;
    policy.kinds.remember.renews = Renews::WhenUsed { after };
    Ok(policy)
}

fn strict(layers: &Layers) -> Result<SessionPolicy, ConfigError> {
    for (theirs, ours) in [
        (&settings::EXPIRES_IN.about, &REMEMBER.lifetime.about),
        (&settings::UPDATE_AGE.about, &REMEMBER.renew_after.about),
    ] {
        if layers.says(theirs) {
            return Err(ConfigError::Contradiction(format!(
                "{} ({}) belongs to the preset better-auth; with session.preset = \"strict\" say {}",
                theirs.key,
                layers.place(theirs),
                ours.key
            )));
        }
    }
    Ok(SessionPolicy::strict())
}

impl KindSettings {
    fn apply(&self, layers: &Layers, policy: &mut KindPolicy) -> Result<(), ConfigError> {
        let before = *policy;
        if let Some(lifetime) = layers.read_optional(&self.lifetime)? {
            policy.lifetime = lifetime;
            if let Renews::WhenUsed { after } = before.renews {
                let share = after.as_secs_f64() / before.lifetime.as_secs_f64();
                policy.renews = Renews::WhenUsed { after: lifetime.mul_f64(share.min(1.0)) };
            }
        }
        if let Some(renew_after) = layers.read_optional(&self.renew_after)? {
            policy.renews = match renew_after {
                RenewAfter::Never => Renews::Never,
                RenewAfter::OnRequest => Renews::WhenAsked,
                RenewAfter::Percent(percent) => Renews::WhenUsed { after: policy.lifetime * percent / 100 },
                RenewAfter::Time(after) => Renews::WhenUsed { after },
            };
        }
        policy.idle = layers.read_optional(&self.idle)?.unwrap_or(policy.idle);
        policy.absolute = layers.read_optional(&self.absolute)?.unwrap_or(policy.absolute);
        policy.rotation = layers.read_optional(&self.rotation)?.unwrap_or(policy.rotation);
        policy.at_most = layers.read_optional(&self.max_sessions)?.unwrap_or(policy.at_most);
        policy.binding = layers.read_optional(&self.binding)?.unwrap_or(policy.binding);
        self.check(policy, layers.read(&settings::COOKIE_CACHE)?)
    }

    /// What no setting can say alone.
    fn check(&self, policy: &KindPolicy, cookie_cache: Duration) -> Result<(), ConfigError> {
        let named = |about: &About, time: Duration| format!("{} ({} s)", about.key, time.as_secs());
        let lifetime = named(&self.lifetime.about, policy.lifetime);
        let contradiction = |text: String| Err(ConfigError::Contradiction(text));
        if let Renews::WhenUsed { after } = policy.renews
            && after > policy.lifetime
        {
            let after = named(&self.renew_after.about, after);
            return contradiction(format!(
                "{after} is longer than {lifetime}: no session would ever be renewed"
            ));
        }
        if let Some(absolute) = policy.absolute.filter(|absolute| *absolute < policy.lifetime) {
            let absolute = named(&self.absolute.about, absolute);
            return contradiction(format!(
                "{absolute} is shorter than {lifetime}: no session would live so long"
            ));
        }
        let Some(idle) = policy.idle else { return Ok(()) };
        let named_idle = named(&self.idle.about, idle);
        if idle >= policy.lifetime {
            return contradiction(format!(
                "{named_idle} is not shorter than {lifetime}: it would never end a session"
            ));
        }
        if idle <= cookie_cache {
            let cache = named(&settings::COOKIE_CACHE.about, cookie_cache);
            return contradiction(format!(
                "{named_idle} is not longer than {cache}: requests that the cookie answers are no use that the server sees, and people would be signed out while they work"
            ));
        }
        Ok(())
    }
}

fn lifetime(text: &str) -> Result<Duration, Wrong> {
    read::duration(text, Duration::from_secs(1)..=MAX_COOKIE_AGE)
}

fn limit(text: &str) -> Result<Option<Duration>, Wrong> {
    if text == "off" {
        return Ok(None);
    }
    read::duration(text, Duration::from_secs(1)..=Duration::from_hours(24 * 3650)).map(Some)
}

fn cap(text: &str) -> Result<Option<usize>, Wrong> {
    if text == "off" { Ok(None) } else { read::count(text, 1..=10_000).map(Some) }
}

fn binding(text: &str) -> Result<Binding, Wrong> {
    match text {
        "none" => Ok(Binding::None),
        "device" => Ok(Binding::Device),
        _ => Err(WRONG),
    }
}

fn renew_after(text: &str) -> Result<RenewAfter, Wrong> {
    match text {
        "never" => Ok(RenewAfter::Never),
        "on-request" => Ok(RenewAfter::OnRequest),
        _ => match text.strip_suffix('%') {
            Some(percent) => match percent.parse() {
                Ok(percent @ 0..=100) => Ok(RenewAfter::Percent(percent)),
                _ => Err(WRONG),
            },
            None => read::duration(text, Duration::ZERO..=MAX_COOKIE_AGE).map(RenewAfter::Time),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stayd_engine::Kinds;

    const HOUR: Duration = Duration::from_hours(1);

    fn read_toml(lines: &[(&str, &str)]) -> Result<SessionPolicy, String> {
        let mut layers = Layers::default();
        layers.file.values =
            lines.iter().map(|(key, value)| ((*key).to_owned(), ((*value).to_owned(), 1))).collect();
        read(&layers).map_err(|error| error.to_string())
    }

    #[test]
    fn without_a_word_the_preset_is_better_auth() {
        let policy = read_toml(&[]).expect("the defaults are good");
        assert_eq!(format!("{policy:?}"), format!("{:?}", SessionPolicy::default()));
        let strict = read_toml(&[("session.preset", "strict")]).expect("a preset");
        assert_eq!(format!("{strict:?}"), format!("{:?}", SessionPolicy::strict()));
    }

    #[test]
    fn what_is_said_of_a_kind_counts_beyond_the_preset() {
        let policy = read_toml(&[
            ("session.preset", "strict"),
            ("session.default.lifetime", "10h"),
            ("session.default.idle", "30m"),
            ("session.default.absolute", "off"),
            ("session.remember.renew_after", "50%"),
            ("session.remember.rotation", "strict"),
            ("session.api.renew_after", "never"),
            ("session.api.max_sessions", "3"),
            ("session.default.binding", "device"),
            ("session.end_others_on_change", "no"),
        ])
        .expect("a policy");
        let Kinds { default, remember, api } = policy.kinds;
        // The preset renews at 80 %, and so does this.
        assert_eq!(default.renews, Renews::WhenUsed { after: 8 * HOUR });
        assert_eq!((default.lifetime, default.idle, default.absolute), (10 * HOUR, Some(HOUR / 2), None));
        assert_eq!(remember.renews, Renews::WhenUsed { after: 15 * 24 * HOUR });
        assert_eq!((remember.rotation, default.rotation), (Rotation::Strict, Rotation::Grace));
        assert_eq!((api.renews, api.at_most), (Renews::Never, Some(3)));
        assert_eq!(
            (default.binding, remember.binding, api.binding),
            (Binding::Device, Binding::Device, Binding::None)
        );
        assert!(!policy.end_others_on_change && !policy.remember_unless_told);
    }

    #[test]
    fn what_contradicts_itself_is_refused_by_name() {
        for (lines, message) in [
            (
                &[("session.preset", "strict"), ("session.expires_in", "7d")][..],
                "session.expires_in (:1) belongs to the preset better-auth; with session.preset = \"strict\" say session.remember.lifetime",
            ),
            (
                &[("session.expires_in", "7d"), ("session.remember.lifetime", "7d")],
                "session.expires_in (:1) and session.remember.lifetime (:1) say the same: leave one out",
            ),
            (
                &[("session.default.renew_after", "2d")],
                "session.default.renew_after (172800 s) is longer than session.default.lifetime (86400 s)",
            ),
            (
                &[("session.remember.absolute", "1d")],
                "session.remember.absolute (86400 s) is shorter than session.remember.lifetime (604800 s)",
            ),
            (
                &[("session.default.idle", "1d")],
                "session.default.idle (86400 s) is not shorter than session.default.lifetime (86400 s)",
            ),
            (
                &[("session.default.idle", "5m"), ("cookie_cache.max_age", "5m")],
                "session.default.idle (300 s) is not longer than cookie_cache.max_age (300 s)",
            ),
            (
                &[("session.api.renew_after", "101%")],
                "session.api.renew_after cannot be \"101%\" (:1)\naccepted: a share of the lifetime such as 80%",
            ),
            (
                &[("session.api.max_sessions", "0")],
                "session.api.max_sessions cannot be \"0\" (:1)\naccepted: a number from 1 to 10000, or off",
            ),
        ] {
            let said = read_toml(lines).expect_err(message);
            assert!(said.starts_with(message), "{said}");
        }
    }
}
