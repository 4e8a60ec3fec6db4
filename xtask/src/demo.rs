//! The demo: the server with its page, at <http://127.0.0.1:3000>.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::setup::{self, Need};
use crate::{built, docs, process, root, test};

const ADDRESS: &str = "127.0.0.1:3000";

/// Builds what is missing and becomes the server. What it keeps (database, secret, mail) lies in `.demo` and stays across runs.
pub(crate) fn run() -> anyhow::Result<()> {
    setup::require(&[Need::CCompiler, Need::Node])?;
    test::build_page()?;
    // A development build: its dependencies are optimised (password hashing would take seconds), and it is built in half the time.
    test::build_binary()?;
    let stayd = built("debug", "stayd")?;

    let folder = root().join(".demo");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let secret = secret(&stayd, &folder.join("secret"))?;

    process::say(&format!(
        "http://{ADDRESS}  (database and mail in {}; Ctrl-C ends the server)",
        folder.display()
    ));
    let mut server = Command::new(stayd);
    server.args(["serve", "--demo", "--listen", ADDRESS]);
    let documentation = docs::folder()?;
    if documentation.join("index.html").is_file() {
        println!("the documentation: http://{ADDRESS}/docs/");
        server.arg("--docs").arg(documentation);
    } else {
        println!("no documentation at /docs yet: `cargo xtask docs` builds it");
    }
    let failure = server
        .env("BETTER_AUTH_SECRET", secret)
        .env("BETTER_AUTH_URL", format!("http://{ADDRESS}"))
        .env("DATABASE_URL", format!("sqlite:{}", folder.join("stayd.db").display()))
        .env("STAYD_MAIL", format!("file:{}", folder.join("mail").display()))
        .env("STAYD_DEVICE_COOKIE", "on")
        .current_dir(root())
        .exec();
    Err(failure).context("cannot start the server")
}

/// The demo's own secret, made at the first run. Only its owner can read the file.
fn secret(stayd: &Path, file: &Path) -> anyhow::Result<String> {
    if let Ok(kept) = std::fs::read_to_string(file) {
        return Ok(kept.trim().to_owned());
    }
    let made = process::output(Command::new(stayd).arg("secret"))?;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut file| file.write_all(made.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(made)
}
