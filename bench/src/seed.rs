//! A database with a great many sessions, filled in one transaction behind the server's back.

use std::path::Path;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use rusqlite::{Connection, named_params};
use sha2::{Digest as _, Sha256};
use stayd_protocol::{Secret, Secrets, Signer, TokenHash};

use crate::Bench;
use crate::peer::{self, CookieCache, SECRET};

/// How long the sessions last: a week, as they would by default.
const LIFETIME_MS: i64 = 7 * 24 * 3600 * 1000;

static SIGNER: LazyLock<Option<Signer>> = LazyLock::new(|| {
    let secrets = Secrets::new(Secret::parse(SECRET).ok()?, Vec::new()).ok()?;
    Some(Signer::new(&secrets))
});

/// The database with as many sessions as this run has.
pub(crate) const LARGE: &str = "million";

/// Makes the large database, unless another row has done so.
pub(crate) fn large(bench: &Bench) -> anyhow::Result<()> {
    let file = bench.folder.join(format!("{LARGE}.db"));
    if file.exists() {
        return Ok(());
    }
    // The server makes the database; it is filled while the server is away.
    drop(peer::start_stayd(bench, LARGE, CookieCache::Off)?);
    println!("filling a database with {} sessions", bench.sessions);
    fill(&file, bench.sessions)
}

/// Adds `sessions` people with one session each to a database that the server has made and is not using.
pub(crate) fn fill(database: &Path, sessions: u32) -> anyhow::Result<()> {
    let mut connection = Connection::open(database)?;
    // Nothing is lost that cannot be filled in again, and the indexes are built in memory.
    connection
        .execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA foreign_keys = OFF")?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let transaction = connection.transaction()?;
    {
        let mut add_user = transaction.prepare(
            "INSERT INTO user (id, name, email, email_verified, created_at, updated_at)
             VALUES (:id, 'Somebody', :email, 1, :now, :now)",
        )?;
        let mut add_session = transaction.prepare(
            "INSERT INTO session (token_hash, id, user_id, expires_at, created_at, updated_at, ip_address, user_agent, kind, last_active_at)
             VALUES (:token_hash, :id, :user_id, :expires_at, :now, :now, '127.0.0.1', 'bench', 'remember', :now)",
        )?;
        for session in 0..sessions {
            let user_id = made_up("user", session);
            add_user.execute(
                named_params! { ":id": user_id, ":email": format!("person{session:07}@example.com"), ":now": now },
            )?;
            add_session.execute(named_params! {
                ":token_hash": TokenHash::of(&made_up("token", session)).as_bytes(),
                ":id": made_up("session", session),
                ":user_id": user_id,
                ":expires_at": now + LIFETIME_MS,
                ":now": now,
            })?;
        }
    }
    transaction.commit()?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    connection.close().map_err(|(_, error)| error).context("cannot close the database")
}

/// The `Cookie` header of one of the sessions.
pub(crate) fn cookies(session: u32) -> anyhow::Result<String> {
    let signer = SIGNER.as_ref().context("the benchmark's secret is not accepted")?;
    Ok(format!("better-auth.session_token={}", signer.sign(&made_up("token", session))))
}

/// 32 characters that look random and are the same each time.
fn made_up(kind: &str, number: u32) -> String {
    let digest = Sha256::digest(format!("{kind} {number}"));
    let half = digest.first_chunk().copied().unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(half))
}
