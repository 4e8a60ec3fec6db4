//! Families of refresh tokens: one successor for one token, a grace for lost answers, and an end for stolen ones (R-1 to R-8, J-7, EN-9).

use crate::support::{World, secrets};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use stayd_engine::mail::Letter;
use stayd_engine::store::{MemoryStore, SqliteStore, Store, sqlite::SqliteOptions};
use stayd_engine::{
    Device, EngineError, EngineResult, Grant, LiveSession, Refusal, Revoker, SessionKind, SignedIn,
    TokenPair, TokenType,
};
use stayd_protocol::jws::{self, AccessToken, Expectation};
use stayd_protocol::{Secret, Secrets, Timestamp};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const ISSUER: &str = "http://127.0.0.1:3000";

/// Somebody with a session, and the tokens that were asked for with it.
pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) signed_in: SignedIn,
    pub(crate) first: TokenPair,
}

impl Story {
    pub(crate) async fn begin() -> Self {
        Self::with(Grant::default(), World::new()).await
    }

    pub(crate) async fn with(grant: Grant, world: World) -> Self {
        let signed_in = world.sign_up("zoe@example.com").await;
        let first = issue(&world, &signed_in, grant).await.unwrap();
        Self { world, signed_in, first }
    }

    pub(crate) async fn refresh(&self, pair: &TokenPair) -> EngineResult<TokenPair> {
        self.refresh_as(pair, &Grant::default()).await
    }

    pub(crate) async fn refresh_as(&self, pair: &TokenPair, asked: &Grant) -> EngineResult<TokenPair> {
        self.world.engine.refresh_tokens(refresh_of(pair), asked, &Device::default()).await
    }

    /// Which token it is to be asked about is worth something.
    pub(crate) async fn is_active(&self, token: &str) -> bool {
        self.world.engine.introspect(token).await.unwrap().is_some()
    }
}

pub(crate) async fn issue(world: &World, signed_in: &SignedIn, grant: Grant) -> EngineResult<TokenPair> {
    let live = live(world, signed_in).await;
    world.engine.issue_tokens(&live, grant, Device::default()).await
}

pub(crate) async fn live(world: &World, signed_in: &SignedIn) -> Arc<LiveSession> {
    world.engine.session(&signed_in.token.hash()).await.unwrap().expect("signed in")
}

pub(crate) fn refresh_of(pair: &TokenPair) -> &str {
    pair.refresh_token.as_ref().expect("one").expose()
}

#[expect(clippy::needless_pass_by_value, reason = "it is asked of what was just answered")]
pub(crate) fn is_refused(result: EngineResult<TokenPair>) -> bool {
    matches!(result, Err(EngineError::Refused(Refusal::InvalidGrant)))
}

async fn claims(world: &World, pair: &TokenPair) -> AccessToken {
    let ring = world.engine.key_ring().await.unwrap();
    let expected = Expectation::new(ISSUER, ISSUER);
    jws::verify(&pair.access_token, ring.verifying(), world.engine.now(), &expected).unwrap()
}

fn client(name: &str) -> Grant {
    Grant { client_id: Some(name.into()), ..Grant::default() }
}

// T-4, AA-4
#[tokio::test]
async fn an_access_token_says_who_by_which_session_and_until_when_and_nothing_else() {
    let story = Story::begin().await;
    let said = claims(&story.world, &story.first).await;
    let now = story.world.engine.now().as_ms() / 1000;
    assert_eq!((said.iss.as_str(), said.aud.as_str()), (ISSUER, ISSUER));
    assert_eq!((&said.sub, &said.sid), (&story.signed_in.user.id, &story.first.session_id));
    assert_ne!(said.sid, story.signed_in.session.id, "a family is a session of its own");
    assert_eq!((said.iat, said.auth_time), (now, now));
    assert!((855..=900).contains(&(said.exp - now)), "{}", said.exp - now);
    assert_eq!(story.first.expires_in, u64::try_from(said.exp - now).unwrap());
    let family = story.world.store.family(&said.sid).await.unwrap().unwrap();
    assert_eq!(family.session.kind, SessionKind::Api);
}

