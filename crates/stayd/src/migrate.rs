//! `stayd migrate`: makes the database, or brings it up to date.

use crate::{cli::Common, database, failure::Failure};

/// Runs the migrations and tells of them.
pub(crate) fn run(common: &Common) -> Result<(), Failure> {
    let config = common.load()?;
    let store = database::open(&config.database)?;
    for migration in store.migrations() {
        let what = if migration.is_new { "done now" } else { "done before" };
        println!("{}  {what}", migration.name);
    }
    println!("{} is up to date", config.database.display());
    Ok(())
}
