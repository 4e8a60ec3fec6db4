//! Letters that wait in the store: with leases, over stops and starts, and dropped when they are too old.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use stayd_engine::{
    Clock, Engine, NoPlaces, Parts, Policy, SecurityEvent,
    mail::{Carrier, CarryError, Courier, Letter, Mail, MailError, Mailer, Notice, Outbox, OutboxLimits},
    store::{LetterLease, MemoryStore, Store},
};
use stayd_protocol::{Secret, Secrets, Timestamp};

use crate::support::{Counter, URL, WallClock, impatient, mail, start_over, start_under, until};

/// Keeps what it carries, while it may.
#[derive(Default)]
struct Mailbox {
    is_closed: AtomicBool,
    tried: AtomicUsize,
    letters: Mutex<Vec<Mail>>,
    /// Each letter takes so long.
    takes: Duration,
}

impl Mailbox {
    fn all(&self) -> Vec<Mail> {
        self.letters.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.all().len()
    }
}

#[async_trait]
impl Carrier for Mailbox {
    async fn carry(&self, mail: &Mail) -> Result<(), CarryError> {
        self.tried.fetch_add(1, Ordering::SeqCst);
        if self.is_closed.load(Ordering::SeqCst) {
            return Err(CarryError::Down("closed".into()));
        }
        tokio::time::sleep(self.takes).await;
        self.letters.lock().unwrap().push(mail.clone());
        Ok(())
    }

    async fn check(&self) -> Result<(), CarryError> {
        Ok(())
    }
}

/// A mail server that is down for everybody whose name is `stuck`, and for nobody else.
#[derive(Default)]
struct Picky(Mailbox);

#[async_trait]
impl Carrier for Picky {
    async fn carry(&self, mail: &Mail) -> Result<(), CarryError> {
        if mail.name == "stuck" {
            self.0.tried.fetch_add(1, Ordering::SeqCst);
            return Err(CarryError::Down("421".into()));
        }
        self.0.carry(mail).await
    }

    async fn check(&self) -> Result<(), CarryError> {
        Ok(())
    }
}

fn over(store: &Arc<dyn Store>, carrier: &Arc<Mailbox>) -> (Outbox, Courier) {
    start_over(Arc::clone(store), Arc::clone(carrier) as Arc<dyn Carrier>, impatient())
}

fn store() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

fn letter() -> Mail {
    mail("Ada", Letter::ResetPassword { url: URL.into() })
}

/// Writes a letter as the engine does: by the outbox's seal, into the store.
async fn write(store: &Arc<dyn Store>, outbox: &Outbox, mail: &Mail, age: Duration) {
    let mut record = outbox.seal(mail).unwrap().unwrap();
    record.created_at = WallClock.now().minus(age);
    store.letters().queue_letter(record).await.unwrap();
    outbox.written();
}

async fn waiting(store: &Arc<dyn Store>) -> usize {
    store.letters().waiting_letters(100).await.unwrap().count
}

//
#[tokio::test]
async fn a_letter_outlives_a_stop_and_leaves_after_the_next_start() {
    let (store, closed) = (store(), Arc::new(Mailbox::default()));
    closed.is_closed.store(true, Ordering::SeqCst);
    let (outbox, courier) = over(&store, &closed);
    write(&store, &outbox, &letter(), Duration::ZERO).await;
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 1);

    let open = Arc::new(Mailbox::default());
    let (_outbox, courier) = over(&store, &open);
    until("it was carried", || open.count() == 1).await;
    assert_eq!(open.all(), [letter()]);
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 0, "what was carried is gone");
}

//
#[tokio::test]
async fn letters_are_carried_although_nobody_keeps_the_courier() {
    let (store, open) = (store(), Arc::new(Mailbox::default()));
    let (outbox, _) = over(&store, &open);
    for number in 1..=3 {
        write(&store, &outbox, &letter(), Duration::ZERO).await;
        until("it was carried", || open.count() == number).await;
    }
}

