//! Cookies that the real package made (protocol spec 3.7).

use crate::{FIVE_MINUTES, NOW, STRATEGIES, Sevens, codec, encode, zoe};
use stayd_protocol::{CachePayload, SessionDataError, SessionToken, Strategy, Timestamp};

const COMPACT: &str = "eyJzZXNzaW9uIjp7InNlc3Npb24iOnsiZXhwaXJlc0F0IjoiMjAyNi0wMS0wOVQwMzowNDowNS42NzhaIiwidG9rZW4iOiJBYkNkRWZHaElqS2xNbk9wUXJTdFV2V3hZejAxMjM0NSIsImNyZWF0ZWRBdCI6IjIwMjYtMDEtMDJUMDM6MDQ6MDUuNjc4WiIsInVwZGF0ZWRBdCI6IjIwMjYtMDEtMDJUMDM6MDQ6MDUuNjc4WiIsImlwQWRkcmVzcyI6IjIwMy4wLjExMy45IiwidXNlckFnZW50IjoiY3VybC84IiwidXNlcklkIjoiVVNFUklEMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMEEiLCJpZCI6IlNFU1NJRDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDBBIn0sInVzZXIiOnsibmFtZSI6Ilpvw6siLCJlbWFpbCI6InpvZUBleGFtcGxlLmNvbSIsImVtYWlsVmVyaWZpZWQiOmZhbHNlLCJpbWFnZSI6bnVsbCwiY3JlYXRlZEF0IjoiMjAyNi0wMS0wMlQwMzowNDowNS42NzhaIiwidXBkYXRlZEF0IjoiMjAyNi0wMS0wMlQwMzowNDowNS42NzhaIiwiaWQiOiJVU0VSSUQwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwQSJ9LCJ1cGRhdGVkQXQiOjE3NjczMjMwNDU2NzgsInZlcnNpb24iOiIxIn0sImV4cGlyZXNBdCI6MTc2NzMyMzM0NTY3OCwic2lnbmF0dXJlIjoiVGhGZ29zeHVqRk9GNWc0REFzTDdxS2lfQkl2MDgxcUtPUU1fcUx3VzVyRSJ9";
const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzZXNzaW9uIjp7ImV4cGlyZXNBdCI6IjIwMjYtMDEtMDlUMDM6MDQ6MDUuNjc4WiIsInRva2VuIjoiQWJDZEVmR2hJaktsTW5PcFFyU3RVdld4WXowMTIzNDUiLCJjcmVhdGVkQXQiOiIyMDI2LTAxLTAyVDAzOjA0OjA1LjY3OFoiLCJ1cGRhdGVkQXQiOiIyMDI2LTAxLTAyVDAzOjA0OjA1LjY3OFoiLCJpcEFkZHJlc3MiOiIyMDMuMC4xMTMuOSIsInVzZXJBZ2VudCI6ImN1cmwvOCIsInVzZXJJZCI6IlVTRVJJRDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDBBIiwiaWQiOiJTRVNTSUQwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwQSJ9LCJ1c2VyIjp7Im5hbWUiOiJab8OrIiwiZW1haWwiOiJ6b2VAZXhhbXBsZS5jb20iLCJlbWFpbFZlcmlmaWVkIjpmYWxzZSwiaW1hZ2UiOm51bGwsImNyZWF0ZWRBdCI6IjIwMjYtMDEtMDJUMDM6MDQ6MDUuNjc4WiIsInVwZGF0ZWRBdCI6IjIwMjYtMDEtMDJUMDM6MDQ6MDUuNjc4WiIsImlkIjoiVVNFUklEMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMEEifSwidXBkYXRlZEF0IjoxNzY3MzIzMDQ1Njc4LCJ2ZXJzaW9uIjoiMSIsImlhdCI6MTc2NzMyMzA0NSwiZXhwIjoxNzY3MzIzMzQ1fQ.UCwiKtDnsndBEfbHEkMyCYzw6SnA0Ueg09KwSQ4yg04";
const JWE: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoibE03NzhfVlZ4QmhYVG5na1ltQVFBNGotZUZ0M1Myc2RBUGNpQks1alo1TSJ9..nIPdKeTHppXMUAX6Nte9Mw.o40_4W4w_x3lQV5fknyaJ8vVZHB1c9PhLLQf3ULFQMdFypsRtlvaJu7HQ4inZpJZ8qPMPCGjgaVmgBUksPVlpHme29GK61QNy1r-KXKD4sMYsb7HvyKQpyj4agNLftX35U_EZL_pgo9XGSiIVWWJurwSeiXA0n3s0uJy1ut1Q83TD0E5qNEym_LhYw0l-HP737TGEW3PMir_xLxFuGpMa0RHQOQS_JLZqi3LWrXLIEV_NrDuRUc6q96wVcS-SAXgRaFTlHR0RiLIgMEo5VDkejLXu_mbKAmcjIaMNECfkxpX-6NYr7svvSGZWSmaRmEfoLzPV_gve_XDlisBySfX5jTItJ-OPdTXGwAoG5j2sp0OBi_TIV4qpKQhcmJUIDkk3MbvHZn3X6Y5B2M3W5YvFeUKLX-qgQRQrGYh6jh8cmSVHoCiVaa-eX6g-xodbdVM3ESu8KVkMF_C7WWcbM2Z-F3_47q_XEzW8RV9D1WuuMw0vTcyFu670NhTXAvxxaV4lD9k0FsUC9NZtb_RePl3m7h8udimHfNmxwSlUNYqQ1yjok2cSfjAo8i5octLstuRp5Obf240nzlk9UkY6vSagE0WWoG6rlATG-f9HBPKpICMjLMBFYtuKoglUiCUjNcFWs7og2Y5kXHcD_GmLNK4V-vapjGtKqan3fqvuXiVBIn_ASAQU8U0xvqNHEpEt_aa01fB98JnF7vCs2Hfm9jK8mOdxeHgwdx88fBtQcZSImjowvr6nIHUsgfFnMPzmOBZN1ZnsvAqklT-DYFxOAyxiexGr8phoWD7vZx0yxdPh3b2OlOdqMV09Y-_rJVZXMSpnWAlFRzWORfivx66QoOIDA.LgbL4bYvq26LL885ujRT7040I-WHf8Ync-3h_01TI5g";

