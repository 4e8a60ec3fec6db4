//! What is unusual, in the configuration: what is looked for, and what follows.

use stayd_engine::{Fingerprint, NetworkSize, Reaction, SecurityPolicy};
use stayd_protocol::password::PasswordHashing;

use super::{
    ConfigError,
    kinds::{PRESET, Preset},
    layers::Layers,
    read,
    setting::{About, Setting, WRONG, Wrong},
    settings,
};

const OF_SIGN_IN: &str = "`ignore`, `log`, `notify` or `step-up`";
const NOTIFIES: &str = "`log` with the preset `better-auth`, `notify` with `strict`";

pub(crate) const FINGERPRINT: Setting<Reaction> = Setting {
    about: About::new("security.fingerprint", "`off`, `log`, `notify`, `step-up` or `end`", "What follows when a session is used with another browser, platform and network than it was begun with (see [checks](checks.md)). `step-up`: what is sensitive asks for the password again. An update of the browser does not count, and another network alone never suffices.")
        .variables(&["STAYD_SECURITY_FINGERPRINT"]).otherwise("`off` with the preset `better-auth`, `log` with `strict`"),
    parse: |text| if text == "off" { Ok(Reaction::Ignore) } else { reaction(text, Reaction::Log, Reaction::End) },
};
pub(crate) const THRESHOLD: Setting<u8> = Setting {
    about: About::new("security.fingerprint_threshold", "a number from 16 to 105", "So much difference counts: another browser is 50, another platform 40, another network 15. With 50, another browser or another platform in another network.")
        .default("50"),
    parse: |text| bits(text, Fingerprint::NETWORK + 1, Fingerprint::MOST),
};
pub(crate) const IPV4_NETWORK: Setting<u8> = Setting {
    about: About::new(
        "security.ipv4_network",
        "a number from 8 to 32",
        "How many leading bits of an IPv4 address are one network.",
    )
    .default("24"),
    parse: |text| bits(text, 8, 32),
};
pub(crate) const IPV6_NETWORK: Setting<u8> = Setting {
    about: About::new("security.ipv6_network", "a number from 16 to 64", "The same for IPv6.").default("48"),
    parse: |text| bits(text, 16, 64),
};
pub(crate) const NEW_DEVICE: Setting<Reaction> = Setting {
    about: About::new("security.new_device", OF_SIGN_IN, "What follows a sign-in from a device that the person has not signed in from before. The first one of all is none.")
        .variables(&["STAYD_SECURITY_NEW_DEVICE"]).otherwise(NOTIFIES),
    parse: |text| reaction(text, Reaction::Ignore, Reaction::StepUp),
};
pub(crate) const NEW_PLACE: Setting<Reaction> = Setting {
    about: About::new("security.new_place", OF_SIGN_IN, "The same for a place, where places are known.")
        .variables(&["STAYD_SECURITY_NEW_PLACE"])
        .otherwise(NOTIFIES),
    parse: |text| reaction(text, Reaction::Ignore, Reaction::StepUp),
};
pub(crate) const IMPOSSIBLE_TRAVEL: Setting<Reaction> = Setting {
    about: About::new("security.impossible_travel", "`ignore`, `log`, `notify`, `step-up` or `end`", "What follows a sign-in so far from the one before that nobody travels so fast. `end`: the sign-in is refused with 403 `SUSPICIOUS_SIGN_IN`.")
        .variables(&["STAYD_SECURITY_IMPOSSIBLE_TRAVEL"]).otherwise(NOTIFIES),
    parse: |text| reaction(text, Reaction::Ignore, Reaction::End),
};
pub(crate) const FASTEST: Setting<usize> = Setting {
    about: About::new("security.fastest_travel", "a number from 100 to 100000", "Faster than this (km/h) nobody travels. Less than 500 km is never too far: addresses are placed wrong by so much.")
        .default("1000"),
    parse: |text| read::count(text, 100..=100_000),
};
pub(crate) const TOKEN_REUSE: Setting<Reaction> = Setting {
    about: About::new("security.token_reuse", "`ignore`, `log`, `notify`, `step-up` or `end`", "What follows when a session's token is shown after it was replaced and its grace has passed. Of refresh tokens the family ends in any case.")
        .variables(&["STAYD_SECURITY_TOKEN_REUSE"]).otherwise(NOTIFIES),
    parse: |text| reaction(text, Reaction::Ignore, Reaction::End),
};
pub(crate) const ACCOUNT_CHANGED: Setting<Reaction> = Setting {
    about: About::new("security.account_changed", "`ignore`, `log` or `notify`", "Whether people are told of a changed password, a changed address (at the one before) and sessions that were ended from another one.")
        .variables(&["STAYD_SECURITY_ACCOUNT_CHANGED"]).default("notify"),
    parse: |text| reaction(text, Reaction::Ignore, Reaction::Notify),
};
pub(crate) const REFUSE_COMMON: Setting<bool> = Setting {
    about: About::new("password.refuse_common", settings::SWITCH, "Whether a new password is refused (400 `PASSWORD_COMPROMISED`) that is among the 3,000 most common ones. The list is part of the program; nothing is asked elsewhere.")
        .variables(&["STAYD_PASSWORD_REFUSE_COMMON"]).otherwise("false with the preset `better-auth`, true with `strict`"),
    parse: read::switch,
};
pub(crate) const PASSWORD_HASH: Setting<PasswordHashing> = Setting {
    about: About::new("password.hash", "`scrypt` or `argon2id`", "How passwords are hashed. `scrypt`: as Better Auth has it (N = 2^14, r = 16, p = 1; 32 MiB), which a real Better Auth server on the same data can read. `argon2id`: 19 MiB, 2 passes, one lane, as a PHC string, which is what OWASP advises, at a quarter of the time for the server. Passwords of both forms are verified in any case, and one that is stored in the other form is hashed anew when its person signs in.")
        .variables(&["STAYD_PASSWORD_HASH"]).otherwise("`scrypt` with the preset `better-auth`, `argon2id` with `strict`"),
    parse: password_hashing,
};

