//! What is not written, and what is not read.

use crate::{FIVE_MINUTES, NOW, OTHER_SECRET, SECRET, STRATEGIES, Sevens, codec, encode, secrets, zoe};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stayd_protocol::{
    CachePayload, MAX_SESSION_DATA_LENGTH, MailToken, MailTokenError, SessionDataCodec, SessionDataError,
    SessionToken, Signer, Strategy, Timestamp, Unencodable, cookie,
};

/// A compact cookie with any payload, signed as the real package signs it.
fn compact_cookie(payload: &str) -> String {
    let members = payload.strip_suffix('}').unwrap();
    let mac = Signer::new(&secrets(SECRET, &[]))
        .mac(format!(r#"{members},"expiresAt":1767323345678}}"#).as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac);
    URL_SAFE_NO_PAD
        .encode(format!(r#"{{"session":{payload},"expiresAt":1767323345678,"signature":"{signature}"}}"#))
}

fn read_compact(payload: &str) -> Result<CachePayload, SessionDataError> {
    codec(Strategy::Compact).decode(&compact_cookie(payload), NOW)
}

fn json(payload: &CachePayload) -> String {
    serde_json::to_string(payload).unwrap()
}

#[test]
fn another_secret_reads_nothing() {
    for strategy in STRATEGIES {
        let other = SessionDataCodec::new(&secrets(OTHER_SECRET, &[]), strategy, "1");
        let cookie = encode(&codec(strategy), &zoe());
        assert_eq!(other.decode(&cookie, NOW), Err(SessionDataError::NotGenuine), "{strategy:?}");
    }
}

#[test]
fn a_previous_secret_reads_and_is_named() {
    for strategy in STRATEGIES {
        let rotated = SessionDataCodec::new(&secrets(OTHER_SECRET, &[SECRET]), strategy, "1");
        let (old, new) = (encode(&codec(strategy), &zoe()), encode(&rotated, &zoe()));
        let mut buffer = Vec::new();
        assert!(!rotated.decode_raw(&old, NOW, &mut buffer).unwrap().by_current);
        assert!(rotated.decode_raw(&new, NOW, &mut buffer).unwrap().by_current);
    }
}

#[test]
fn another_version_is_not_read_and_no_version_counts_as_1() {
    for strategy in STRATEGIES {
        let second = SessionDataCodec::new(&secrets(SECRET, &[]), strategy, "2");
        let cookie = encode(&codec(strategy), &zoe());
        assert_eq!(second.decode(&cookie, NOW), Err(SessionDataError::OtherVersion), "{strategy:?}");
    }
    assert_eq!(read_compact(&json(&zoe()).replace(r#","version":"1""#, "")), Ok(zoe()));
}

#[test]
fn extra_members_are_passed_on() {
    let payload = json(&zoe())
        .replace(r#""image":null"#, r#""image":null,"role":"admin","depth":[[{"a":{}}]]"#)
        .replace(r#""version""#, r#""extra":{"a":[1]},"version""#);
    assert_eq!(read_compact(&payload), Ok(zoe()));
    let mut buffer = Vec::new();
    let codec = codec(Strategy::Compact);
    let cookie = compact_cookie(&payload);
    let raw = codec.decode_raw(&cookie, NOW, &mut buffer).unwrap();
    assert!(raw.user_json.contains(r#""role":"admin""#));
}

#[test]
fn a_genuine_cookie_without_its_required_members_is_not_read() {
    let whole = json(&zoe());
    for (member, without) in [
        (r#""updatedAt":1767323045678,"#, ""),
        (r#""updatedAt":1767323045678"#, r#""updatedAt":"1767323045678""#),
        (r#""token":"AbCdEfGhIjKlMnOpQrStUvWxYz012345","#, ""),
        (r#""expiresAt":"2026-01-09T03:04:05.678Z","#, ""),
        (r#""2026-01-09T03:04:05.678Z""#, "1767927845678"),
        (r#""2026-01-09T03:04:05.678Z""#, r#""2026-01-09T03:04:05.678+00:00""#),
        (r#","id":"SESSID0000000000000000000000000A""#, ""),
        (r#""name":"Zoë","#, ""),
        (r#""name":"Zoë""#, r#""name":null"#),
        (r#""email":"zoe@example.com","#, ""),
        (r#""user":{"#, r#""user":[],"else":{"#),
        (r#""version":"1""#, r#""version":1"#),
        (r#""version":"1""#, r#""version":"1","version":"1""#),
        (r#""updatedAt":1767323045678"#, r#""updatedAt":1767323045678,"updatedAt":1767323045678"#),
        (r#""name":"Zoë""#, r#""name":"Zoë","name":"Eve""#),
        (r#""name":"Zoë""#, r#""name":"\ud800""#),
        ("USERID0000000000000000000000000A\"}", "USERID0000000000000000000000000B\"}"),
    ] {
        let payload = whole.replacen(member, without, 1);
        assert_ne!(payload, whole, "{member}");
        assert_eq!(read_compact(&payload), Err(SessionDataError::Incomplete), "{payload}");
    }
}

#[test]
fn broken_spellings_are_not_read() {
    for strategy in STRATEGIES {
        let codec = codec(strategy);
        let cookie = encode(&codec, &zoe());
        for wrong in [
            String::new(),
            "=".to_owned(),
            "ä".to_owned(),
            format!("{cookie}="),
            format!("{cookie}A"),
            format!(" {cookie}"),
            format!("{cookie}.{cookie}"),
            cookie.to_lowercase(),
            "A".repeat(MAX_SESSION_DATA_LENGTH + 1),
        ] {
            assert_eq!(codec.decode(&wrong, NOW), Err(SessionDataError::NotGenuine), "{strategy:?} {wrong}");
        }
    }
}

#[test]
fn no_signed_thing_passes_for_another() {
    let signer = Signer::new(&secrets(SECRET, &[]));
    let mail = MailToken::new("zoe@example.com", "U1", NOW, FIVE_MINUTES).sign(&signer);
    let session_data = encode(&codec(Strategy::Jwt), &zoe());
    assert_eq!(codec(Strategy::Jwt).decode(&mail, NOW), Err(SessionDataError::Incomplete));
    assert_eq!(MailToken::verify(&signer, &session_data, NOW), Err(MailTokenError::Invalid));
    // A JWT, its signature respelled, is a genuine signed cookie; but what it says is no session token.
    for jwt in [mail, session_data] {
        let (covered, signature) = jwt.rsplit_once('.').unwrap();
        let respelled = format!("{covered}.{}=", signature.replace('-', "+").replace('_', "/"));
        let value = signer.verify(&respelled).unwrap().value;
        assert!(SessionToken::parse(value).is_none());
    }
    let signed_token = signer.sign("AbCdEfGhIjKlMnOpQrStUvWxYz012345");
    let header = format!("a={signed_token}");
    let presented = cookie::find(header.as_bytes(), "a").unwrap();
    for strategy in STRATEGIES {
        assert_eq!(codec(strategy).decode(&presented, NOW), Err(SessionDataError::NotGenuine));
    }
    assert_eq!(MailToken::verify(&signer, &presented, NOW), Err(MailTokenError::Invalid));
}

#[test]
fn what_the_real_package_could_not_read_is_not_written() {
    type Change = fn(&mut CachePayload, String);
    let texts: [(&str, Change); 9] = [
        ("session.token", |payload, text| payload.session.token = text),
        ("session.ipAddress", |payload, text| payload.session.ip_address = Some(text)),
        ("session.userAgent", |payload, text| payload.session.user_agent = Some(text)),
        ("session.id", |payload, text| payload.session.id = text),
        ("session.userId", |payload, text| payload.session.user_id = text),
        ("user.name", |payload, text| payload.user.name = text),
        ("user.email", |payload, text| payload.user.email = text),
        ("user.image", |payload, text| payload.user.image = Some(text)),
        ("version", |payload, text| payload.version = text),
    ];
    for strategy in STRATEGIES {
        for (member, change) in texts {
            let mut payload = zoe();
            change(&mut payload, "2020-01-01T00:00:00.000Z".to_owned());
            let written = codec(strategy).encode(&payload, NOW, FIVE_MINUTES, &Sevens);
            assert_eq!(written, Err(Unencodable::LooksLikeDate { member }));
            change(&mut payload, "2020-01-01".to_owned());
            assert!(codec(strategy).encode(&payload, NOW, FIVE_MINUTES, &Sevens).is_ok());
        }
        let year_10000 = Timestamp::from_ms(253_402_300_800_000);
        let late = CachePayload { updated_at: 1 << 53, ..zoe() };
        let mut far = zoe();
        far.session.expires_at = year_10000;
        let mut long = zoe();
        long.session.user_agent = Some("x".repeat(MAX_SESSION_DATA_LENGTH));
        for (payload, why) in
            [(late, Unencodable::Time), (far, Unencodable::Time), (long, Unencodable::TooLong)]
        {
            assert_eq!(codec(strategy).encode(&payload, NOW, FIVE_MINUTES, &Sevens), Err(why));
        }
    }
}

#[test]
fn debug_of_a_codec_shows_no_key() {
    let shown = format!("{:?}", codec(Strategy::Jwe));
    assert_eq!(shown, r#"SessionDataCodec { strategy: Jwe, version: "1", .. }"#);
}
