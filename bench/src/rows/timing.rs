//! Whether the time an answer takes tells what the answer does not (A-5, R-7): each pair of requests two hundred times and more, one after
//! the other in a random order, over one connection, and the Mann-Whitney U test on the two sets of times.
//!
//! A machine that does other things makes times worse, of both alike, and a difference harder to see: run it alone. That no difference was
//! seen says that one is smaller than what was looked for, which is printed beside it.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::Bench;
use crate::client::Connection;
use crate::mann_whitney::p_value;
use crate::peer::{self, CookieCache, EMAIL, PASSWORD};
use crate::process::Server;
use crate::report::{Finding, Target};
use crate::wrk::middle;

/// So many of each, which is a little more than the 200 that are asked for.
const SAMPLES: usize = 250;

const BACKEND: &str = "api:0123456789abcdef0123456789abcdef";
const BASIC: &str = "Basic YXBpOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm";

/// A request whose time is taken.
struct Request {
    name: &'static str,
    path: &'static str,
    content_type: &'static str,
    /// Made anew each time, from a number that is never the same.
    body: Box<dyn Fn(usize) -> String>,
    expected: u16,
}

pub(crate) fn measure_sign_ins(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for hashing in ["scrypt", "argon2id"] {
        println!("the times of sign-ins with {hashing}");
        let server = start(bench, hashing)?;
        let samples = sample(&server, &sign_ins(), count(bench))?;
        findings.extend(compare(&format!("sign-in with {hashing}"), &samples, "unknown address"));
    }
    Ok(findings)
}

pub(crate) fn measure_letters(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    println!("the times of requests to reset a password, and for a letter to verify an address");
    let server = start(bench, "letters")?;
    let mut findings = Vec::new();
    for (what, path) in
        [("reset", "/api/auth/request-password-reset"), ("verification", "/api/auth/send-verification-email")]
    {
        let samples = sample(&server, &letters(path), count(bench))?;
        findings.extend(compare(&format!("letter, {what}"), &samples, "unknown address"));
    }
    Ok(findings)
}

pub(crate) fn measure_tokens(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    println!("the times of questions about tokens that are worth nothing");
    let server = start(bench, "tokens")?;
    let tokens = worthless(&mut Connection::open(server.address)?)?;
    let samples = sample(&server, &introspections(&tokens), count(bench))?;
    Ok(compare("introspection", &samples, "revoked access token"))
}

/// A smoke run takes a tenth.
fn count(bench: &Bench) -> usize {
    if bench.rounds == 1 { SAMPLES / 10 } else { SAMPLES }
}