//
#[tokio::test]
async fn letters_that_no_server_takes_do_not_keep_the_others_from_leaving() {
    let (store, picky) = (store(), Arc::new(Picky::default()));
    let carrier = Arc::clone(&picky) as Arc<dyn Carrier>;
    let (outbox, courier) = start_over(Arc::clone(&store), carrier, impatient());
    let stuck = Mail { name: "stuck".to_owned(), ..letter() };
    for age in [3, 2] {
        write(&store, &outbox, &stuck, Duration::from_secs(age)).await;
    }
    until("they could not leave", || picky.0.tried.load(Ordering::SeqCst) > 1).await;
    write(&store, &outbox, &letter(), Duration::ZERO).await;
    until("the other one was carried", || picky.0.count() == 1).await;
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 2, "they wait on");
}

//
#[tokio::test]
async fn no_more_letters_are_taken_than_may_wait_however_long_none_can_leave() {
    let (store, closed) = (store(), Arc::new(Mailbox::default()));
    closed.is_closed.store(true, Ordering::SeqCst);
    let hour = Duration::from_hours(1);
    let limits = OutboxLimits { capacity: 3, first_pause: hour, longest_pause: hour, ..impatient() };
    let (outbox, courier) = start_over(Arc::clone(&store), Arc::clone(&closed) as Arc<dyn Carrier>, limits);
    write(&store, &outbox, &letter(), Duration::ZERO).await;
    until("it could not leave", || closed.tried.load(Ordering::SeqCst) > 0).await;
    write(&store, &outbox, &letter(), Duration::ZERO).await;
    write(&store, &outbox, &letter(), Duration::ZERO).await;
    assert!(matches!(outbox.seal(&letter()), Err(MailError::Full)));
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 3);

    let (outbox, courier) = over(&store, &Arc::new(Mailbox::default()));
    until("there is room again", || outbox.seal(&letter()).is_ok()).await;
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 0);
}

//
#[tokio::test(start_paused = true)]
async fn two_processes_over_one_store_carry_each_letter_once() {
    let takes = Duration::from_millis(3);
    let (store, shared) = (store(), Arc::new(Mailbox { takes, ..Mailbox::default() }));
    let (one, first) = over(&store, &shared);
    let (two, second) = over(&store, &shared);
    for number in 0..60 {
        let mail = Mail { name: number.to_string(), ..letter() };
        write(&store, if number % 2 == 0 { &one } else { &two }, &mail, Duration::ZERO).await;
    }
    until("all were carried", || shared.count() >= 60).await;
    first.finish(Duration::from_secs(30)).await;
    assert_eq!(second.finish(Duration::from_secs(30)).await, 0);
    let mut names: Vec<_> = shared.all().into_iter().map(|mail| mail.name).collect();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), shared.count()), (60, 60));
}

//
#[tokio::test(start_paused = true)]
async fn a_letter_that_takes_longer_than_a_lease_is_still_carried_once() {
    let takes = impatient().lease * 3;
    let (store, slow) = (store(), Arc::new(Mailbox { takes, ..Mailbox::default() }));
    let (outbox, first) = over(&store, &slow);
    let (_, second) = over(&store, &slow);
    write(&store, &outbox, &letter(), Duration::ZERO).await;
    until("it was carried", || slow.count() == 1).await;
    first.finish(Duration::from_secs(30)).await;
    second.finish(Duration::from_secs(30)).await;
    assert_eq!(slow.count(), 1);
}

//
#[tokio::test]
async fn what_a_killed_process_held_is_carried_when_its_lease_has_run_out() {
    let (store, open) = (store(), Arc::new(Mailbox::default()));
    let (outbox, courier) = over(&store, &Arc::new(Mailbox::default()));
    courier.finish(Duration::from_secs(30)).await;
    write(&store, &outbox, &letter(), Duration::ZERO).await;
    let now = WallClock.now();
    let lease = LetterLease { holder: "killed".to_owned(), until: now.plus(Duration::from_millis(100)) };
    assert_eq!(store.letters().take_letters(lease, now, 10).await.unwrap().len(), 1);
    let (_outbox, _courier) = over(&store, &open);
    until("it was carried", || open.count() == 1).await;
    assert!(WallClock.now().since(now) >= Duration::from_millis(100));
}