//
#[tokio::test]
async fn tokens_made_together_do_not_end_together() {
    let story = Story::begin().await;
    let mut ends = HashSet::new();
    for _ in 0..64 {
        let pair = issue(&story.world, &story.signed_in, Grant::default()).await.unwrap();
        ends.insert(claims(&story.world, &pair).await.exp);
    }
    assert!(ends.len() > 20, "{}", ends.len());
}

//
#[tokio::test]
async fn a_refresh_token_is_used_once_and_gets_the_next_pair() {
    let story = Story::begin().await;
    story.world.clock.forward(14 * MINUTE);
    let second = story.refresh(&story.first).await.unwrap();
    assert_ne!(refresh_of(&second), refresh_of(&story.first));
    assert_ne!(second.access_token, story.first.access_token);
    assert_eq!(claims(&story.world, &second).await.sid, story.first.session_id);
    let third = story.refresh(&second).await.unwrap();
    assert!(story.is_active(refresh_of(&third)).await && !story.is_active(refresh_of(&second)).await);
}

//
#[tokio::test]
async fn within_the_grace_the_same_token_gets_the_same_answer() {
    let story = Story::begin().await;
    let second = story.refresh(&story.first).await.unwrap();
    story.world.clock.forward((10 * SECOND).saturating_sub(MS));
    let again = story.refresh(&story.first).await.unwrap();
    assert_eq!(refresh_of(&again), refresh_of(&second));
    assert_eq!(again.access_token, second.access_token);
    assert_eq!(again.expires_in, second.expires_in - 10, "what is left of it");
    assert!(story.refresh(&again).await.is_ok());
}

//
#[tokio::test]
async fn a_token_shown_after_its_grace_ends_the_family_and_its_person_is_told() {
    let world = World::with(|policy| policy.security = stayd_engine::SecurityPolicy::strict());
    let story = Story::with(client("cli"), world).await;
    let second = story.refresh_as(&story.first, &client("cli")).await.unwrap();
    story.world.clock.forward(10 * SECOND);
    assert!(is_refused(story.refresh_as(&story.first, &client("cli")).await));
    assert!(is_refused(story.refresh_as(&second, &client("cli")).await), "nobody knows who stole it");
    assert!(
        !story.is_active(&second.access_token).await && !story.is_active(&story.first.access_token).await
    );
    assert!(story.world.is_live(&story.signed_in).await, "the browser's session is not of the family");
    let told = story.world.letters.all().into_iter().filter(|mail| matches!(mail.letter, Letter::Notice(_)));
    assert_eq!(told.count(), 1, "once, however often it is shown");
}

//
#[tokio::test]
async fn only_the_direct_predecessor_has_a_grace() {
    let story = Story::begin().await;
    let second = story.refresh(&story.first).await.unwrap();
    let third = story.refresh(&second).await.unwrap();
    assert!(is_refused(story.refresh(&story.first).await), "although its grace runs");
    assert!(is_refused(story.refresh(&third).await));
}

#[tokio::test]
async fn a_token_that_was_tampered_with_ends_nothing() {
    let story = Story::begin().await;
    let second = story.refresh(&story.first).await.unwrap();
    story.refresh(&second).await.unwrap();
    let shown = refresh_of(&story.first);
    let present = story.world.engine.now();
    for at in 0..shown.len() {
        let mut other = shown.to_owned();
        let to = if shown.as_bytes()[at] == b'A' { "B" } else { "A" };
        other.replace_range(at..=at, to);
        let refused = story.world.engine.refresh_tokens(&other, &Grant::default(), &Device::default()).await;
        assert!(is_refused(refused), "{other}");
    }
    for other in ["", ".", "...", "a.0.b.c", &"x".repeat(10_000)] {
        assert!(is_refused(
            story.world.engine.refresh_tokens(other, &Grant::default(), &Device::default()).await
        ));
    }
    assert!(story.world.store.family(&story.first.session_id).await.unwrap().is_some(), "{present}");
}

