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
