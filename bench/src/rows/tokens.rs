//! What tokens for programs cost: a pair issued, and an access token checked. In this process, for both are the engine's work alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use stayd_engine::store::sqlite::SqliteOptions;
use stayd_engine::store::{SqliteStore, Store};
use stayd_engine::{Clock, Device, Engine, Grant, LiveSession, Parts, Policy, SignUp, SignedUp};
use stayd_protocol::jws::{self, Algorithm, Expectation};
use stayd_protocol::{Secret, Secrets};

use crate::Bench;
use crate::here::{Here, Urandom};
use crate::peer::{EMAIL, PASSWORD, SECRET};
use crate::report::{Finding, Target};
use crate::turns::{beside, each};
use crate::wrk::middle;

const ORIGIN: &str = "http://127.0.0.1:3000";
/// Programs that ask at once: as many as share a commit.
const PROGRAMS: usize = 128;

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut findings = Vec::new();
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        println!("tokens with {algorithm}");
        let place = runtime.block_on(Place::new(bench, algorithm))?;
        let mut issued = Vec::new();
        for _ in 0..bench.rounds {
            issued.push(runtime.block_on(place.issue(bench.run))?);
        }
        let rate = middle(issued);
        let target = (algorithm == Algorithm::EdDsa).then_some(Target::AtLeast(5000.0));
        findings.push(Finding::new(
            format!("token pairs issued with {algorithm}, each durable, {PROGRAMS} programs at once"),
            format!("{rate:.0}/s"),
            rate,
            "/s",
            target,
        ));
        findings.push(runtime.block_on(place.check(bench, algorithm))?);
    }
    Ok(findings)
}

/// An engine over a database of its own, and somebody who is signed in.
struct Place {
    engine: Engine,
    live: Arc<LiveSession>,
}

impl Place {
    async fn new(bench: &Bench, algorithm: Algorithm) -> anyhow::Result<Self> {
        let path = bench.folder.join(format!("tokens-{algorithm}.db"));
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(path, &SqliteOptions::default(), Here.now())?);
        let mut policy = Policy::new(format!("{ORIGIN}/api/auth"));
        policy.tokens.algorithm = algorithm;
        let engine = Engine::new(Parts {
            policy,
            store,
            clock: Arc::new(Here),
            random: Arc::new(Urandom::open()?),
            mailer: Arc::new(Here),
            secrets: Secrets::new(Secret::parse(SECRET)?, Vec::new())?,
            places: Arc::new(stayd_engine::NoPlaces),
        });
        let wish = SignUp {
            email: EMAIL.to_owned(),
            password: PASSWORD.to_owned(),
            remember: true,
            ..SignUp::default()
        };
        let SignedUp::In(signed_in) = engine.sign_up(wish, Device::default()).await? else {
            anyhow::bail!("a sign-up did not sign in");
        };
        let live = engine.session(&signed_in.token.hash()).await?.context("no session")?;
        Ok(Self { engine, live })
    }

    /// Pairs per second.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    async fn issue(&self, time: Duration) -> anyhow::Result<f64> {
        let (over, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let begun = Instant::now();
        let programs: Vec<_> = (0..PROGRAMS)
            .map(|_| {
                let (engine, live) = (self.engine.clone(), Arc::clone(&self.live));
                let (over, count) = (Arc::clone(&over), Arc::clone(&count));
                tokio::spawn(async move {
                    while !over.load(Ordering::Relaxed) {
                        engine.issue_tokens(&live, Grant::default(), Device::default()).await?;
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        tokio::time::sleep(time).await;
        over.store(true, Ordering::Relaxed);
        for program in programs {
            program.await??;
        }
        Ok(count.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
    }

    /// The whole check beside the check of the signature alone, in turns.
    async fn check(&self, bench: &Bench, algorithm: Algorithm) -> anyhow::Result<Finding> {
        let pair = self.engine.issue_tokens(&self.live, Grant::default(), Device::default()).await?;
        let ring = self.engine.key_ring().await?;
        let (token, keys) = (pair.access_token, ring.verifying());
        let (covered, signature) = token.rsplit_once('.').context("no signature")?;
        let signature = decode(signature)?;
        let key = keys.find(ring.signing().id()).context("no key")?;
        let (now, expected) = (Here.now(), Expectation::new(ORIGIN, ORIGIN));
        let time = bench.run * u32::try_from(bench.rounds)?;
        let found = beside(
            time,
            each(|_| jws::verify(&token, keys, now, &expected).is_ok()),
            each(|_| key.verifies(covered.as_bytes(), &signature)),
        )?;
        Ok(Finding::new(
            format!("an access token checked with {algorithm}, of the bare check of its signature"),
            found.figures(),
            found.ratio,
            "x",
            Some(Target::AtLeast(0.9)),
        ))
    }
}

fn decode(text: &str) -> anyhow::Result<Vec<u8>> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text)?)
}
