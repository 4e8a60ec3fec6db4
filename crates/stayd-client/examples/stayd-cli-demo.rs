//! A command line that stays signed in: `cargo run -p stayd-client --example stayd-cli-demo -- --help`.
//!
//! Any number of these may run at once, and be killed at any moment: they share one session and one renewal.

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use stayd_client::{Client, Error, Identity, Storage};

#[derive(Parser)]
#[command(about = "Signs in at a Stayd server and stays signed in")]
struct Options {
    /// The server
    #[arg(long, global = true, default_value = "http://127.0.0.1:3000/api/auth")]
    server: String,
    /// The file that keeps the session [default: .local/state/stayd-cli-demo/session in the home folder]
    #[arg(long, global = true)]
    session: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Signs in; the password is asked for, or read from standard input
    Login { email: String },
    /// Shows who is signed in; exit code 1 for nobody
    Whoami,
    /// Signs out
    Logout,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    let server = options.server.clone();
    match run(options).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("stayd-cli-demo: {error}");
            if matches!(error.downcast_ref(), Some(Error::Unreachable(_) | Error::CoolingDown { .. })) {
                eprintln!("  the server is {server}; --server names another");
            }
            let mut cause = error.source();
            while let Some(because) = cause {
                eprintln!("  because: {because}");
                cause = because.source();
            }
            ExitCode::from(2)
        }
    }
}

async fn run(options: Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let path = options.session.or_else(usual_path).ok_or("no home folder: name a file with --session")?;
    let client = Client::builder(options.server)
        .storage(Storage::file(path))
        .http(reqwest::Client::builder().user_agent("stayd-cli-demo"))
        .build()
        .await?;
    let result = match options.command {
        Command::Login { email } => login(&client, &email).await,
        Command::Whoami => whoami(&client).await,
        Command::Logout => logout(&client).await,
    };
    // An answer that is on its way may hold the only token that works.
    client.close().await;
    result
}

async fn login(client: &Client, email: &str) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let password = password()?;
    if password.is_empty() {
        return Err("no password was given".into());
    }
    let session = client.sign_in(email, &password).await?;
    println!("signed in as {}", session.user.email);
    Ok(ExitCode::SUCCESS)
}

async fn whoami(client: &Client) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let view = client.ready().await;
    match (&view.session, view.error) {
        (Some(session), error) => {
            println!("{}, until {}", session.user.email, session.session.expires_at);
            if view.identity != Identity::Active {
                let why = error.map_or_else(String::new, |error| format!(": {error}"));
                eprintln!("as remembered; the server has not confirmed it{why}");
            }
            Ok(ExitCode::SUCCESS)
        }
        (None, Some(error)) => Err(error.into()),
        (None, None) => {
            println!("nobody is signed in");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn logout(client: &Client) -> Result<ExitCode, Box<dyn std::error::Error>> {
    match client.sign_out().await {
        Ok(()) => println!("signed out"),
        Err(error @ Error::Storage(_)) => return Err(error.into()),
        Err(error) => println!("signed out here; the server is told when it can be reached ({error})"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Never from the command line, where other people of this machine could see it.
fn password() -> Result<String, Box<dyn std::error::Error>> {
    if std::io::stdin().is_terminal() {
        print!("password: ");
        std::io::stdout().flush()?;
        return Ok(rpassword::read_password()?);
    }
    let mut text = String::new();
    std::io::stdin().take(10_000).read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn usual_path() -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join(".local/state/stayd-cli-demo/session"))
}
