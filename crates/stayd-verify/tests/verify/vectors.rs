//! The list of tokens that Rust, Python and Node must agree on, made here from fixed keys. `STAYD_WRITE_VECTORS=1` writes the file anew.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use stayd_protocol::Strategy::{Compact, Jwe, Jwt};
use stayd_protocol::jws::{Algorithm, KeySet, SigningKey, VerifyingKey};
use stayd_protocol::{
    CachePayload, Random, Session, SessionDataCodec, SessionToken, Signer, Strategy, Timestamp, User,
};
use std::time::Duration;

use crate::server::{SECRET, secrets};

pub(crate) const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors.json");
pub(crate) const NOW_S: i64 = 1_800_000_000;
pub(crate) const ISSUER: &str = "https://app.example";

/// A key of P-256 and a token of it. Its signatures hold a random number, so that they cannot be made again here.
const P256_PUBLIC: &str = include_str!("p256.public");
const P256_TOKEN: &str = include_str!("p256.token");

struct Maker {
    pair: Ed25519KeyPair,
    kid: String,
    vectors: Vec<Value>,
}

pub(crate) fn p256() -> VerifyingKey {
    let public = URL_SAFE_NO_PAD.decode(P256_PUBLIC.trim()).unwrap();
    VerifyingKey::from_public(Algorithm::Es256, &public).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": ISSUER, "sub": "zoe", "sid": "session-1", "client_id": "cli",
        "auth_time": NOW_S - 600, "iat": NOW_S - 60, "exp": NOW_S + 840, "jti": "jti-1",
    })
}

/// The usual claims with one of them changed, or taken out.
fn with(name: &str, value: &Value) -> String {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value.clone(),
    }
    claims.to_string()
}

