//! Tokens that are replaced at renewal: nobody is lost, nothing outlives its end.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use crate::support::{PASSWORD, World};
use stayd_engine::store::UserChange;
use stayd_engine::{
    Device, EngineError, LiveSession, PasswordChange, PasswordChanged, Recognised, Refusal, Renewed, Renews,
    Rotation, SignedIn,
};
use stayd_protocol::{Secret, Secrets, SessionToken};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
const GRACE: Duration = Duration::from_secs(10);
const MS: Duration = Duration::from_millis(1);

/// A world with this rotation, in which Zoë signed up a day ago: her renewal is due.
async fn due(rotation: Rotation) -> (World, SignedIn) {
    let world = World::with(|policy| policy.sessions.kinds.rotate(rotation));
    let signed_in = world.sign_up("zoe@example.com").await;
    world.clock.forward(DAY);
    (world, signed_in)
}

async fn current(world: &World, token: &SessionToken) -> Arc<LiveSession> {
    match world.engine.recognise(token).await.unwrap() {
        Recognised::Current(live) => live,
        other => panic!("{other:?}"),
    }
}

async fn renew(world: &World, token: &SessionToken) -> Renewed {
    let live = current(world, token).await;
    world.engine.renew(token, &live).await.unwrap()
}

/// The successor that an honoured token is told.
async fn told(world: &World, token: &SessionToken) -> SessionToken {
    match world.engine.recognise(token).await.unwrap() {
        Recognised::Honoured { successor, .. } => successor,
        other => panic!("{other:?}"),
    }
}

async fn is_nobody(world: &World, token: &SessionToken) -> bool {
    matches!(world.engine.recognise(token).await.unwrap(), Recognised::Nobody)
}

async fn is_superseded(world: &World, token: &SessionToken) -> bool {
    matches!(world.engine.recognise(token).await.unwrap(), Recognised::Superseded)
}

#[tokio::test]
async fn without_rotation_a_renewal_keeps_the_token() {
    let (world, signed_in) = due(Rotation::Off).await;
    let renewed = renew(&world, &signed_in.token).await;
    assert!(renewed.successor.is_none());
    assert!(renewed.live.session.rotation.is_none());
    current(&world, &signed_in.token).await;
}

#[tokio::test]
async fn a_renewal_replaces_the_token_by_one_of_the_same_form() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let renewed = renew(&world, &signed_in.token).await;
    let successor = renewed.successor.unwrap();
    assert!(successor.expose().len() == 32 && successor.expose().bytes().all(|b| b.is_ascii_alphanumeric()));
    assert_ne!(successor.expose(), signed_in.token.expose());
    let live = current(&world, &successor).await;
    assert_eq!((&live.session.id, live.session.token_hash), (&signed_in.session.id, successor.hash()));
    assert_eq!(live.session.expires_at, world.engine.now().plus(7 * DAY));
}

#[tokio::test]
async fn whoever_never_got_the_answer_is_told_the_same_successor_for_as_long_as_the_session_lives() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    for _ in 0..7 {
        assert_eq!(told(&world, &signed_in.token).await.expose(), successor.expose());
        assert!(
            world.engine.session_in_memory(&signed_in.token.hash(), world.engine.now()).is_none(),
            "the fast way does not answer a token that has news"
        );
        world.clock.forward(DAY.saturating_sub(MS));
    }
    world.clock.forward(DAY);
    assert!(is_nobody(&world, &signed_in.token).await, "its end is the session's");
}

#[tokio::test]
async fn a_predecessor_that_renews_moves_the_end_and_keeps_the_successor() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    world.clock.forward(DAY);
    let Recognised::Honoured { live, .. } = world.engine.recognise(&signed_in.token).await.unwrap() else {
        panic!("not honoured")
    };
    assert!(world.engine.renewal_is_due(&live, world.engine.now()));
    let renewed = world.engine.renew(&signed_in.token, &live).await.unwrap();
    assert_eq!(renewed.successor.unwrap().expose(), successor.expose());
    assert_eq!(renewed.live.session.expires_at, world.engine.now().plus(7 * DAY));
    current(&world, &successor).await;
}

#[tokio::test]
async fn the_grace_begins_when_the_successor_is_first_shown() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    world.clock.forward(Duration::from_hours(1));
    told(&world, &signed_in.token).await;
    current(&world, &successor).await;
    world.clock.forward(GRACE.saturating_sub(MS));
    current(&world, &successor).await;
    told(&world, &signed_in.token).await;
    world.clock.forward(MS);
    assert!(is_superseded(&world, &signed_in.token).await);
    world.clock.forward(GRACE);
    assert!(is_nobody(&world, &signed_in.token).await);
    assert!(world.engine.session(&signed_in.token.hash()).await.unwrap().is_none());
    current(&world, &successor).await;
}

