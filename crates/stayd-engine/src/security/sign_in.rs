//! A sign-in is held against those before it.

use super::{Incident, SecurityEvent, SecurityPolicy, travel};
use crate::{
    Device, Engine, EngineResult, SignedIn,
    store::{KnownDevice, SignInPlace},
};
use stayd_protocol::{Timestamp, TokenHash, email};
use std::time::Duration;

/// What is known of a person's devices is written again at most so often when nothing has changed.
const NOTED_EVERY: Duration = Duration::from_hours(1);

impl Engine {
    /// Looks for what is unusual in a sign-in, and acts on it. An error means that the session is over again. That what is known could not be
    /// read or written is no reason to refuse anybody: it is logged.
    pub(crate) async fn notice_sign_in(&self, signed_in: &SignedIn, device: &Device) -> EngineResult<()> {
        let policy = &self.policy().security;
        if !policy.looks_at_sign_ins() {
            return Ok(());
        }
        let user = &signed_in.user;
        let known = match self.store().known_devices(&user.id).await {
            Ok(known) => known,
            Err(error) => {
                tracing::error!(%error, "a sign-in could not be held against those before it");
                return Ok(());
            }
        };
        let this = SignInFrom {
            keys: device.keys(&user.id, policy.network),
            place: self.sign_in_place(device),
            at: signed_in.session.created_at,
        };
        for event in this.unusual(&known, policy) {
            self.raise(Incident::in_session(event, user, &signed_in.session, device)).await?;
        }
        if this.is_worth_noting(&known) {
            self.remember_sign_in(&user.id, this).await;
        }
        Ok(())
    }

    /// Notes what a person signs in from, without looking for anything: they have just signed up.
    pub(crate) async fn remember_first_sign_in(&self, user_id: &str, device: &Device, at: Timestamp) {
        let policy = &self.policy().security;
        if policy.looks_at_sign_ins() {
            let keys = device.keys(user_id, policy.network);
            let this = SignInFrom { keys, place: self.sign_in_place(device), at };
            self.remember_sign_in(user_id, this).await;
        }
    }

    /// A name for this device, if the person with this address has signed in from it before. Of a device that is not known, and of an
    /// address that nobody has, it is `None`.
    pub async fn known_device_of(&self, email: &str, device: &Device) -> EngineResult<Option<String>> {
        let Some(found) = self.store().user_by_email(&email::normalise(email)).await? else {
            return Ok(None);
        };
        let keys = device.keys(&found.user.id, self.policy().security.network);
        let known = self.store().known_devices(&found.user.id).await?;
        let known = known.into_iter().find(|known| keys.contains(&known.key));
        Ok(known.map(|known| format!("{:x?}", known.key.as_bytes())))
    }

    async fn remember_sign_in(&self, user_id: &str, from: SignInFrom) {
        let SignInFrom { keys, place, at } = from;
        let devices = keys.into_iter().map(|key| KnownDevice {
            key,
            first_seen_at: at,
            last_seen_at: at,
            place: place.clone(),
        });
        let at_most = self.policy().security.devices_at_most;
        if let Err(error) = self.store().remember_devices(user_id, devices.collect(), at_most).await {
            tracing::error!(%error, "what a person signed in from could not be noted");
        }
    }
}

/// What a sign-in comes from.
struct SignInFrom {
    keys: Vec<TokenHash>,
    place: Option<SignInPlace>,
    at: Timestamp,
}

impl SignInFrom {
    /// What is unusual about it, the gravest first. The first sign-in that is remembered is as usual as any.
    fn unusual(&self, known: &[KnownDevice], policy: &SecurityPolicy) -> Vec<SecurityEvent> {
        if known.is_empty() {
            return Vec::new();
        }
        let events = [self.impossible_travel(known, policy), self.new_device(known), self.new_place(known)];
        events.into_iter().flatten().collect()
    }

    fn new_device(&self, known: &[KnownDevice]) -> Option<SecurityEvent> {
        let is_known = known.iter().any(|device| self.keys.contains(&device.key));
        (!is_known).then_some(SecurityEvent::NewDevice { known: known.len() })
    }

    fn new_place(&self, known: &[KnownDevice]) -> Option<SecurityEvent> {
        let place = self.place.clone()?;
        let mut names: Vec<String> = Vec::new();
        for before in known.iter().filter_map(|device| device.place.as_ref()) {
            if !names.contains(&before.name) {
                names.push(before.name.clone());
            }
        }
        let is_new = !names.is_empty() && !names.contains(&place.name);
        is_new.then_some(SecurityEvent::NewPlace { place, known: names })
    }