//
#[tokio::test]
async fn a_letter_is_dropped_after_the_life_of_its_link_and_a_notice_after_three_days() {
    let (store, open) = (store(), Arc::new(Mailbox::default()));
    let (outbox, courier) = over(&store, &open);
    let notice = Notice {
        event: SecurityEvent::PasswordChanged,
        at: Timestamp::from_ms(0),
        device: None,
        place: None,
        ended: false,
    };
    let notice = mail("Ada", Letter::Notice(Box::new(notice)));
    let OutboxLimits { give_up_after, give_up_notices_after, .. } = impatient();
    for (mail, age) in
        [(&letter(), give_up_after), (&notice, give_up_notices_after), (&notice, give_up_after)]
    {
        write(&store, &outbox, mail, age).await;
    }
    until("the young one was carried", || open.count() == 1).await;
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 0);
    assert_eq!(open.all(), [notice]);
}

// A-8, C-12
#[tokio::test]
async fn a_letter_waits_for_a_process_that_can_open_it_until_it_is_too_old() {
    let (store, open) = (store(), Arc::new(Mailbox::default()));
    let (outbox, courier) = over(&store, &open);
    // Nobody carries anything for the moment.
    courier.finish(Duration::from_secs(30)).await;
    write(&store, &outbox, &letter(), Duration::ZERO).await;
    let mut changed = outbox.seal(&letter()).unwrap().unwrap();
    changed.sealed.bytes.pop();
    store.letters().queue_letter(changed).await.unwrap();
    let too_old = impatient().give_up_notices_after;
    write(&store, &outbox, &letter(), too_old).await;

    let carrier = Arc::clone(&open) as Arc<dyn Carrier>;
    let other = "s8Vq2LmZr0Xw5TbKy7Jd9NfGc4HpAe3U";
    let (_outbox, courier) = start_under(other, Arc::clone(&store), carrier, impatient());
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 2, "all but the one that is too old");

    let (_outbox, courier) = over(&store, &open);
    until("the one that can be opened was carried", || open.count() == 1).await;
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 1, "the other one waits on");
}

//
#[tokio::test]
async fn what_is_asked_for_an_unknown_address_is_written_like_for_a_known_one_and_goes_nowhere() {
    let (store, open) = (store(), Arc::new(Mailbox::default()));
    let (outbox, courier) = over(&store, &open);
    // Nobody carries anything for the moment.
    courier.finish(Duration::from_secs(30)).await;
    let engine = Engine::new(Parts {
        policy: Policy::new("http://127.0.0.1:3000/api/auth"),
        store: Arc::clone(&store),
        clock: Arc::new(WallClock),
        random: Arc::new(Counter::default()),
        mailer: Arc::new(outbox),
        secrets: Secrets::new(Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").unwrap(), Vec::new())
            .unwrap(),
        places: Arc::new(NoPlaces),
    });
    let ada = stayd_engine::SignUp {
        email: "ada@example.com".to_owned(),
        password: "correct horse battery staple".to_owned(),
        ..stayd_engine::SignUp::default()
    };
    engine.sign_up(ada, stayd_engine::Device::default()).await.unwrap();
    for address in ["ada@example.com", "nobody@example.com"] {
        engine.request_password_reset(address, None).await.unwrap();
        engine.send_verification(address, None).await.unwrap();
    }
    assert_eq!(waiting(&store).await, 4);
    let lease = LetterLease { holder: "look".to_owned(), until: Timestamp::from_ms(0) };
    let taken = store.letters().take_letters(lease, WallClock.now(), 10).await.unwrap();
    let lengths: Vec<_> = taken.iter().map(|taken| taken.letter.sealed.bytes.len()).collect();
    assert!(lengths.iter().all(|length| *length == lengths[0]), "{lengths:?}");

    let (_outbox, courier) = over(&store, &open);
    until("those to somebody were carried", || open.count() == 2).await;
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 0);
    assert!(open.all().iter().all(|mail| mail.to == "ada@example.com"));
}