impl Maker {
    fn new() -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let key = VerifyingKey::from_public(Algorithm::EdDsa, pair.public_key().as_ref()).unwrap();
        Self { pair, kid: key.id().to_owned(), vectors: Vec::new() }
    }

    fn header(&self) -> Value {
        json!({"alg": "EdDSA", "kid": self.kid, "typ": "at+jwt"})
    }

    fn with_header(&self, name: &str, value: &Value) -> String {
        let mut header = self.header();
        match value {
            Value::Null => drop(header.as_object_mut().unwrap().remove(name)),
            value => header[name] = value.clone(),
        }
        self.sign(&header.to_string(), claims().to_string().as_bytes())
    }

    fn covered(header: &str, payload: &[u8]) -> String {
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
    }

    fn sign(&self, header: &str, payload: &[u8]) -> String {
        let covered = Self::covered(header, payload);
        let signature = self.pair.sign(covered.as_bytes());
        format!("{covered}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    fn good(&self) -> String {
        self.sign(&self.header().to_string(), claims().to_string().as_bytes())
    }

    fn says(&self, payload: impl AsRef<[u8]>) -> String {
        self.sign(&self.header().to_string(), payload.as_ref())
    }

    fn add(&mut self, name: impl Into<String>, accepted: bool, token: impl Into<String>) {
        self.vectors.push(json!({"name": name.into(), "accepted": accepted, "token": token.into()}));
    }

    fn refuse(&mut self, name: impl Into<String>, token: impl Into<String>) {
        self.add(name, false, token);
    }

    fn good_ones(&mut self) {
        let leeway = [
            ("just over, within the leeway", "exp", NOW_S - 29),
            ("a clock ahead by less than the leeway", "iat", NOW_S + 29),
        ];
        self.add("EdDSA", true, self.good());
        self.add("ES256", true, P256_TOKEN.trim());
        let shared = SigningKey::shared(&secrets(), ISSUER).unwrap();
        self.add(
            "HS256 under the shared secret",
            true,
            shared.sign(Some("at+jwt"), &claims().to_string()).unwrap(),
        );
        for (name, claim, value) in leeway {
            self.add(name, true, self.says(with(claim, &value.into())));
        }
        self.add("a claim that is not known", true, self.says(with("more", &json!({"a": [1]}))));
        self.add("no client", true, self.says(with("client_id", &Value::Null)));
    }

    // J-1
    fn algorithms(&mut self) {
        for name in [
            "none", "None", "NONE", "nOnE", "", "EdDsa", "EDDSA", "HS256", "ES256", "RS256", "PS256", "HS512",
        ] {
            let token = self.with_header("alg", &name.into());
            let (covered, _) = token.rsplit_once('.').unwrap();
            self.refuse(format!("alg {name:?} with the right signature"), token.clone());
            self.refuse(format!("alg {name:?} without a signature"), format!("{covered}."));
        }
        self.refuse("no alg", self.with_header("alg", &Value::Null));
        self.refuse("two algs", self.with_header("alg", &json!(["EdDSA"])));
        let header = json!({"alg": "HS256", "kid": self.kid, "typ": "at+jwt"}).to_string();
        let covered = Self::covered(&header, claims().to_string().as_bytes());
        let public = self.pair.public_key().as_ref().to_vec();
        for (name, key) in [
            ("bytes", public.clone()),
            ("base64url", URL_SAFE_NO_PAD.encode(&public).into_bytes()),
            ("JWKS", keys().to_jwks().into_bytes()),
            ("secret", SECRET.into()),
        ] {
            let mac =
                ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key), covered.as_bytes());
            self.refuse(
                format!("HS256 under the public key's {name}"),
                format!("{covered}.{}", URL_SAFE_NO_PAD.encode(mac)),
            );
        }
    }

    // J-2, J-4, J-8
    fn headers(&mut self) {
        for (name, value) in [
            ("jku", json!("http://127.0.0.1:9/jwks")),
            ("x5u", json!("http://127.0.0.1:9/cert")),
            (
                "jwk",
                json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
            ),
            ("x5c", json!(["AAAA"])),
            ("crit", json!(["exp"])),
            ("b64", json!(false)),
            ("zip", json!("DEF")),
            ("cty", json!("JWT")),
        ] {
            self.refuse(format!("a header with {name}"), self.with_header(name, &value));
        }
        let long = "x".repeat(6000);
        for kid in ["", "../../../etc/passwd", "' OR 1=1 --", "http://127.0.0.1:9/", &long] {
            self.refuse(format!("kid {kid:.12}"), self.with_header("kid", &kid.into()));
        }
        self.refuse("no kid", self.with_header("kid", &Value::Null));
        self.refuse("a number as kid", self.with_header("kid", &json!(1)));
        self.refuse("another key's kid", self.with_header("kid", &p256().id().into()));
        for typ in ["JWT", "", "dpop+jwt", "dbsc+jwt", "logout+jwt", "id_token", "at+jwt ", "application/jwt"]
        {
            self.refuse(format!("typ {typ:?}"), self.with_header("typ", &typ.into()));
        }
        self.refuse("no typ", self.with_header("typ", &Value::Null));
        let (header, payload) = (self.header().to_string(), claims().to_string());
        let twice = header.replacen('{', "{\"alg\":\"none\",", 1);
        self.refuse("alg twice", self.sign(&twice, payload.as_bytes()));
        for odd in [
            format!("{header} x"),
            format!("[{header}]"),
            "null".to_owned(),
            String::new(),
            header.replace('"', "'"),
        ] {
            self.refuse(format!("header {odd:.20}"), self.sign(&odd, payload.as_bytes()));
        }
    }

    // J-3, J-9
    fn claims(&mut self) {
        for name in ["iss", "aud", "sub", "sid", "auth_time", "iat", "exp", "jti"] {
            self.refuse(format!("no {name}"), self.says(with(name, &Value::Null)));
        }
        for name in ["iss", "aud", "sub", "sid", "jti"] {
            self.refuse(format!("a number as {name}"), self.says(with(name, &json!(1))));
        }
        for name in ["auth_time", "iat", "exp"] {
            self.refuse(format!("a text as {name}"), self.says(with(name, &json!("1800000100"))));
            self.refuse(format!("a fraction as {name}"), self.says(with(name, &json!(1_800_000_100.5))));
        }
        for issuer in
            ["https://other.example", "https://app.example/", "https://APP.example", "http://app.example", ""]
        {
            self.refuse(format!("iss {issuer:?}"), self.says(with("iss", &issuer.into())));
            self.refuse(format!("aud {issuer:?}"), self.says(with("aud", &issuer.into())));
        }
        self.refuse("several audiences", self.says(with("aud", &json!([ISSUER, "https://other.example"]))));
        self.refuse("over", self.says(with("exp", &(NOW_S - 30).into())));
        self.refuse("over for long", self.says(with("exp", &0.into())));
        self.refuse("over before it began", self.says(with("exp", &(NOW_S - 61).into())));
        self.refuse("not begun", self.says(with("iat", &(NOW_S + 31).into())));
        self.refuse("signed in tomorrow", self.says(with("auth_time", &(NOW_S + 86_400).into())));
        self.refuse("nbf, which ours do not have", self.says(with("nbf", &(NOW_S + 60).into())));
        let elsewhere = SigningKey::shared(&secrets(), "https://other.example").unwrap();
        self.refuse(
            "another deployment with the same secret",
            elsewhere.sign(Some("at+jwt"), &claims().to_string()).unwrap(),
        );
    }

    // J-5, J-8
    fn payloads(&mut self) {
        let payload = claims().to_string();
        self.refuse("exp twice", self.says(payload.replacen('{', "{\"exp\":1,", 1)));
        self.refuse(
            "exp twice, once escaped",
            self.says(payload.replacen('{', "{\"\\u0065xp\":1900000000,", 1)),
        );
        self.refuse("a stranger's claim twice", self.says(payload.replacen('{', "{\"a\":1,\"a\":2,", 1)));
        for (name, odd) in [
            ("something after the claims", format!("{payload}x")),
            ("an array", format!("[{payload}]")),
            ("null", "null".to_owned()),
            ("nothing", String::new()),
            ("a comma too much", payload.replacen('}', ",}", 1)),
            ("a byte order mark", format!("\u{feff}{payload}")),
            ("half a character", payload.replace("zoe", "\\ud800")),
            (
                "too many claims",
                payload.replacen(
                    '{',
                    &format!("{{{}", (0..70).map(|n| format!("\"c{n}\":1,")).collect::<Vec<_>>().concat()),
                    1,
                ),
            ),
        ] {
            self.refuse(name, self.says(odd));
        }
        self.refuse(
            "no UTF-8",
            self.says([&payload.as_bytes()[..10], b"\xff", &payload.as_bytes()[10..]].concat()),
        );
        self.refuse("oversized", self.says(with("more", &"x".repeat(8192).into())));
    }

    // J-8
    fn spellings(&mut self) {
        let good = self.good();
        let (covered, signature) = good.rsplit_once('.').unwrap();
        let (header, payload) = covered.split_once('.').unwrap();
        let sibling = |text: &str| {
            let (rest, last) = text.split_at(text.len() - 1);
            let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let at = digits.find(last).unwrap();
            format!("{rest}{}", &digits[at ^ 1..=at ^ 1])
        };
        for (name, token) in [
            ("bits that mean nothing in the signature", format!("{covered}.{}", sibling(signature))),
            ("padding", format!("{good}==")),
            ("padding in the header", format!("{header}=.{payload}.{signature}")),
            ("a line break", format!("{good}\n")),
            ("a blank before it", format!(" {good}")),
            ("a blank within", format!("{header}. {payload}.{signature}")),
            ("four parts", format!("{good}.{signature}")),
            ("five parts", format!("{good}.a.b")),
            ("two parts", covered.to_owned()),
            ("an empty part", format!("{header}..{signature}")),
            ("a short signature", format!("{covered}.{}", &signature[..signature.len() - 4])),
            ("a long signature", format!("{covered}.{signature}AAAA")),
            ("a signature of zeros", format!("{covered}.{}", URL_SAFE_NO_PAD.encode([0; 64]))),
            (
                "another token's signature",
                format!("{covered}.{}", self.says(with("sub", &"ada".into())).rsplit_once('.').unwrap().1),
            ),
            (
                "changed claims",
                format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(with("sub", &"ada".into()))),
            ),
            ("not a token", "token".to_owned()),
            ("dots", "..".to_owned()),
        ] {
            self.refuse(name, token);
        }
    }
}

