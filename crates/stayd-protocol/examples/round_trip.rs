//! Does what the protocol crate does, on request: one JSON object a line in, one out.
//!
//! `conformance/protocol` holds its answers against the real better-auth package, in both directions.
//!
//! ```text
//! echo '{"do":"is_email","text":"a@x.com"}' | cargo run -q -p stayd-protocol --example round_trip
//! ```

use std::error::Error;
use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use stayd_protocol::jws::{self, Expectation, KeySet};
use stayd_protocol::{
    CachePayload, CookieConfig, MailToken, Random, Secret, Secrets, SessionDataCodec, Signer, Strategy,
    Timestamp, cookie, email, join_chunks,
    password::{self, PasswordHashing},
};

/// What can be asked. Times are in milliseconds since the Unix epoch, durations in seconds.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Request {
    FindCookie {
        header: String,
        name: String,
    },
    Sign {
        secret: String,
        value: String,
    },
    VerifySigned {
        secret: String,
        header: String,
        name: String,
    },
    Encode {
        secret: String,
        strategy: String,
        version: String,
        now: i64,
        max_age: u64,
        payload: Box<CachePayload>,
    },
    Decode {
        secret: String,
        strategy: String,
        version: String,
        now: i64,
        header: String,
    },
    HashPassword {
        password: String,
    },
    VerifyPassword {
        password: String,
        stored: String,
    },
    SignMail {
        secret: String,
        now: i64,
        max_age: u64,
        email: String,
        user_id: String,
        change: Option<Change>,
    },
    VerifyMail {
        secret: String,
        now: i64,
        token: String,
    },
    IsEmail {
        text: String,
    },
    IsDate {
        text: String,
    },
    VerifyToken {
        /// A key set as it is published; the shared key of HS256 is accepted beside it.
        jwks: String,
        secret: String,
        issuer: String,
        now: i64,
        token: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    update_to: String,
    request_type: String,
}

struct System;

impl Random for System {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let answer = answer(serde_json::from_str(&line?)?)?;
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(request: Request) -> Result<Value, Box<dyn Error>> {
    Ok(match request {
        Request::FindCookie { header, name } => json!(cookie::find(header.as_bytes(), &name)),
        Request::Sign { secret, value } => json!(Signer::new(&secrets(&secret)?).sign(&value)),
        Request::VerifySigned { secret, header, name } => {
            let signer = Signer::new(&secrets(&secret)?);
            let presented = cookie::find(header.as_bytes(), &name);
            json!(presented.and_then(|text| signer.verify(&text).map(|verified| verified.value.to_owned())))
        }
        Request::Encode { secret, strategy, version, now, max_age, payload } => {
            let codec = codec(&secret, &strategy, &version)?;
            let max_age = Duration::from_secs(max_age);
            match codec.encode(&payload, Timestamp::from_ms(now), max_age, &System) {
                Ok(value) => {
                    let cookie = CookieConfig::default().session_data(value, Some(max_age));
                    let cookies: Vec<String> = cookie.split().iter().map(ToString::to_string).collect();
                    json!({ "cookies": cookies })
                }
                Err(refused) => json!({ "refused": refused.to_string() }),
            }
        }
        Request::Decode { secret, strategy, version, now, header } => {
            let codec = codec(&secret, &strategy, &version)?;
            let text = join_chunks(header.as_bytes(), &CookieConfig::default().session_data_name());
            match codec.decode(text.as_deref().unwrap_or_default(), Timestamp::from_ms(now)) {
                Ok(payload) => json!({ "payload": payload }),
                Err(refused) => json!({ "refused": refused.to_string() }),
            }
        }
        Request::HashPassword { password: text } => {
            let mut salt = [0; 16];
            System.fill(&mut salt);
            json!(password::hash(PasswordHashing::Scrypt, &text, salt))
        }
        Request::VerifyPassword { password: text, stored } => json!(password::verify(&text, &stored).ok()),
        Request::SignMail { secret, now, max_age, email, user_id, change } => {
            let token =
                MailToken::new(&email, &user_id, Timestamp::from_ms(now), Duration::from_secs(max_age));
            let token = match change {
                Some(change) => token.for_change(&change.update_to, &change.request_type),
                None => token,
            };
            json!(token.sign(&Signer::new(&secrets(&secret)?)))
        }
        Request::VerifyMail { secret, now, token } => {
            match MailToken::verify(&Signer::new(&secrets(&secret)?), &token, Timestamp::from_ms(now)) {
                Ok(token) => json!({ "claims": token }),
                Err(refused) => json!({ "refused": refused.to_string() }),
            }
        }
        Request::VerifyToken { jwks, secret, issuer, now, token } => {
            let mut keys = KeySet::from_jwks(jwks.as_bytes())?;
            keys.extend(KeySet::shared(&secrets(&secret)?, &issuer).iter().cloned());
            let expected = Expectation::new(&issuer, &issuer);
            match jws::verify(&token, &keys, Timestamp::from_ms(now), &expected) {
                Ok(claims) => json!({ "claims": claims }),
                Err(refused) => json!({ "refused": refused.name() }),
            }
        }
        Request::IsEmail { text } => json!(email::is_valid(&text)),
        Request::IsDate { text } => json!(text.parse::<Timestamp>().ok()),
    })
}

fn secrets(text: &str) -> Result<Secrets, Box<dyn Error>> {
    Ok(Secrets::new(Secret::parse(text)?, Vec::new())?)
}

fn codec(secret: &str, strategy: &str, version: &str) -> Result<SessionDataCodec, Box<dyn Error>> {
    let strategy = match strategy {
        "compact" => Strategy::Compact,
        "jwt" => Strategy::Jwt,
        "jwe" => Strategy::Jwe,
        other => return Err(format!("no such strategy: {other}").into()),
    };
    Ok(SessionDataCodec::new(&secrets(secret)?, strategy, version))
}
