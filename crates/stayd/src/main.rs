//! Stayd, the session server: one binary. `stayd help` lists the commands.

mod cli;
mod config;
mod database;
mod doctor;
mod failure;
mod keys;
mod logging;
mod mark;
mod metrics;
mod migrate;
mod places;
mod replay;
mod secret;
mod serve;
mod sessions;
mod steady;
mod system;
mod table;
mod users;
mod web;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command, KeyCommand, SecretCommand, SessionCommand, UserCommand};
use failure::Failure;

fn main() -> ExitCode {
    system::forbid_core_dumps();
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("stayd: {failure}");
            failure.exit_code()
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(options) => serve::run(&options)?,
        Command::Migrate(common) => migrate::run(&common)?,
        Command::Secret { command: None } => secret::run(),
        Command::Secret { command: Some(SecretCommand::Rotate(common)) } => secret::rotate(&common)?,
        Command::Doctor(common) => return doctor::run(&common),
        Command::User(UserCommand::Add(options)) => users::add(&options)?,
        Command::User(UserCommand::List(common)) => users::list(&common)?,
        Command::User(UserCommand::Disable { email, common }) => users::disable(&email, &common)?,
        Command::User(UserCommand::Enable { email, common }) => users::enable(&email, &common)?,
        Command::User(UserCommand::Remove { email, common }) => users::remove(&email, &common)?,
        Command::Session(SessionCommand::List(options)) => sessions::list(&options)?,
        Command::Session(SessionCommand::End(options)) => sessions::end(&options)?,
        Command::Key(KeyCommand::List(common)) => keys::list(&common)?,
        Command::Key(KeyCommand::Rotate(common)) => keys::rotate(&common)?,
        Command::Key(KeyCommand::Revoke { id, common }) => keys::revoke(&common, &id)?,
        Command::Replay { file } => replay::run(&file)?,
        Command::ConfigDocs => print!("{}", config::page()),
    }
    Ok(ExitCode::SUCCESS)
}
