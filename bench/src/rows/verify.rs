//! Checking access tokens in another back end: beside the bare check of the signature, and of a token that was seen before. One core.

use std::ops::Range;
use std::time::{Instant, SystemTime};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::routing::get;
use stayd_protocol::jws::{AccessToken, Algorithm, KeySet, SigningKey};
use stayd_verify::{Verifier, Verify};
use tokio::runtime::Runtime;

use crate::Bench;
use crate::here::Urandom;
use crate::report::{Finding, Target};
use crate::turns::{beside, each, rate};
use crate::wrk::middle;

/// How many tokens there are to be seen for the first time.
const TOKENS: usize = 4_096;

/// How often a token that was seen before is shown between two looks at the clock.
const AGAIN: usize = 4_096;

struct Shown {
    headers: HeaderMap,
    covered: String,
    signature: Vec<u8>,
}

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut findings = Vec::new();
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        println!("access tokens in another back end, {algorithm}");
        let key = SigningKey::generate(algorithm, &Urandom::open()?)?;
        let origin = runtime.block_on(publish(KeySet::new([key.verifying_key()]).to_jwks()))?;
        let shown = (0..TOKENS).map(|number| sign(&key, &origin, number)).collect::<Result<Vec<_>, _>>()?;
        findings.push(first(bench, &runtime, &origin, &key, &shown)?);
        if algorithm == Algorithm::EdDsa {
            findings.push(again(bench, &runtime, &origin, &shown)?);
        }
    }
    Ok(findings)
}

/// Tokens that come for the first time, beside the check of their signatures alone, by the same library with the same key.
fn first(
    bench: &Bench,
    runtime: &Runtime,
    origin: &str,
    key: &SigningKey,
    shown: &[Shown],
) -> anyhow::Result<Finding> {
    // Room for few, so that every token is as if it came for the first time.
    let verifier = runtime.block_on(async { verifier(origin, 16) })?;
    let verifying = key.verifying_key();
    let bare = |number: usize| {
        shown
            .get(number % TOKENS)
            .is_some_and(|one| verifying.verifies(one.covered.as_bytes(), &one.signature))
    };
    let whole = |work| runtime.block_on(check(&verifier, shown, work));
    let found = beside(bench.run * u32::try_from(bench.rounds)?, whole, each(bare))?;
    let algorithm = key.algorithm();
    Ok(Finding::new(
        format!("an access token for the first time against its bare signature check, {algorithm}"),
        found.figures(),
        found.ratio,
        "x",
        Some(Target::AtLeast(0.9)),
    ))
}

/// One token again and again.
fn again(bench: &Bench, runtime: &Runtime, origin: &str, shown: &[Shown]) -> anyhow::Result<Finding> {
    let verifier = runtime.block_on(async { verifier(origin, TOKENS) })?;
    let one = shown.get(..1).context("a token")?;
    let mut check = |work| runtime.block_on(check(&verifier, one, work));
    let (begun, mut rates) = (Instant::now(), Vec::new());
    while begun.elapsed() < bench.run * u32::try_from(bench.rounds)? {
        rates.push(rate(0..AGAIN, &mut check)?);
    }
    let again = middle(rates);
    Ok(Finding::new(
        "an access token that was seen before",
        format!("{:.2} us", 1e6 / again),
        again,
        "per second and core",
        Some(Target::AtLeast(500_000.0)),
    ))
}

async fn check(verifier: &Verifier, shown: &[Shown], work: Range<usize>) -> anyhow::Result<()> {
    for number in work {
        let one = shown.get(number % shown.len()).context("no tokens")?;
        ensure!(verifier.check(&one.headers).await.is_ok(), "a good token was refused");
    }
    Ok(())
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