#[tokio::test]
async fn only_looking_at_a_session_does_not_count_as_showing_its_token() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    assert!(world.engine.session(&successor.hash()).await.unwrap().is_some());
    world.clock.forward(Duration::from_hours(1));
    told(&world, &signed_in.token).await;
}

#[tokio::test]
async fn forty_renewals_at_once_have_one_successor() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let live = current(&world, &signed_in.token).await;
    let renewals: Vec<_> = (0..40)
        .map(|_| {
            let (engine, token, live) = (world.engine.clone(), signed_in.token.clone(), Arc::clone(&live));
            tokio::spawn(async move { engine.renew(&token, &live).await.unwrap().successor.unwrap() })
        })
        .collect();
    let mut successors = HashSet::new();
    for renewal in renewals {
        successors.insert(renewal.await.unwrap().expose().to_owned());
    }
    assert_eq!(successors.len(), 1);
}

#[tokio::test]
async fn of_forty_renewals_of_a_single_use_token_one_succeeds() {
    let (world, signed_in) = due(Rotation::Strict).await;
    let live = current(&world, &signed_in.token).await;
    let renewals: Vec<_> = (0..40)
        .map(|_| {
            let (engine, token, live) = (world.engine.clone(), signed_in.token.clone(), Arc::clone(&live));
            tokio::spawn(async move { engine.renew(&token, &live).await })
        })
        .collect();
    let mut renewed = 0;
    for renewal in renewals {
        match renewal.await.unwrap() {
            Ok(Renewed { successor, .. }) => {
                renewed += 1;
                current(&world, &successor.unwrap()).await;
            }
            Err(EngineError::Refused(Refusal::SessionSuperseded)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(renewed, 1);
}

#[tokio::test]
async fn a_single_use_token_is_superseded_at_once_and_unknown_after_the_window() {
    let (world, signed_in) = due(Rotation::Strict).await;
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    assert!(world.engine.session_in_memory(&signed_in.token.hash(), world.engine.now()).is_none());
    assert!(world.engine.session(&signed_in.token.hash()).await.unwrap().is_none());
    assert!(is_superseded(&world, &signed_in.token).await);
    world.clock.forward(GRACE.saturating_sub(MS));
    assert!(is_superseded(&world, &signed_in.token).await);
    world.clock.forward(MS);
    assert!(is_nobody(&world, &signed_in.token).await);
    current(&world, &successor).await;
}

#[tokio::test]
async fn a_token_is_not_replaced_again_while_its_predecessor_may_still_come() {
    let world = World::with(|policy| {
        policy.sessions.kinds.rotate(Rotation::Grace);
        policy.sessions.kinds.remember.renews = Renews::WhenUsed { after: Duration::ZERO };
    });
    let signed_in = world.sign_up("zoe@example.com").await;
    world.clock.forward(MS);
    let second = renew(&world, &signed_in.token).await.successor.unwrap();
    current(&world, &second).await;
    world.clock.forward((2 * GRACE).saturating_sub(MS));
    assert!(renew(&world, &second).await.successor.is_none(), "the end moves, and the token stays");
    world.clock.forward(MS);
    let third = renew(&world, &second).await.successor.unwrap();
    assert!(is_nobody(&world, &signed_in.token).await);
    told(&world, &second).await;
    current(&world, &third).await;
}

#[tokio::test]
async fn every_end_ends_the_predecessor_too() {
    for rotation in [Rotation::Grace, Rotation::Strict] {
        for end in 0..6 {
            let (world, signed_in) = due(rotation).await;
            let successor = renew(&world, &signed_in.token).await.successor.unwrap();
            let live = current(&world, &successor).await;
            // In memory under both tokens.
            world.engine.recognise(&signed_in.token).await.unwrap();
            let engine = &world.engine;
            match end {
                0 => assert!(engine.end_session(&signed_in.token.hash()).await.unwrap()),
                1 => assert!(engine.end_session(&successor.hash()).await.unwrap()),
                2 => assert!(engine.end_session_by_handle(&live.session.id).await.unwrap()),
                3 => assert_eq!(engine.end_all_sessions_of(&live.user.id).await.unwrap(), 1),
                4 => engine.remove_user(&live.user.id).await.unwrap(),
                _ => {
                    let change = PasswordChange {
                        current: PASSWORD.into(),
                        new: "a new password".into(),
                        end_sessions: Some(true),
                    };
                    engine.change_password(&successor, &live, change, Device::default()).await.unwrap();
                }
            }
            for token in [&signed_in.token, &successor] {
                assert!(is_nobody(&world, token).await, "{rotation:?} {end}");
                assert!(engine.session_in_memory(&token.hash(), engine.now()).is_none());
                assert!(engine.just_ended(&token.hash()));
            }
        }
    }
}

#[tokio::test]
async fn a_predecessor_that_was_superseded_long_ago_ends_nothing() {
    let (world, signed_in) = due(Rotation::Strict).await;
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    world.clock.forward(GRACE);
    assert!(!world.engine.end_session(&signed_in.token.hash()).await.unwrap());
    current(&world, &successor).await;
}

#[tokio::test]
async fn ending_the_others_keeps_a_session_whose_token_was_replaced_meanwhile() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let there = world.sign_in("zoe@example.com").await;
    let live = current(&world, &signed_in.token).await;
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    assert_eq!(world.engine.end_other_sessions(&live.session).await.unwrap(), 1);
    current(&world, &successor).await;
    assert!(!world.is_live(&there).await);
}

#[tokio::test]
async fn a_renewal_does_not_bring_back_an_ended_session_under_a_new_token() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let live = current(&world, &signed_in.token).await;
    world.engine.end_session(&signed_in.token.hash()).await.unwrap();
    let outcome = world.engine.renew(&signed_in.token, &live).await;
    assert!(matches!(outcome, Err(EngineError::Refused(Refusal::SessionEnded))));
    assert!(world.engine.sessions_of(&signed_in.user.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_same_successor_is_found_under_the_secret_before() {
    let (world, signed_in) = due(Rotation::Grace).await;
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    let new = Secret::parse("Jw7nQ2xV9bT4mR8kZ5cL1hF6pD3sG0yA").unwrap();
    let old = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").unwrap();
    let after = |secrets| {
        let store = Arc::clone(&world.store);
        let again = World::under(secrets, store, |policy| policy.sessions.kinds.rotate(Rotation::Grace));
        again.clock.set(world.engine.now());
        again
    };
    let changed = after(Secrets::new(new.clone(), vec![old]).unwrap());
    assert_eq!(told(&changed, &signed_in.token).await.expose(), successor.expose());
    let forgotten = after(Secrets::new(new, Vec::new()).unwrap());
    current(&forgotten, &signed_in.token).await;
}

#[tokio::test]
async fn a_change_of_password_replaces_the_token_of_its_session() {
    let world = World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace));
    let signed_in = world.sign_up("zoe@example.com").await;
    let live = current(&world, &signed_in.token).await;
    let change =
        PasswordChange { current: PASSWORD.into(), new: "a new password".into(), end_sessions: Some(false) };
    let changed =
        world.engine.change_password(&signed_in.token, &live, change, Device::default()).await.unwrap();
    let PasswordChanged::Rotated(renewed) = changed else { panic!("{changed:?}") };
    assert_eq!(renewed.live.session.expires_at, live.session.expires_at);
    current(&world, &renewed.successor.unwrap()).await;
    world.clock.forward(2 * GRACE);
    assert!(is_nobody(&world, &signed_in.token).await);
}

#[tokio::test]
async fn a_session_data_cookie_of_either_token_is_looked_at_closely_until_the_successor_was_shown() {
    let world = World::with(|policy| {
        policy.sessions.kinds.rotate(Rotation::Grace);
        policy.sessions.cookie_cache = Duration::from_mins(5);
    });
    let signed_in = world.sign_up("zoe@example.com").await;
    world.clock.forward(DAY);
    let made_at = world.engine.now();
    let trusts =
        |token: &SessionToken| world.engine.trusts_cookie(&token.hash(), &signed_in.user.id, made_at);
    assert!(trusts(&signed_in.token));
    let successor = renew(&world, &signed_in.token).await.successor.unwrap();
    assert!(!trusts(&signed_in.token) && !trusts(&successor));
    told(&world, &signed_in.token).await;
    current(&world, &successor).await;
    assert!(!trusts(&signed_in.token) && trusts(&successor));
}

#[tokio::test]
async fn a_change_of_the_person_shows_to_whoever_comes_with_the_predecessor() {
    let (world, signed_in) = due(Rotation::Grace).await;
    renew(&world, &signed_in.token).await;
    told(&world, &signed_in.token).await;
    let change = UserChange { name: Some("Zoe the Second".into()), ..UserChange::default() };
    world.engine.update_user(&signed_in.user.id, change).await.unwrap();
    let Recognised::Honoured { live, .. } = world.engine.recognise(&signed_in.token).await.unwrap() else {
        panic!("not honoured")
    };
    assert_eq!(live.user.name, "Zoe the Second");
}