//
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_at_once_are_one_refresh_on_both_stores() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite =
        SqliteStore::open(folder.path().join("stayd.db"), &SqliteOptions::default(), Timestamp::from_ms(0));
    let stores: [(Arc<dyn Store>, usize); 2] =
        [(Arc::new(MemoryStore::new()), 1_000), (Arc::new(sqlite.unwrap()), 10_000)];
    for (store, count) in stores {
        let story = Story::with(Grant::default(), World::over(Arc::clone(&store), |_| {})).await;
        let shown: Arc<str> = refresh_of(&story.first).into();
        let asking: Vec<_> = (0..count)
            .map(|_| {
                let (engine, shown) = (story.world.engine.clone(), Arc::clone(&shown));
                tokio::spawn(async move {
                    let pair =
                        engine.refresh_tokens(&shown, &Grant::default(), &Device::default()).await.unwrap();
                    (refresh_of(&pair).to_owned(), pair.access_token)
                })
            })
            .collect();
        let mut answers = HashSet::new();
        for each in asking {
            answers.insert(each.await.unwrap());
        }
        assert_eq!(answers.len(), 1);
        let family = store.family(&story.first.session_id).await.unwrap().unwrap().family;
        assert_eq!(family.generation, 1);
    }
}

//
#[tokio::test]
async fn a_refresh_token_is_worth_nothing_to_another_client_and_a_scope_never_widens() {
    let grant = Grant { scope: Some("read write".into()), ..client("cli") };
    let story = Story::with(grant, World::new()).await;
    for other in [Grant::default(), client("web")] {
        assert!(is_refused(story.refresh_as(&story.first, &other).await), "{other:?}");
    }
    let wider = Grant { scope: Some("read admin".into()), ..client("cli") };
    let refused = story.refresh_as(&story.first, &wider).await;
    assert!(matches!(refused, Err(EngineError::Refused(Refusal::InvalidScope))));
    let narrower = Grant { scope: Some("read".into()), ..client("cli") };
    let second = story.refresh_as(&story.first, &narrower).await.unwrap();
    let said = claims(&story.world, &second).await;
    assert_eq!((said.scope.as_deref(), said.client_id.as_deref()), (Some("read"), Some("cli")));
    let third = story.refresh_as(&second, &client("cli")).await.unwrap();
    assert_eq!(third.scope.as_deref(), Some("read write"), "what was granted is not lost by asking for less");
}

// R-1, L-2
#[tokio::test]
async fn a_family_ends_two_weeks_after_its_last_refresh_and_three_months_after_its_first() {
    let story = Story::begin().await;
    story.world.clock.forward((14 * DAY).saturating_sub(MS));
    let mut last = story.refresh(&story.first).await.unwrap();
    story.world.clock.forward(14 * DAY);
    assert!(is_refused(story.refresh(&last).await));

    let story = Story::begin().await;
    last = story.refresh(&story.first).await.unwrap();
    for _ in 0..8 {
        story.world.clock.forward(10 * DAY);
        last = story.refresh(&last).await.unwrap();
    }
    story.world.clock.forward((10 * DAY).saturating_sub(5 * SECOND));
    let said = story.refresh(&last).await.unwrap();
    assert!(said.expires_in <= 5, "no access token outlives its family: {}", said.expires_in);
    story.world.clock.forward(5 * SECOND);
    assert!(is_refused(story.refresh(&said).await));
}

// L-6, J-7, P2
#[tokio::test]
async fn every_act_that_ends_the_session_ends_what_was_begun_with_it() {
    for way in ["sign-out", "handle", "all", "others", "operator", "replaced"] {
        let story = Story::begin().await;
        let Story { world, signed_in, first } = &story;
        let (engine, user) = (&world.engine, &signed_in.user);
        match way {
            "sign-out" => assert!(engine.end_session(&signed_in.token.hash()).await.unwrap()),
            "handle" => assert!(engine.end_session_of(&user.id, &signed_in.session.id).await.unwrap()),
            "all" => assert_eq!(engine.end_all_sessions_of(&user.id).await.unwrap(), 2),
            "others" => assert_eq!(engine.end_other_sessions(&signed_in.session).await.unwrap(), 1),
            "operator" => assert!(engine.end_session_by_handle(&signed_in.session.id).await.unwrap()),
            _ => {
                let presented = Some(signed_in.token.hash());
                let kind = SessionKind::Remember;
                engine.begin_session(user.clone(), kind, Device::default(), presented).await.unwrap();
            }
        }
        assert!(!story.is_active(&first.access_token).await, "{way}");
        assert!(is_refused(story.refresh(first).await), "{way}");
    }
}

