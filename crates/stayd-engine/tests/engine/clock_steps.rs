//! The system's clock is stepped by an hour, forward and back (L-13).

use crate::support::World;
use stayd_engine::{Agreement, Policy, Reading, Recognised, Rotation, SessionKind, SteadyTime};
use stayd_protocol::Timestamp;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR_MS: i64 = 3_600_000;

/// A machine whose clock somebody steps, and the server on it, which does each minute what it does each second in truth.
struct Machine {
    world: World,
    time: SteadyTime,
    now: Reading,
}

impl Machine {
    /// Sessions end half an hour after their last use.
    fn new() -> Self {
        Self::with(|policy| policy.sessions.kinds.of_mut(SessionKind::Remember).idle = Some(30 * MINUTE))
    }

    fn with(change: impl FnOnce(&mut Policy)) -> Self {
        let world = World::with(change);
        let now = Reading { even: Duration::from_secs(9), wall: world.engine.now() };
        Self { world, time: SteadyTime::new(now, None), now }
    }

    fn step(&mut self, by_ms: i64) {
        self.now.wall = Timestamp::from_ms(self.now.wall.as_ms() + by_ms);
    }

    async fn run(&mut self, minutes: u32) {
        for _ in 0..minutes {
            self.now.even += MINUTE;
            self.now.wall = self.now.wall.plus(MINUTE);
            if let Agreement::Overdue { by_ms } = self.time.compare(self.now) {
                if by_ms < 0 {
                    self.world.engine.settle_before_step_back().await.unwrap();
                }
                self.time.follow(self.now);
                self.world.clock.set(self.time.at(self.now.even));
                if by_ms < 0 {
                    let by = Duration::from_millis(by_ms.unsigned_abs());
                    self.world.engine.put_times_back(by).await.unwrap();
                }
            }
            self.world.clock.set(self.time.at(self.now.even));
            self.world.engine.sweep().await.unwrap();
        }
    }
}

// L-13
#[tokio::test]
async fn a_clock_that_is_put_right_within_ten_minutes_has_ended_and_revived_nothing() {
    for step in [HOUR_MS, -HOUR_MS] {
        let mut machine = Machine::new();
        let over = machine.world.sign_up("over@example.com").await;
        machine.run(25).await;
        let live = machine.world.sign_up("live@example.com").await;
        machine.step(step);
        machine.run(6).await;
        assert!(!machine.world.is_live(&over).await, "it was over by its idle limit after {step}");
        assert!(machine.world.is_live(&live).await, "nobody is signed out by a step of {step}");
        machine.step(-step);
        machine.run(20).await;
        assert!(machine.world.is_live(&live).await);
        assert!(!machine.world.is_live(&over).await);
    }
}

// L-13
#[tokio::test]
async fn a_clock_that_stays_put_back_revives_nothing_that_was_over() {
    let mut machine = Machine::new();
    let unseen = machine.world.sign_up("unseen@example.com").await;
    let ended = machine.world.sign_up("ended@example.com").await;
    machine.run(40).await;
    let live = machine.world.sign_up("live@example.com").await;
    let made_at = machine.world.engine.now();
    assert!(machine.world.engine.end_session(&ended.token.hash()).await.unwrap());
    machine.step(-HOUR_MS);
    machine.run(20).await;
    assert_eq!(machine.world.engine.now(), machine.now.wall, "by now the clock is believed");
    assert!(!machine.world.is_live(&unseen).await && !machine.world.is_live(&ended).await);
    assert!(machine.world.is_live(&live).await);
    // What vouches for a session by itself is not believed: its end was forgotten with the time that is no more.
    machine.run(20).await;
    assert!(!machine.world.engine.trusts_cookie(&ended.token.hash(), &ended.user.id, made_at));
    assert!(machine.world.is_live(&live).await);
    machine.run(60).await;
    assert!(
        !machine.world.is_live(&live).await,
        "nor does it live on for the hour that was put back, and more"
    );
}

// L-13
#[tokio::test]
async fn a_session_of_the_time_that_is_no_more_has_no_more_left_than_it_had() {
    let mut machine = Machine::new();
    let late = machine.world.sign_up("late@example.com").await;
    machine.step(-10 * HOUR_MS);
    machine.run(25).await;
    let session = machine.world.engine.session(&late.token.hash()).await.unwrap().expect("it is in use");
    let begun = session.session.created_at;
    assert_eq!(machine.world.engine.now().since(begun), 25 * MINUTE, "it is as old as it is");
    machine.run(31).await;
    assert!(!machine.world.is_live(&late).await, "nobody has used it for half an hour");
}

// L-13
#[tokio::test]
async fn a_token_that_was_replaced_long_ago_opens_nothing_when_the_clock_goes_back() {
    for rotation in [Rotation::Grace, Rotation::Strict] {
        let mut machine = Machine::with(|policy| policy.sessions.kinds.rotate(rotation));
        let old = machine.world.sign_up("zoe@example.com").await.token;
        machine.run(24 * 60).await;
        let engine = machine.world.engine.clone();
        let Recognised::Current(live) = engine.recognise(&old).await.unwrap() else { panic!("not current") };
        let new = engine.renew(&old, &live).await.unwrap().successor.expect("a successor");
        assert!(matches!(engine.recognise(&new).await.unwrap(), Recognised::Current(_)));
        machine.run(5).await;
        assert!(matches!(engine.recognise(&old).await.unwrap(), Recognised::Nobody));
        machine.step(-HOUR_MS);
        machine.run(12).await;
        assert_eq!(engine.now(), machine.now.wall, "by now the clock is believed");
        assert!(matches!(engine.recognise(&old).await.unwrap(), Recognised::Nobody), "{rotation:?}");
        assert!(matches!(engine.recognise(&new).await.unwrap(), Recognised::Current(_)), "{rotation:?}");
    }
}
