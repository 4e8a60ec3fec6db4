//! `stayd user`: people, from the command line.

use std::io::{BufRead, IsTerminal, stdin};

use stayd_engine::{Engine, SignUp};
use zeroize::Zeroizing;

use crate::{
    cli::{AddUser, Common},
    database::with_engine,
    failure::Failure,
    table::table,
};

/// Adds a person.
pub(crate) fn add(options: &AddUser) -> Result<(), Failure> {
    let added = with_engine(&options.common, async |engine| {
        let password = if options.password_stdin { first_line()? } else { ask()? };
        let wish = SignUp {
            name: options.name.clone(),
            email: options.email.clone(),
            password: String::clone(&password),
            image: None,
            callback_url: None,
            remember: false,
        };
        Ok(engine.add_user(wish, true).await?)
    })?;
    println!("added {} with the id {}", added.email, added.id);
    Ok(())
}

/// Lists people.
pub(crate) fn list(common: &Common) -> Result<(), Failure> {
    const AT_ONCE: usize = 1000;
    let rows = with_engine(common, async |engine| {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let users = engine.users(after.as_deref(), AT_ONCE).await?;
            let Some(last) = users.last() else { return Ok(rows) };
            after = Some(last.id.clone());
            rows.extend(users.into_iter().map(|user| {
                let verified = if user.email_verified { "yes" } else { "no" };
                vec![user.id, user.email, verified.to_owned(), user.created_at.to_string(), user.name]
            }));
        }
    })?;
    print!("{}", table(&["id", "email", "verified", "since", "name"], &rows));
    Ok(())
}

/// Ends a person's sessions and keeps them out.
pub(crate) fn disable(email: &str, common: &Common) -> Result<(), Failure> {
    let ended = with_engine(common, async |engine| {
        let id = id_of(&engine, email).await?;
        Ok(engine.disable_user(&id).await?)
    })?;
    println!("disabled {email}; {ended} session{} ended", if ended == 1 { "" } else { "s" });
    Ok(())
}

/// Lets a person in again.
pub(crate) fn enable(email: &str, common: &Common) -> Result<(), Failure> {
    let was_disabled = with_engine(common, async |engine| {
        let id = id_of(&engine, email).await?;
        Ok(engine.enable_user(&id).await?)
    })?;
    println!(
        "{}",
        if was_disabled { format!("enabled {email}") } else { format!("{email} was not disabled") }
    );
    Ok(())
}

/// Removes a person and all that belongs to them.
pub(crate) fn remove(email: &str, common: &Common) -> Result<(), Failure> {
    with_engine(common, async |engine| {
        let id = id_of(&engine, email).await?;
        Ok(engine.remove_user(&id).await?)
    })?;
    println!("removed {email}");
    Ok(())
}

/// The id of the person with this address.
pub(crate) async fn id_of(engine: &Engine, email: &str) -> Result<String, Failure> {
    let found = engine.user_by_email(email).await?;
    found.map(|user| user.id).ok_or_else(|| Failure::NoSuchUser(email.to_owned()))
}

fn first_line() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::new());
    stdin().lock().read_line(&mut line)?;
    let password = Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned());
    if password.is_empty() { Err(Failure::Password("standard input has no password")) } else { Ok(password) }
}

fn ask() -> Result<Zeroizing<String>, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::Password(
            "there is no terminal to ask for the password; give it with --password-stdin",
        ));
    }
    let password = Zeroizing::new(rpassword::prompt_password("Password: ")?);
    let repeated = Zeroizing::new(rpassword::prompt_password("The same again: ")?);
    if password == repeated { Ok(password) } else { Err(Failure::Password("the two passwords differ")) }
}
