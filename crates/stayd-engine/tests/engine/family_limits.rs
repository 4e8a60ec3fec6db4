//! How long a family goes on beside the session it was begun with, and for whom its tokens are (L-2, R-1, R-7, P2).

use crate::families::{Story, is_refused, issue, live, refresh_of};
use crate::support::World;
use stayd_engine::store::MemoryStore;
use stayd_engine::{
    EndReason, EngineError, EngineResult, Grant, JwtClaims, Policy, Refusal, Revoker, TokenPair,
};
use stayd_protocol::jws::{self, AccessToken, Expectation};
use std::sync::Arc;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const ISSUER: &str = "http://127.0.0.1:3000";
const ORDERS: &str = "https://orders.example";

/// A session is over a week after its sign-in.
fn a_week(policy: &mut Policy) {
    policy.sessions.kinds.remember.absolute = Some(7 * DAY);
}

async fn claims(world: &World, token: &str, audience: &str) -> AccessToken {
    let ring = world.engine.key_ring().await.unwrap();
    let expected = Expectation::new(ISSUER, audience);
    jws::verify(token, ring.verifying(), world.engine.now(), &expected).unwrap()
}

fn for_audience(name: &str) -> Grant {
    Grant { audience: Some(name.into()), ..Grant::default() }
}

fn is_off_target(result: &EngineResult<TokenPair>) -> bool {
    matches!(result, Err(EngineError::Refused(Refusal::InvalidTarget)))
}

// L-2, AU-19
#[tokio::test]
async fn a_family_is_over_with_the_absolute_limit_of_the_session_it_was_begun_with() {
    for within in [true, false] {
        let world = World::with(|policy| {
            a_week(policy);
            policy.tokens.within_absolute_limit = within;
        });
        let signed_in = world.sign_up("zoe@example.com").await;
        world.clock.forward(6 * DAY);
        let first = issue(&world, &signed_in, Grant::default()).await.unwrap();
        let story = Story { world, signed_in, first };
        story.world.clock.forward(DAY.saturating_sub(Duration::from_secs(5)));
        let second = story.refresh(&story.first).await.unwrap();
        assert_eq!(
            second.expires_in <= 5,
            within,
            "no access token outlives the limit: {}",
            second.expires_in
        );
        story.world.clock.forward(Duration::from_secs(5));
        assert_eq!(is_refused(story.refresh(&second).await), within);
        assert!(!story.world.is_live(&story.signed_in).await, "the session is over either way");
    }
}

// L-2, EN-9
#[tokio::test]
async fn a_limit_that_has_become_stricter_holds_for_families_whose_session_is_long_gone() {
    let store = Arc::new(MemoryStore::new());
    let world = World::over(store.clone(), |policy| policy.tokens.expired_grace = 12 * HOUR);
    let story = Story::with(Grant::default(), world).await;
    story.world.clock.forward(8 * DAY);
    story.world.engine.sweep().await.unwrap();
    let second = story.refresh(&story.first).await.unwrap();
    let later = World::over(store, |policy| {
        a_week(policy);
        policy.tokens.expired_grace = 12 * HOUR;
    });
    later.clock.set(story.world.engine.now());
    let at = |world| Story { world, signed_in: story.signed_in, first: second };
    let story = at(later);
    assert!(!story.is_active(refresh_of(&story.first)).await);
    assert!(is_refused(story.refresh(&story.first).await));
    let renewed = story.world.engine.renew_expired_token(&story.first.access_token, &Grant::default()).await;
    assert!(is_refused(renewed), "nor is what is over renewed");
}

#[tokio::test]
async fn a_limit_of_the_session_ends_no_family_whether_somebody_notices_it_or_not() {
    for is_noticed in [true, false] {
        let world = World::with(|policy| policy.sessions.kinds.remember.idle = Some(HOUR));
        let story = Story::with(Grant::default(), world).await;
        story.world.clock.forward(2 * HOUR);
        if is_noticed {
            assert!(!story.world.is_live(&story.signed_in).await);
            let left = story.world.store.session_by_token(&story.signed_in.token.hash()).await.unwrap();
            assert!(left.is_none(), "{:?} was noticed", EndReason::Idle);
        }
        assert!(story.refresh(&story.first).await.is_ok(), "{is_noticed}");
    }
}

// J-3, R-5
#[tokio::test]
async fn tokens_are_for_the_audience_that_was_asked_for_and_for_no_other_later() {
    let store = Arc::new(MemoryStore::new());
    let world = World::over(store.clone(), |policy| policy.tokens.audiences = vec![ORDERS.into()]);
    let story = Story::with(for_audience(ORDERS), world).await;
    assert_eq!(claims(&story.world, &story.first.access_token, ORDERS).await.aud, ORDERS);
    assert!(story.is_active(&story.first.access_token).await);
    for other in [ISSUER, "https://elsewhere.example"] {
        assert!(is_off_target(&story.refresh_as(&story.first, &for_audience(other)).await), "{other}");
    }
    let second = story.refresh(&story.first).await.unwrap();
    assert_eq!(claims(&story.world, &second.access_token, ORDERS).await.aud, ORDERS);
    let third = story.refresh_as(&second, &for_audience(ORDERS)).await.unwrap();
    assert!(is_off_target(
        &issue(&story.world, &story.signed_in, for_audience("https://elsewhere.example")).await
    ));
    let usual = issue(&story.world, &story.signed_in, for_audience(ISSUER)).await.unwrap();
    assert_eq!(claims(&story.world, &usual.access_token, ISSUER).await.aud, ISSUER);

    let without = World::over(store, |_| {});
    let story = Story { world: without, signed_in: story.signed_in, first: third };
    assert!(!story.is_active(&story.first.access_token).await, "nobody is called that any more");
    assert!(is_refused(story.refresh(&story.first).await));
}

//
#[tokio::test]
async fn a_back_end_gives_back_no_token_that_it_was_not_meant_to_be_shown() {
    let world = World::with(|policy| policy.tokens.audiences = vec![ORDERS.into()]);
    let story = Story::with(for_audience(ORDERS), world).await;
    let engine = &story.world.engine;
    let (orders, others) = ([ORDERS.to_owned()], [ISSUER.to_owned()]);
    let (access, refresh) = (&story.first.access_token, refresh_of(&story.first));
    assert!(!engine.revoke_token(access, Revoker::Backend(Some(&others))).await.unwrap());
    assert!(!engine.revoke_token(refresh, Revoker::Backend(Some(&orders))).await.unwrap());
    assert!(story.is_active(access).await);
    assert!(engine.revoke_token(access, Revoker::Backend(Some(&orders))).await.unwrap());
    assert!(!story.is_active(access).await);
}

// P2: else a verifier that hears of a doubt in between takes the token for younger than the doubt.
#[tokio::test]
async fn a_token_about_a_session_is_as_old_as_the_look_at_the_session() {
    let story = Story::begin().await;
    let (engine, read_at) = (&story.world.engine, story.world.engine.now());
    let live = live(&story.world, &story.signed_in).await;
    story.world.clock.forward(3000 * MS);
    let token = engine.session_jwt(&live, JwtClaims::Minimal, read_at).await.unwrap();
    assert_eq!(claims(&story.world, &token, ISSUER).await.iat, read_at.as_ms() / 1000);
}
