//! `kill -9` at random moments.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::ledger::{Account, Known};
use crate::person::{self, Silence};
use crate::server::{Client, LIMIT, Server, folder};

const ROUNDS: usize = 50;

/// How many people are busy at once, each on a connection of their own.
const PEOPLE: usize = 8;

/// The server is killed after a random number of acknowledged writes, up to this many.
const MOST_WRITES: u32 = 100;

/// How often to look whether it is time; short beside a commit, so that the moment of the kill is anywhere in one.
const POLL: Duration = Duration::from_micros(200);

#[test]
fn what_was_acknowledged_is_there_after_fifty_kills() {
    let seed = seed();
    println!("seed {seed}: STAYD_DURABILITY_SEED={seed} begins with the same choices");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let folder = folder();
    // Each person's accounts are a ledger of their own: only they write to them.
    let mut ledgers: Vec<Vec<Account>> = (0..PEOPLE).map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        let server = Server::start(folder.path());
        compare_sessions(&server, &mut ledgers);
        live_until_killed(server, &mut ledgers, &mut random);
    }
    let server = Server::start(folder.path());
    compare_sessions(&server, &mut ledgers);
    let accounts: Vec<Account> = ledgers.into_iter().flatten().collect();
    compare_accounts(&server, &accounts);

    let sessions = || accounts.iter().flat_map(|account| &account.sessions);
    let ended = sessions().filter(|session| session.known == Known::Gone).count();
    // Many an account has no session, for the server was killed while the password was hashed.
    let again = accounts.iter().filter(|account| account.sessions.len() > 1).count();
    println!("{} accounts, {again} with several sessions, {ended} sessions ended", accounts.len());
    assert!(accounts.len() > PEOPLE && again > 0 && ended > 0, "the people were too lazy");
}

/// Lets people do things until enough was acknowledged, and kills the server while they go on.
fn live_until_killed(server: Server, ledgers: &mut [Vec<Account>], random: &mut ChaCha8Rng) {
    let enough = usize::try_from(1 + random.next_u32() % MOST_WRITES).expect("a small number");
    let acknowledged = AtomicUsize::new(0);
    thread::scope(|scope| {
        for (number, ledger) in ledgers.iter_mut().enumerate() {
            let (client, mut random) = (server.client(), ChaCha8Rng::seed_from_u64(random.next_u64()));
            let acknowledged = &acknowledged;
            scope.spawn(move || {
                while let Ok(count) = live(&client, ledger, number, &mut random) {
                    acknowledged.fetch_add(count, Ordering::Relaxed);
                }
            });
        }
        let begun = Instant::now();
        while acknowledged.load(Ordering::Relaxed) < enough && begun.elapsed() < LIMIT {
            thread::sleep(POLL);
        }
        server.kill();
    });
    assert!(acknowledged.load(Ordering::Relaxed) >= enough, "the server was too slow");
}

/// One thing that somebody does: mostly with an account that is there, sometimes with a new one.
fn live(
    client: &Client,
    ledger: &mut Vec<Account>,
    number: usize,
    random: &mut ChaCha8Rng,
) -> person::Acknowledged {
    let mut below = |limit: usize| usize::try_from(random.next_u32()).unwrap_or_default() % limit.max(1);
    let mut there: Vec<&mut Account> =
        ledger.iter_mut().filter(|account| account.known == Known::There).collect();
    let chosen = below(there.len());
    // A password takes as long as dozens of writes: it is asked for as rarely as the promise allows, and no session is wasted.
    match (there.get_mut(chosen), below(64)) {
        (Some(account), 2..) if !account.is_signed_in() => person::sign_in(client, account),
        (Some(account), 2..=3) => person::sign_in(client, account),
        (Some(account), 4..=5) => person::sign_out(client, account),
        (Some(account), 6..=7) => person::revoke_others(client, account),
        (Some(account), 8..) => person::rename(client, account, format!("{:08x}", random.next_u32())),
        (None, _) | (_, 0..=1) => {
            ledger.push(Account::new(format!("person{number}-{}@example.com", ledger.len())));
            ledger.last_mut().map_or(Err(Silence), |account| person::sign_up(client, account))
        }
    }
}

/// Every session is as it should be.
fn compare_sessions(server: &Server, ledgers: &mut [Vec<Account>]) {
    thread::scope(|scope| {
        for ledger in ledgers {
            let client = server.client();
            scope.spawn(move || {
                for account in ledger {
                    for index in 0..account.sessions.len() {
                        let Some(cookie) = account.sessions.get(index).map(|session| session.cookie.clone())
                        else {
                            continue;
                        };
                        let answer =
                            client.get("/api/auth/get-session", &cookie).expect("the server answers");
                        assert_eq!(answer.status, 200, "{}", answer.body);
                        account.compare(index, &answer.body);
                    }
                }
            });
        }
    });
}

/// Everybody who signed up can sign in; nobody can who was turned away; who got no answer is there whole or not at all.
fn compare_accounts(server: &Server, accounts: &[Account]) {
    let waiting = Mutex::new(accounts.iter());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let client = server.client();
                while let Some(account) = waiting.lock().expect("nobody panicked").next() {
                    let opens = person::can_sign_in(&client, &account.email);
                    match account.known {
                        Known::There => assert!(opens, "{}: an acknowledged sign-up is lost", account.email),
                        Known::Gone => {
                            assert!(!opens, "{}: a sign-up that was refused happened", account.email);
                        }
                        Known::Open => {
                            let mut again = Account::new(account.email.clone());
                            assert!(
                                opens || is_free(&client, &mut again),
                                "{}: half a sign-up",
                                account.email
                            );
                        }
                    }
                }
            });
        }
    });
}

/// Whether the address can be signed up with.
fn is_free(client: &Client, account: &mut Account) -> bool {
    loop {
        match person::sign_up(client, account) {
            Ok(0) => {}
            Ok(_) => return true,
            Err(Silence) => return false,
        }
    }
}

fn seed() -> u64 {
    let given = std::env::var("STAYD_DURABILITY_SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
        u64::from(now.subsec_nanos())
    })
}