    /// Against the last sign-in whose place is known.
    fn impossible_travel(&self, known: &[KnownDevice], policy: &SecurityPolicy) -> Option<SecurityEvent> {
        let to = self.place.clone()?;
        let with_place =
            known.iter().filter_map(|device| Some((device.last_seen_at, device.place.as_ref()?)));
        let (from_at, from) =
            with_place.filter(|(_, place)| place.at.is_some()).max_by_key(|(seen_at, _)| *seen_at)?;
        let distance_km = travel::distance_km(from.at?, to.at?);
        let speed_kmh = travel::speed_kmh(distance_km, self.at.since(from_at));
        (distance_km > policy.nearest_km && speed_kmh > policy.fastest_kmh).then(|| {
            let (from, to_at) = (from.clone(), self.at);
            SecurityEvent::ImpossibleTravel { from, from_at, to, to_at, distance_km, speed_kmh }
        })
    }

    /// Whether it tells something that is not known, or is a while after what is.
    fn is_worth_noting(&self, known: &[KnownDevice]) -> bool {
        !self.keys.iter().all(|key| {
            known.iter().any(|device| {
                device.key == *key
                    && device.place == self.place
                    && self.at.since(device.last_seen_at) < NOTED_EVERY
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Coordinates;

    const HOUR: i64 = 3_600_000;

    fn place(name: &str, latitude: i16, longitude: i16) -> SignInPlace {
        SignInPlace { name: name.to_owned(), at: Some(Coordinates { latitude, longitude }) }
    }

    fn lyon() -> SignInPlace {
        place("Lyon, France", 457, 48)
    }

    fn sydney() -> SignInPlace {
        place("Sydney, Australia", -339, 1512)
    }

    fn from(key: &str, place: Option<SignInPlace>, hours: i64) -> SignInFrom {
        SignInFrom { keys: vec![TokenHash::of(key)], place, at: Timestamp::from_ms(hours * HOUR) }
    }

    fn known(key: &str, place: Option<SignInPlace>, hours: i64) -> KnownDevice {
        let seen = Timestamp::from_ms(hours * HOUR);
        KnownDevice { key: TokenHash::of(key), first_seen_at: seen, last_seen_at: seen, place }
    }

    fn names(this: &SignInFrom, known: &[KnownDevice]) -> Vec<&'static str> {
        let policy = SecurityPolicy::strict();
        this.unusual(known, &policy).iter().map(SecurityEvent::name).collect()
    }

    // AA-18
    #[test]
    fn the_first_sign_in_is_as_usual_as_any() {
        assert!(names(&from("a", Some(lyon()), 0), &[]).is_empty());
    }

    // AA-18
    #[test]
    fn a_device_and_a_place_are_new_once() {
        let before = [known("a", Some(lyon()), 0)];
        assert!(names(&from("a", Some(lyon()), 1), &before).is_empty());
        assert_eq!(names(&from("b", Some(lyon()), 1), &before), ["new-device"]);
        assert_eq!(names(&from("b", Some(sydney()), 100), &before), ["new-device", "new-place"]);
        assert!(names(&from("a", None, 1), &before).is_empty(), "where places are not known, none is new");
        assert!(names(&from("a", Some(lyon()), 1), &[known("a", None, 0)]).is_empty());
    }

    // AA-18
    #[test]
    fn nobody_signs_in_at_lyon_and_ten_hours_later_at_sydney() {
        let before = [known("a", Some(lyon()), 0), known("b", None, 9)];
        let this = from("a", Some(sydney()), 10);
        assert_eq!(names(&this, &before), ["impossible-travel", "new-place"]);
        let evidence = this.unusual(&before, &SecurityPolicy::strict())[0].evidence();
        assert_eq!(evidence["from"], "Lyon, France");
        assert_eq!(evidence["to"], "Sydney, Australia");
        assert_eq!(evidence["fromAt"], "1970-01-01T00:00:00.000Z");
        assert_eq!(evidence["toAt"], "1970-01-01T10:00:00.000Z");
        assert!(evidence["speedKmh"].as_u64().unwrap() > 1600, "{evidence}");
        assert_eq!(names(&from("a", Some(sydney()), 24), &before), ["new-place"]);
    }

    #[test]
    fn a_place_that_may_be_off_by_some_hundred_kilometres_proves_no_travel() {
        let before = [known("a", Some(lyon()), 0)];
        let paris = place("Paris, France", 489, 24);
        assert_eq!(names(&from("a", Some(paris), 0), &before), ["new-place"]);
    }
}
