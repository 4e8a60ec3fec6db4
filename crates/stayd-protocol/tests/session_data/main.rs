//! The session-data cookie as its users see it: vectors of the real package, refusals, and random payloads.

#![allow(clippy::unwrap_used, reason = "clippy allows it in tests, but not in what tests share")]

mod random_payloads;
mod refusals;
mod vectors;

use std::time::Duration;

use stayd_protocol::{
    CachePayload, Random, Secret, Secrets, Session, SessionDataCodec, Strategy, Timestamp, User,
};

const SECRET: &str = "test-secret-0123456789-abcdefghijklmnop";
const OTHER_SECRET: &str = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq";
const NOW: Timestamp = Timestamp::from_ms(1_767_323_045_678);
const FIVE_MINUTES: Duration = Duration::from_mins(5);
const STRATEGIES: [Strategy; 3] = [Strategy::Compact, Strategy::Jwt, Strategy::Jwe];

/// Every byte the same: these tests do not depend on chance.
struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn secrets(current: &str, previous: &[&str]) -> Secrets {
    let previous = previous.iter().map(|text| Secret::parse(text).unwrap()).collect();
    Secrets::new(Secret::parse(current).unwrap(), previous).unwrap()
}

fn codec(strategy: Strategy) -> SessionDataCodec {
    SessionDataCodec::new(&secrets(SECRET, &[]), strategy, "1")
}

fn encode(codec: &SessionDataCodec, payload: &CachePayload) -> String {
    codec.encode(payload, NOW, FIVE_MINUTES, &Sevens).unwrap()
}

/// The payload of the protocol spec's vectors (3.7).
fn zoe() -> CachePayload {
    let user_id = "USERID0000000000000000000000000A".to_owned();
    CachePayload {
        session: Session {
            expires_at: "2026-01-09T03:04:05.678Z".parse().unwrap(),
            token: "AbCdEfGhIjKlMnOpQrStUvWxYz012345".to_owned(),
            created_at: NOW,
            updated_at: NOW,
            ip_address: Some("203.0.113.9".to_owned()),
            user_agent: Some("curl/8".to_owned()),
            user_id: user_id.clone(),
            id: "SESSID0000000000000000000000000A".to_owned(),
        },
        user: User {
            name: "Zoë".to_owned(),
            email: "zoe@example.com".to_owned(),
            email_verified: false,
            image: None,
            created_at: NOW,
            updated_at: NOW,
            id: user_id,
        },
        updated_at: NOW.as_ms(),
        version: "1".to_owned(),
        binding: None,
    }
}