pub(crate) fn keys() -> KeySet {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    KeySet::new([VerifyingKey::from_public(Algorithm::EdDsa, pair.public_key().as_ref()).unwrap(), p256()])
}

struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// What a browser shows: the signed token, and the copy of the session beside it.
fn cookies() -> Vec<Value> {
    let token = SessionToken::parse("AbCdEfGhIjKlMnOpQrStUvWxYz012345").unwrap();
    let other = SessionToken::parse("ZbCdEfGhIjKlMnOpQrStUvWxYz012345").unwrap();
    let signed = Signer::new(&secrets()).sign(token.expose());
    let now = Timestamp::from_ms(NOW_S * 1000);
    let made = |strategy: Strategy, binding: Option<&SessionToken>, age: Duration| {
        let payload = payload(binding, now.minus(age));
        SessionDataCodec::new(&secrets(), strategy, "1")
            .encode(&payload, now.minus(age), Duration::from_mins(5), &Sevens)
            .unwrap()
    };
    let minute = Duration::from_mins(1);
    let good = made(Compact, Some(&token), minute);
    let tampered = format!("{}{}", &good[..40], &good[40..].replacen('a', "b", 1));
    let forged = signed.replacen('A', "B", 1);
    let row = |name: &str, token: &str, data: &str, means: &str| json!({"name": name, "token": token, "data": data, "means": means});
    vec![
        row("compact", &signed, &good, "session"),
        row("jwt", &signed, &made(Jwt, Some(&token), minute), "session"),
        row("jwe", &signed, &made(Jwe, Some(&token), minute), "session or ask"),
        row("no copy", &signed, "", "ask"),
        row("a tampered copy", &signed, &tampered, "ask"),
        row("another's copy", &signed, &made(Compact, Some(&other), minute), "ask"),
        row("a copy that is bound to none", &signed, &made(Compact, None, minute), "ask"),
        row("a copy that is over", &signed, &made(Compact, Some(&token), Duration::from_mins(5)), "ask"),
        row("a forged token", &forged, &good, "nobody"),
        row("no signature", token.expose(), &good, "nobody"),
        row("nothing", "", &good, "nobody"),
    ]
}

