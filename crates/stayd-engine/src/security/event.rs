//! What happened, with its evidence.

use super::{Fingerprint, Reaction, SecurityPolicy};
use crate::store::SignInPlace;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stayd_protocol::Timestamp;

/// Something that its person, or whoever guards the deployment, may want to know (AA-18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum SecurityEvent {
    /// A sign-in from a device that the person has not signed in from before.
    NewDevice {
        /// By how many marks the person's other devices are known; each has one or two, its cookie and its fingerprint.
        known: usize,
    },
    /// A sign-in from a place that the person has not signed in from before.
    NewPlace {
        /// It.
        place: SignInPlace,
        /// Where the person signed in before, the last place first.
        known: Vec<String>,
    },
    /// Two sign-ins between which nobody could have travelled.
    ImpossibleTravel {
        /// Where the earlier one was.
        from: SignInPlace,
        /// When the earlier one was.
        from_at: Timestamp,
        /// Where this one is.
        to: SignInPlace,
        /// When this one is.
        to_at: Timestamp,
        /// How far apart they are.
        distance_km: u32,
        /// How fast somebody would have travelled.
        speed_kmh: u32,
    },
    /// A session's token was shown again after its successor was used and its grace had passed.
    SessionTokenReused {
        /// When it was replaced.
        rotated_at: Timestamp,
    },
    /// A refresh token was shown again after its successor was used and its grace had passed. Its family has ended.
    RefreshTokenReused {
        /// How many tokens of the family came before the one that was shown.
        shown: u32,
        /// How many came before its present one.
        present: u32,
        /// When the present one took the place of the one before.
        rotated_at: Option<Timestamp>,
        /// The client of the family.
        client_id: Option<String>,
    },
    /// A session is used from another browser, platform or network than it was begun with.
    FingerprintChanged {
        /// What it was begun with.
        before: Fingerprint,
        /// What it is used with.
        after: Fingerprint,
        /// How much they differ.
        score: u8,
    },
    /// A session that is bound to its device is used without that device's cookie (AA-1).
    OtherDevice {
        /// Whether the request has the cookie of another device.
        known: bool,
    },
    /// The password was changed.
    PasswordChanged,
    /// The address was changed.
    EmailChanged {
        /// The new one.
        to: String,
    },
    /// Sessions were ended from another one.
    SessionsEnded {
        /// How many.
        count: usize,
    },
}

impl SecurityEvent {
    /// The name in the log: lower case, with hyphens.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NewDevice { .. } => "new-device",
            Self::NewPlace { .. } => "new-place",
            Self::ImpossibleTravel { .. } => "impossible-travel",
            Self::SessionTokenReused { .. } => "session-token-reused",
            Self::RefreshTokenReused { .. } => "refresh-token-reused",
            Self::FingerprintChanged { .. } => "fingerprint-changed",
            Self::OtherDevice { .. } => "other-device",
            Self::PasswordChanged => "password-changed",
            Self::EmailChanged { .. } => "email-changed",
            Self::SessionsEnded { .. } => "sessions-ended",
        }
    }

    /// Whether it is about a session that has just begun.
    pub(crate) const fn is_of_sign_in(&self) -> bool {
        matches!(self, Self::NewDevice { .. } | Self::NewPlace { .. } | Self::ImpossibleTravel { .. })
    }

    /// What a policy has follow it.
    pub const fn reaction(&self, policy: &SecurityPolicy) -> Reaction {
        match self {
            Self::NewDevice { .. } => policy.new_device,
            Self::NewPlace { .. } => policy.new_place,
            Self::ImpossibleTravel { .. } => policy.impossible_travel,
            Self::SessionTokenReused { .. } | Self::RefreshTokenReused { .. } | Self::OtherDevice { .. } => {
                policy.token_reuse
            }
            Self::FingerprintChanged { .. } => policy.fingerprint,
            Self::PasswordChanged | Self::EmailChanged { .. } | Self::SessionsEnded { .. } => {
                policy.account_changed
            }
        }
    }

    /// What is known of it, for the log: no secret, no address of a person, no network address but a network.
    pub fn evidence(&self) -> Value {
        match self {
            Self::NewDevice { known } => json!({ "known": known }),
            Self::NewPlace { place, known } => json!({ "place": place.name, "known": known }),
            Self::ImpossibleTravel { from, from_at, to, to_at, distance_km, speed_kmh } => json!({
                "from": from.name, "fromAt": from_at, "to": to.name, "toAt": to_at,
                "distanceKm": distance_km, "speedKmh": speed_kmh,
            }),
            Self::RefreshTokenReused { shown, present, rotated_at, client_id } => json!({
                "shown": shown, "present": present, "rotatedAt": rotated_at, "clientId": client_id,
            }),
            Self::SessionTokenReused { rotated_at } => json!({ "rotatedAt": rotated_at }),
            Self::FingerprintChanged { before, after, score } => {
                json!({ "before": before.to_string(), "after": after.to_string(), "score": score })
            }
            Self::OtherDevice { known } => json!({ "anotherDevice": known }),
            Self::SessionsEnded { count } => json!({ "count": count }),
            Self::PasswordChanged | Self::EmailChanged { .. } => json!({}),
        }
    }
}