/// A server with somebody in it.
fn start(bench: &Bench, name: &str) -> anyhow::Result<Server> {
    let hashing = if name == "argon2id" { name } else { "scrypt" };
    let settings = [("STAYD_PASSWORD_HASH", hashing), ("STAYD_BACKENDS", BACKEND)];
    let server = peer::start_stayd_with(bench, &format!("timing-{name}"), CookieCache::Off, &settings)?;
    let account = format!(r#"{{"name":"Ada","email":"{EMAIL}","password":"{PASSWORD}"}}"#);
    let answer = Connection::open(server.address)?.post("/api/auth/sign-up/email", &account)?;
    ensure!(answer.status == 200, "a sign-up was answered with {}", answer.status);
    Ok(server)
}

fn sign_ins() -> [Request; 2] {
    let request = |name, of: fn(usize) -> String| Request {
        name,
        path: "/api/auth/sign-in/email",
        content_type: JSON,
        body: Box::new(move |number| {
            format!(r#"{{"email":"{}","password":"wrong {number:06}"}}"#, of(number))
        }),
        expected: 401,
    };
    [request("wrong password", |_| EMAIL.to_owned()), request("unknown address", unknown)]
}

fn letters(path: &'static str) -> [Request; 2] {
    let request = |name, of: fn(usize) -> String| Request {
        name,
        path,
        content_type: JSON,
        body: Box::new(move |number| format!(r#"{{"email":"{}"}}"#, of(number))),
        expected: 200,
    };
    [request("known address", |_| EMAIL.to_owned()), request("unknown address", unknown)]
}

/// As long as [`EMAIL`].
fn unknown(number: usize) -> String {
    format!("{:03}@example.com", number % 1000)
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn introspections(tokens: &BTreeMap<&'static str, String>) -> Vec<Request> {
    let request = |(name, token): (&&'static str, &String)| {
        let body = format!("token={token}");
        let (path, content_type) = ("/api/auth/introspect", FORM);
        Request { name, path, content_type, body: Box::new(move |_| body.clone()), expected: 200 }
    };
    tokens.iter().map(request).collect()
}

/// One of each kind that is worth nothing. Whether they are, is seen by their answers.
fn worthless(connection: &mut Connection) -> anyhow::Result<BTreeMap<&'static str, String>> {
    let body = format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#);
    let cookies = connection.post("/api/auth/sign-in/email", &body)?.cookies();
    let mut pair = || -> anyhow::Result<(String, String)> {
        let answer: Value =
            serde_json::from_slice(&connection.post_as("/api/auth/token", &cookies, "{}")?.body)?;
        let text = |name: &str| answer[name].as_str().map(str::to_owned).context("no token");
        Ok((text("access_token")?, text("refresh_token")?))
    };
    let ((living, used_up), revoked) = (pair()?, pair()?);
    for (path, body) in [
        ("/api/auth/revoke", format!("token={}", revoked.1)),
        ("/api/auth/token", format!("grant_type=refresh_token&refresh_token={used_up}")),
    ] {
        let answer = connection.post_form(path, "", &body)?;
        ensure!(answer.status == 200, "{path} was answered with {}", answer.status);
    }
    // Another last character of the signature, and of the secret.
    let (covered, signature) = living.rsplit_once('.').context("no signature")?;
    let forged = format!("{covered}.{}", signature.chars().rev().collect::<String>());
    let unknown: String = revoked.1.chars().rev().collect();
    Ok(BTreeMap::from([
        ("garbage", "garbage".to_owned()),
        ("forged access token", forged),
        ("revoked access token", revoked.0),
        ("unknown refresh token", unknown),
        ("used-up refresh token", used_up),
        ("revoked refresh token", revoked.1),
    ]))
}

/// What requests of one kind took (us).
#[derive(Default)]
struct Times {
    /// From the question to the answer: what a stranger sees.
    passed: Vec<f64>,
    /// Of the server's processor, with what it did in the background meanwhile: what a busy machine does not change.
    processor: Vec<f64>,
}

/// The times of each request, `count` of each, in a random order: what one leaves behind for the next meets both alike.
fn sample(
    server: &Server,
    requests: &[Request],
    count: usize,
) -> anyhow::Result<BTreeMap<&'static str, Times>> {
    let mut connection = Connection::open(server.address)?;
    let mut times: BTreeMap<&str, Times> = BTreeMap::new();
    // Fixed, so that a run can be repeated: Knuth's MMIX generator, of which the high bits are good.
    let mut state = 0x5eed_u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % limit
    };
    for number in 0..count + WARM_UP {
        let mut waiting: Vec<&Request> = requests.iter().collect();
        while !waiting.is_empty() {
            let request = waiting.swap_remove(below(waiting.len()));
            let (passed, processor) = ask(server, &mut connection, request, number)?;
            if number >= WARM_UP {
                let times = times.entry(request.name).or_default();
                times.passed.push(passed);
                times.processor.push(processor);
            }
        }
    }
    Ok(times)
}

/// The first few fill what is kept between requests.
const WARM_UP: usize = 5;

/// How long the answer took, and the processor (us).
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn ask(
    server: &Server,
    connection: &mut Connection,
    request: &Request,
    number: usize,
) -> anyhow::Result<(f64, f64)> {
    let body = (request.body)(number);
    let used = server.processor_nanoseconds()?;
    let begun = Instant::now();
    let answer = if request.content_type == FORM {
        connection.post_form(request.path, BASIC, &body)?
    } else {
        connection.post(request.path, &body)?
    };
    let passed = begun.elapsed().as_secs_f64() * 1e6;
    let used = server.processor_nanoseconds()?.saturating_sub(used);
    ensure!(answer.status == request.expected, "{}: answered with {}", request.name, answer.status);
    Ok((passed, used as f64 / 1e3))
}

/// Each set of times against that of `reference`.
fn compare(what: &str, times: &BTreeMap<&'static str, Times>, reference: &str) -> Vec<Finding> {
    let Some(theirs) = times.get(reference) else { return Vec::new() };
    let others = times.iter().filter(|(name, _)| **name != reference);
    let finding = |(name, ours): (&&str, &Times)| {
        let medians = |of: fn(&Times) -> &Vec<f64>| {
            let (one, other) = (middle(of(ours).clone()), middle(of(theirs).clone()));
            format!("{one:.0} and {other:.0} us ({:+.0})", one - other)
        };
        let by_processor = p_value(&ours.processor, &theirs.processor);
        Finding::new(
            format!("{what}: {name} beside {reference}, p of Mann-Whitney U, {} each", ours.passed.len()),
            format!(
                "medians {}; of the processor {}, p {by_processor:.2}",
                medians(|times| &times.passed),
                medians(|times| &times.processor)
            ),
            p_value(&ours.passed, &theirs.passed),
            "p",
            Some(Target::AtLeast(0.01)),
        )
    };
    others.map(finding).collect()
}