fn payload(binding: Option<&SessionToken>, at: Timestamp) -> CachePayload {
    let session = Session {
        expires_at: at.plus(Duration::from_hours(24)),
        token: "session-1".into(),
        created_at: at.minus(Duration::from_mins(9)),
        updated_at: at.minus(Duration::from_mins(9)),
        ip_address: Some(String::new()),
        user_agent: Some("a \"browser\" with ü".into()),
        user_id: "zoe".into(),
        id: "session-1".into(),
    };
    let user = User {
        name: "Zoë".into(),
        email: "zoe@example.com".into(),
        email_verified: true,
        image: None,
        created_at: at.minus(Duration::from_hours(48)),
        updated_at: at.minus(Duration::from_hours(48)),
        id: "zoe".into(),
    };
    let binding = binding.map(CachePayload::binding_for);
    CachePayload { session, user, updated_at: at.as_ms(), version: "1".into(), binding }
}

pub(crate) fn make() -> Value {
    let mut maker = Maker::new();
    maker.good_ones();
    maker.algorithms();
    maker.headers();
    maker.claims();
    maker.payloads();
    maker.spellings();
    json!({
        "now": NOW_S,
        "issuer": ISSUER,
        "audience": ISSUER,
        "secret": SECRET,
        "jwks": serde_json::from_str::<Value>(&keys().to_jwks()).unwrap(),
        "tokens": maker.vectors,
        "cookies": cookies(),
    })
}

/// Tokens that name a place to fetch keys from, in every way there is.
pub(crate) fn leading_to(url: &str) -> Vec<String> {
    let maker = Maker::new();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(maker.pair.public_key())});
    [
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("kid", json!(url)),
        ("jwk", jwk),
        ("x5c", json!([url])),
        ("typ", json!(url)),
    ]
    .map(|(name, value)| maker.with_header(name, &value))
    .into()
}
