use crate::{NOW, STRATEGIES, codec, encode, zoe};
use proptest::prelude::*;
use proptest::sample::Index;
use stayd_protocol::{CachePayload, SessionDataError, Strategy as Form};

fn payload() -> impl Strategy<Value = CachePayload> {
    // Any characters, among them quotes, backslashes, control characters and what JSON writers disagree about.
    let text = || any::<String>().prop_filter("short", |text| text.len() < 300);
    let optional = || prop::option::of(text());
    (text(), text(), optional(), optional(), optional(), any::<bool>(), prop::option::of("[a-zA-Z0-9_-]{43}"))
        .prop_map(|(name, email, image, ip_address, user_agent, email_verified, binding)| {
            let mut payload = zoe();
            payload.user.name = name;
            payload.user.email = email;
            payload.user.image = image;
            payload.user.email_verified = email_verified;
            payload.session.ip_address = ip_address;
            payload.session.user_agent = user_agent;
            payload.binding = binding;
            payload
        })
}

proptest! {
    #[test]
    fn every_payload_is_read_back(payload in payload()) {
        for strategy in STRATEGIES {
            let codec = codec(strategy);
            let read = codec.decode(&encode(&codec, &payload), NOW);
            prop_assert_eq!(read.as_ref(), Ok(&payload));
        }
    }

    #[test]
    fn no_changed_or_cut_cookie_is_read(payload in payload(), at: Index, to in "[!-~]") {
        for strategy in STRATEGIES {
            let codec = codec(strategy);
            let cookie = encode(&codec, &payload);
            let at = at.index(cookie.len());
            let mut changed = cookie.clone();
            changed.replace_range(at..=at, &to);
            let refused = Err(SessionDataError::NotGenuine);
            prop_assert!(changed == cookie || codec.decode(&changed, NOW) == refused);
            prop_assert_eq!(codec.decode(&cookie[..at], NOW), refused);
        }
    }

    #[test]
    fn any_text_is_refused_without_panic(text in any::<String>(), base64 in "[a-zA-Z0-9_.-]{0,300}") {
        for strategy in [Form::Compact, Form::Jwt, Form::Jwe] {
            prop_assert_eq!(codec(strategy).decode(&text, NOW), Err(SessionDataError::NotGenuine));
            prop_assert_eq!(codec(strategy).decode(&base64, NOW), Err(SessionDataError::NotGenuine));
        }
    }
}