#[tokio::test]
async fn a_family_outlives_the_session_it_was_begun_with_where_that_merely_expires() {
    let story = Story::begin().await;
    story.world.clock.forward(8 * DAY);
    assert!(!story.world.is_live(&story.signed_in).await);
    story.world.engine.sweep().await.unwrap();
    let second = story.refresh(&story.first).await.unwrap();
    assert!(story.is_active(&second.access_token).await);
}

#[tokio::test]
async fn no_tokens_are_given_for_a_session_that_ended_meanwhile() {
    let story = Story::begin().await;
    let live = live(&story.world, &story.signed_in).await;
    story.world.engine.end_session(&story.signed_in.token.hash()).await.unwrap();
    let late = story.world.engine.issue_tokens(&live, Grant::default(), Device::default()).await;
    assert!(matches!(late, Err(EngineError::Refused(Refusal::SessionEnded))));
}

// L-9
#[tokio::test]
async fn a_person_has_no_more_families_than_the_policy_allows() {
    let world = World::with(|policy| policy.sessions.kinds.api.at_most = Some(2));
    let story = Story::with(Grant::default(), world).await;
    let mut later = Vec::new();
    for _ in 0..2 {
        story.world.clock.forward(SECOND);
        later.push(issue(&story.world, &story.signed_in, Grant::default()).await.unwrap());
    }
    assert!(is_refused(story.refresh(&story.first).await), "the one unused for longest");
    assert!(story.refresh(&later[0]).await.is_ok() && story.world.is_live(&story.signed_in).await);
}

//
#[tokio::test]
async fn a_token_that_is_given_back_takes_its_family_along() {
    for which in 0..3 {
        let story = Story::begin().await;
        let second = story.refresh(&story.first).await.unwrap();
        let token = match which {
            0 => refresh_of(&second),
            1 => refresh_of(&story.first),
            _ => &second.access_token,
        };
        assert!(story.world.engine.revoke_token(token, Revoker::Holder(None)).await.unwrap());
        assert!(!story.is_active(&second.access_token).await && is_refused(story.refresh(&second).await));
        assert!(!story.world.engine.revoke_token(token, Revoker::Holder(None)).await.unwrap());
    }
    let story = Story::with(client("cli"), World::new()).await;
    let token = refresh_of(&story.first);
    let by_other = story.world.engine.revoke_token(token, Revoker::Holder(Some("web"))).await;
    assert!(matches!(by_other, Err(EngineError::Refused(Refusal::InvalidGrant))));
    assert!(story.is_active(token).await);
    assert!(story.world.engine.revoke_token(token, Revoker::Backend(None)).await.unwrap());
}

//
#[tokio::test]
async fn introspection_tells_what_a_token_is_worth_at_this_moment() {
    let story = Story::with(client("cli"), World::new()).await;
    let access = story.world.engine.introspect(&story.first.access_token).await.unwrap().unwrap();
    assert_eq!(access.token_type, TokenType::Access);
    assert_eq!(
        (access.sid.as_str(), access.client_id.as_deref()),
        (story.first.session_id.as_str(), Some("cli"))
    );
    let refresh = story.world.engine.introspect(refresh_of(&story.first)).await.unwrap().unwrap();
    assert_eq!((refresh.token_type, &refresh.sub), (TokenType::Refresh, &access.sub));
    story.world.clock.forward(15 * MINUTE);
    assert!(!story.is_active(&story.first.access_token).await);
    assert!(story.is_active(refresh_of(&story.first)).await);
    assert!(!story.is_active("garbage").await && !story.is_active("").await);
}