#[test]
fn the_signed_cookies_of_the_real_package_are_reproduced_to_the_byte() {
    assert_eq!(encode(&codec(Strategy::Compact), &zoe()), COMPACT);
    assert_eq!(encode(&codec(Strategy::Jwt), &zoe()), JWT);
}

#[test]
fn the_cookies_of_the_real_package_are_read() {
    for (strategy, cookie) in [(Strategy::Compact, COMPACT), (Strategy::Jwt, JWT), (Strategy::Jwe, JWE)] {
        assert_eq!(codec(strategy).decode(cookie, NOW), Ok(zoe()), "{strategy:?}");
    }
}

#[test]
fn a_cookie_of_one_strategy_is_not_read_by_another() {
    for strategy in STRATEGIES {
        for (written_as, cookie) in [(Strategy::Compact, COMPACT), (Strategy::Jwt, JWT), (Strategy::Jwe, JWE)]
        {
            let read = codec(strategy).decode(cookie, NOW);
            if strategy == written_as {
                assert!(read.is_ok());
            } else {
                assert_eq!(read, Err(SessionDataError::NotGenuine), "{written_as:?} as {strategy:?}");
            }
        }
    }
}

#[test]
fn the_raw_view_shows_the_text_as_it_came() {
    for (strategy, cookie) in [(Strategy::Compact, COMPACT), (Strategy::Jwt, JWT), (Strategy::Jwe, JWE)] {
        let mut buffer = b"left over".to_vec();
        let codec = codec(strategy);
        let raw = codec.decode_raw(cookie, NOW, &mut buffer).unwrap();
        assert_eq!(raw.session_json, serde_json::to_string(&zoe().session).unwrap());
        assert_eq!(raw.user_json, serde_json::to_string(&zoe().user).unwrap());
        assert_eq!(raw.expires_at.as_s(), 1_767_323_345);
        assert_eq!(raw.session_expires_at, zoe().session.expires_at);
        assert_eq!(raw.session_id, zoe().session.id);
        assert_eq!(raw.session_token, zoe().session.token);
        assert_eq!(raw.user_id, zoe().user.id);
        assert_eq!(
            (raw.updated_at, &*raw.version, raw.binding, raw.by_current),
            (NOW.as_ms(), "1", None, true)
        );
    }
}

#[test]
fn a_cache_belongs_to_its_token_alone() {
    let token = SessionToken::parse(&zoe().session.token).unwrap();
    let other = SessionToken::parse("AbCdEfGhIjKlMnOpQrStUvWxYz012346").unwrap();
    let bound = CachePayload { binding: Some(CachePayload::binding_for(&token)), ..zoe() };
    let misleading = CachePayload { binding: Some(CachePayload::binding_for(&other)), ..zoe() };
    for strategy in STRATEGIES {
        let codec = codec(strategy);
        let belongs = |payload: &CachePayload, token: &SessionToken| {
            let mut buffer = Vec::new();
            codec.decode_raw(&encode(&codec, payload), NOW, &mut buffer).unwrap().belongs_to(token)
        };
        assert!(belongs(&zoe(), &token) && !belongs(&zoe(), &other));
        assert!(belongs(&bound, &token) && !belongs(&bound, &other));
        assert!(belongs(&misleading, &other) && !belongs(&misleading, &token));
        assert_eq!(codec.decode(&encode(&codec, &bound), NOW), Ok(bound.clone()));
    }
}

#[test]
fn each_strategy_ends_at_the_moment_it_names() {
    let millisecond = std::time::Duration::from_millis(1);
    for strategy in STRATEGIES {
        let codec = codec(strategy);
        let cookie = encode(&codec, &zoe());
        // The tokens count in whole seconds, cut off on writing.
        let end = match strategy {
            Strategy::Compact => NOW.plus(FIVE_MINUTES),
            Strategy::Jwt | Strategy::Jwe => Timestamp::from_ms(1_767_323_345_000),
        };
        assert_eq!(codec.decode(&cookie, end.minus(millisecond)), Ok(zoe()));
        assert_eq!(codec.decode(&cookie, end), Err(SessionDataError::Expired));
    }
}

#[test]
fn a_cache_outlives_no_session() {
    for strategy in STRATEGIES {
        let codec = codec(strategy);
        let mut payload = zoe();
        payload.session.expires_at = NOW.plus(std::time::Duration::from_secs(1));
        let cookie = codec.encode(&payload, NOW, FIVE_MINUTES, &Sevens).unwrap();
        assert!(codec.decode(&cookie, NOW).is_ok());
        let end = payload.session.expires_at;
        assert_eq!(codec.decode(&cookie, end), Err(SessionDataError::SessionExpired));
    }
}
