//! Checking access tokens in another back end: beside the bare check of the signature, and of a token that was seen before. One core.

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::routing::get;
use stayd_protocol::jws::{AccessToken, Algorithm, KeySet, SigningKey};
use stayd_verify::{Verifier, Verify};

use crate::Bench;
use crate::report::{Finding, Target};
use crate::wrk::middle;

/// How many tokens there are to be seen for the first time.
const TOKENS: usize = 4_096;

struct Shown {
    headers: HeaderMap,
    covered: String,
    signature: Vec<u8>,
}

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    println!("access tokens in another back end");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let key = SigningKey::from_private(Algorithm::EdDsa, &[7; 32])?;
        let origin = publish(KeySet::new([key.verifying_key()]).to_jwks()).await?;
        let shown = (0..TOKENS).map(|number| sign(&key, &origin, number)).collect::<Result<Vec<_>, _>>()?;
        // Room for few, so that every token is as if it came for the first time; and room for all.
        let (forgetful, remembering) = (verifier(&origin, 16)?, verifier(&origin, TOKENS)?);
        let verifying = key.verifying_key();
        let (mut bare, mut first, mut again) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..bench.rounds {
            bare.push(
                each(&shown, bench.run, async |shown| {
                    Ok(verifying.verifies(shown.covered.as_bytes(), &shown.signature))
                })
                .await?,
            );
            first.push(
                each(&shown, bench.run, async |shown| Ok(forgetful.check(&shown.headers).await.is_ok()))
                    .await?,
            );
            let one = shown.get(..1).context("a token")?;
            again.push(
                each(one, bench.run, async |shown| Ok(remembering.check(&shown.headers).await.is_ok()))
                    .await?,
            );
        }
        let (bare, first, again) = (middle(bare), middle(first), middle(again));
        Ok(vec![
            Finding::new(
                "an access token for the first time against its bare signature check",
                format!("{first:.0} and {bare:.0} per second and core (EdDSA)"),
                first / bare,
                "x",
                Some(Target::AtLeast(0.9)),
            ),
            Finding::new(
                "an access token that was seen before",
                format!("{:.2} us", 1e6 / again),
                again,
                "per second and core",
                Some(Target::AtLeast(500_000.0)),
            ),
        ])
    })
}

/// How many are checked in a second.
async fn each(
    shown: &[Shown],
    time: Duration,
    check: impl AsyncFn(&Shown) -> anyhow::Result<bool>,
) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < time {
        for _ in 0..64 {
            for one in shown.iter().skip(count as usize % shown.len()).take(64) {
                ensure!(black_box(check(one).await?), "a good token was refused");
                count += 1;
            }
        }
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

fn verifier(origin: &str, room: usize) -> anyhow::Result<Verifier> {
    Ok(Verify::new(origin).without_feed().remember(room).start()?)
}

async fn publish(jwks: String) -> anyhow::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/api/auth/jwks", get(async move || jwks.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(origin)
}

fn sign(key: &SigningKey, origin: &str, number: usize) -> anyhow::Result<Shown> {
    let now = i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs())?;
    let claims = AccessToken {
        iss: origin.to_owned(),
        aud: origin.to_owned(),
        sub: "8jKd0sLqPzXcVbNmAoIuYtReWqZxCvBn".to_owned(),
        sid: format!("session{number:025}"),
        client_id: None,
        scope: None,
        auth_time: now - 600,
        iat: now,
        exp: now + 900,
        jti: format!("{number:022}"),
    };
    let token = claims.sign(key)?;
    let (covered, signature) = token.rsplit_once('.').context("a token has dots")?;
    let signature = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, signature)?;
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, format!("Bearer {token}").parse()?);
    Ok(Shown { headers, covered: covered.to_owned(), signature })
}
