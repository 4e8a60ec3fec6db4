//! `stayd key`: the keys that sign tokens for programs.

use stayd_engine::store::SigningKeyRecord;

use crate::{
    cli::Common,
    database::{with_engine, with_signing_engine},
    failure::Failure,
    table::table,
};

/// Lists the keys that are published, oldest first. Of the private halves nothing is read.
pub(crate) fn list(common: &Common) -> Result<(), Failure> {
    let (keys, now) = with_engine(common, async |engine| Ok((engine.signing_keys().await?, engine.now())))?;
    let signing = keys.iter().rposition(|key| key.signs_from <= now);
    let row = |(place, key): (usize, &SigningKeyRecord)| {
        let state = match signing {
            Some(signing) if place == signing => "signs",
            Some(signing) if place < signing => "honoured",
            _ => "announced",
        };
        let words =
            [&key.id, key.algorithm.name(), state, &key.created_at.to_string(), &key.signs_from.to_string()];
        words.map(str::to_owned).to_vec()
    };
    let rows: Vec<_> = keys.iter().enumerate().map(row).collect();
    print!("{}", table(&["id", "algorithm", "state", "made", "signs from"], &rows));
    Ok(())
}

/// Makes a key that signs from now on. A server that runs beside it takes it up within 50 ms.
pub(crate) fn rotate(common: &Common) -> Result<(), Failure> {
    match with_signing_engine(common, async |engine| Ok(engine.rotate_signing_key().await?))? {
        Some(key) => println!(
            "{} signs from now on; the keys before are honoured until what they signed is over",
            key.id
        ),
        None => return Err(Failure::SharedKey),
    }
    Ok(())
}

/// Withdraws a key with all it signed. A server that runs beside it refuses that within 50 ms.
pub(crate) fn revoke(common: &Common, id: &str) -> Result<(), Failure> {
    let withdrawn = with_signing_engine(common, async |engine| Ok(engine.withdraw_signing_key(id).await?))?
        .ok_or_else(|| Failure::NoSuchKey(id.to_owned()))?;
    println!("{id} is withdrawn, and nothing that it signed is honoured here any more");
    if let Some(key) = withdrawn.successor {
        println!("{} signs from now on", key.id);
    }
    println!(
        "back ends that check tokens by themselves refuse it when they next read the keys: within 5 minutes, at once after a restart"
    );
    Ok(())
}