/// Reads what the preset has, and what is said beyond it.
pub(super) fn read(layers: &Layers) -> Result<SecurityPolicy, ConfigError> {
    let preset = match layers.read(&PRESET)? {
        Preset::BetterAuth => SecurityPolicy::default(),
        Preset::Strict => SecurityPolicy::strict(),
    };
    Ok(SecurityPolicy {
        fingerprint: layers.read_optional(&FINGERPRINT)?.unwrap_or(preset.fingerprint),
        fingerprint_threshold: layers.read(&THRESHOLD)?,
        network: NetworkSize { ipv4: layers.read(&IPV4_NETWORK)?, ipv6: layers.read(&IPV6_NETWORK)? },
        new_device: layers.read_optional(&NEW_DEVICE)?.unwrap_or(preset.new_device),
        new_place: layers.read_optional(&NEW_PLACE)?.unwrap_or(preset.new_place),
        impossible_travel: layers.read_optional(&IMPOSSIBLE_TRAVEL)?.unwrap_or(preset.impossible_travel),
        token_reuse: layers.read_optional(&TOKEN_REUSE)?.unwrap_or(preset.token_reuse),
        account_changed: layers.read(&ACCOUNT_CHANGED)?,
        fastest_kmh: u32::try_from(layers.read(&FASTEST)?).unwrap_or(preset.fastest_kmh),
        ..preset
    })
}

/// Whether common passwords are refused.
pub(super) fn refuse_common(layers: &Layers) -> Result<bool, ConfigError> {
    let by_preset = layers.read(&PRESET)? == Preset::Strict;
    Ok(layers.read_optional(&REFUSE_COMMON)?.unwrap_or(by_preset))
}

/// How passwords are hashed.
pub(super) fn hashing(layers: &Layers) -> Result<PasswordHashing, ConfigError> {
    let by_preset = match layers.read(&PRESET)? {
        Preset::BetterAuth => PasswordHashing::Scrypt,
        Preset::Strict => PasswordHashing::Argon2id,
    };
    Ok(layers.read_optional(&PASSWORD_HASH)?.unwrap_or(by_preset))
}

fn password_hashing(text: &str) -> Result<PasswordHashing, Wrong> {
    match text {
        "scrypt" => Ok(PasswordHashing::Scrypt),
        "argon2id" => Ok(PasswordHashing::Argon2id),
        _ => Err(WRONG),
    }
}

fn reaction(text: &str, mildest: Reaction, hardest: Reaction) -> Result<Reaction, Wrong> {
    let known = Reaction::from_name(text).filter(|reaction| (mildest..=hardest).contains(reaction));
    known.ok_or(WRONG)
}

fn bits(text: &str, least: u8, most: u8) -> Result<u8, Wrong> {
    text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or(WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_toml(lines: &[(&str, &str)]) -> Result<SecurityPolicy, String> {
        let mut layers = Layers::default();
        layers.file.values =
            lines.iter().map(|(key, value)| ((*key).to_owned(), ((*value).to_owned(), 1))).collect();
        read(&layers).map_err(|error| error.to_string())
    }

    #[test]
    fn the_preset_decides_and_what_is_said_counts_beyond_it() {
        let strict = read_toml(&[("session.preset", "strict")]).expect("a preset");
        assert_eq!(format!("{strict:?}"), format!("{:?}", SecurityPolicy::strict()));
        let said = [
            ("session.preset", "strict"),
            ("security.fingerprint", "off"),
            ("security.new_device", "step-up"),
        ];
        let said = read_toml(&said).expect("good values");
        assert_eq!((said.fingerprint, said.new_device), (Reaction::Ignore, Reaction::StepUp));
    }

    #[test]
    fn another_network_alone_can_never_be_made_to_count() {
        assert!(read_toml(&[("security.fingerprint_threshold", "15")]).is_err());
        assert!(read_toml(&[("security.fingerprint_threshold", "16")]).is_ok());
    }

    #[test]
    fn a_reaction_that_makes_no_sense_for_an_event_is_refused() {
        for key in ["security.new_device", "security.new_place"] {
            assert!(read_toml(&[(key, "end")]).is_err(), "nobody could ever come with a new device");
        }
        assert!(read_toml(&[("security.account_changed", "end")]).is_err());
        assert!(read_toml(&[("security.fingerprint", "ignore")]).is_err());
    }
}