// J-9
#[tokio::test]
async fn a_token_of_another_deployment_with_the_same_secret_is_worth_nothing() {
    let story = Story::begin().await;
    let there = World::under(secrets(), Arc::new(MemoryStore::new()), |policy| {
        policy.base_url = "https://other.example/api/auth".into();
    });
    assert!(there.engine.introspect(&story.first.access_token).await.unwrap().is_none());
    assert!(there.engine.introspect(refresh_of(&story.first)).await.unwrap().is_none());
}

// C-12
#[tokio::test]
async fn a_change_of_the_secret_ends_no_family_and_keeps_the_grace() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let story = Story::with(Grant::default(), World::over(Arc::clone(&store), |_| {})).await;
    let second = story.refresh(&story.first).await.unwrap();
    let new = Secret::parse("dGfA4sPeUqkX3v9QhT7mWz2LrB8nYcJ5").unwrap();
    let old = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").unwrap();
    let after = World::under(Secrets::new(new, vec![old]).unwrap(), store, |_| {});
    let ask = async |pair: &TokenPair| {
        after.engine.refresh_tokens(refresh_of(pair), &Grant::default(), &Device::default()).await
    };
    assert_eq!(refresh_of(&ask(&story.first).await.unwrap()), refresh_of(&second), "an answer from before");
    assert!(after.engine.introspect(&second.access_token).await.unwrap().is_some());
    let third = ask(&second).await.unwrap();
    let fourth = ask(&third).await.unwrap();
    assert!(is_refused(ask(&second).await) && is_refused(ask(&fourth).await), "reuse is seen all the same");
}

// T-1
#[tokio::test]
async fn refresh_tokens_have_256_bits_each_and_none_is_like_another() {
    let story = Story::begin().await;
    let mut rng = ChaCha12Rng::seed_from_u64(9);
    let mut seen = HashSet::new();
    let mut last = story.refresh(&story.first).await.unwrap();
    for _ in 0..200 {
        let secret = refresh_of(&last).split('.').nth(2).unwrap().to_owned();
        assert_eq!(secret.len(), 43, "32 bytes in base64url");
        assert!(seen.insert(secret));
        story.world.clock.forward(Duration::from_secs(rng.next_u64() % 100));
        last = story.refresh(&last).await.unwrap();
    }
}

// EN-9
#[tokio::test]
async fn an_expired_access_token_may_renew_within_twelve_hours_while_its_session_lives() {
    let world = World::with(|policy| policy.tokens.expired_grace = 12 * HOUR);
    let story = Story::with(Grant::default(), world).await;
    let engine = &story.world.engine;
    let renew =
        async |pair: &TokenPair| engine.renew_expired_token(&pair.access_token, &Grant::default()).await;
    story.world.clock.forward(12 * HOUR);
    let end = story.world.store.family(&story.first.session_id).await.unwrap().unwrap().session.expires_at;
    let renewed = renew(&story.first).await.unwrap();
    assert!(renewed.refresh_token.is_none() && story.is_active(&renewed.access_token).await);
    let after = story.world.store.family(&story.first.session_id).await.unwrap().unwrap().session.expires_at;
    assert_eq!(after, end, "it prolongs nothing");
    story.world.clock.forward(15 * MINUTE);
    assert!(is_refused(renew(&story.first).await), "the window is over");
    assert!(renew(&renewed).await.is_ok());
    engine.end_session(&story.signed_in.token.hash()).await.unwrap();
    assert!(is_refused(renew(&renewed).await), "what has ended stays ended");
}

// EN-9
#[tokio::test]
async fn without_the_setting_no_expired_token_renews() {
    let story = Story::begin().await;
    assert!(!story.world.engine.renews_expired_tokens());
    let asked = Grant::default();
    assert!(is_refused(story.world.engine.renew_expired_token(&story.first.access_token, &asked).await));
}

#[tokio::test]
async fn what_was_refused_is_counted_by_reason() {
    let story = Story::begin().await;
    for token in ["garbage", "a.b.c", &story.first.access_token.replace('.', "..")] {
        assert!(!story.is_active(token).await);
    }
    let count = |name| {
        let counted = story.world.engine.token_refusals();
        counted.into_iter().find(|(reason, _)| *reason == name).unwrap().1
    };
    assert_eq!((count("malformed"), count("wrong-signature"), count("reused")), (2, 1, 0));
}
