//! A disk without room.
//!
//! The database lies on a file system of a few megabytes that only the server sees: it runs in a user and a mount namespace of its own,
//! which takes no rights. Where a machine forbids even that, the test fails and says so.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::ledger::{Account, Known};
use crate::person;
use crate::server::{Client, Server, folder, until};

/// Room for the database and a few hundred people.
const SIZE: &str = "size=4m";

#[test]
fn a_full_disk_gives_clear_errors_and_service_resumes_when_there_is_room() {
    let folder = folder();
    let server = Server::run(on_a_small_disk(folder.path()), folder.path());
    let client = server.client();
    let mut ada = Account::new("ada@example.com".to_owned());
    assert!(person::sign_up(&client, &mut ada).is_ok() && ada.known == Known::There);

    let filler = server.sees(folder.path()).join("filler");
    fill(&filler);
    let refused = refusal(&client, &filler);

    // Those who are signed in still are, and what was refused has not happened.
    check_session(&client, &mut ada);
    assert!(!person::can_sign_in(&client, &refused), "a sign-up that was refused happened");
    std::fs::remove_file(&filler).expect("room can be made");
    let mut again = Account::new(refused);
    until("the one who was refused can sign up", || {
        assert!(person::sign_up(&client, &mut again).is_ok(), "the server answers");
        again.known == Known::There
    });
    check_session(&client, &mut again);
}

#[test]
fn what_was_acknowledged_before_the_disk_was_full_survives_a_kill_on_the_full_disk() {
    let disk = folder();
    // The namespace dies with its last process: this one keeps the disk while the server is killed and started again.
    let keeper = Keeper::start(disk.path());
    let server = Server::run(keeper.enter(), disk.path());
    let client = server.client();
    let mut ada = Account::new("ada@example.com".to_owned());
    assert!(person::sign_up(&client, &mut ada).is_ok() && ada.known == Known::There);
    let filler = server.sees(disk.path()).join("filler");
    fill(&filler);
    refusal(&client, &filler);
    std::fs::remove_file(keeper.sees(disk.path()).join("filler")).expect("room can be made");
    server.kill();

    let server = Server::run(keeper.enter(), disk.path());
    check_session(&server.client(), &mut ada);
    assert!(person::can_sign_in(&server.client(), &ada.email));
}

/// Signs people up on a full disk until one is refused, with the right answer, and gives that one's address.
/// What is left of a page or of the log's last block may take a few.
fn refusal(client: &Client, filler: &Path) -> String {
    for number in 0..50 {
        let email = format!("nobody{number}@example.com");
        let body =
            json!({"name": "N".repeat(200), "email": email, "password": "correct horse battery staple"});
        let answer = client.post("/api/auth/sign-up/email", "", &body).expect("the server answers");
        if answer.status != 200 {
            assert_eq!(answer.status, 503, "{}", answer.body);
            assert_eq!(answer.body["code"], "SERVICE_UNAVAILABLE");
            assert!(answer.cookie.is_none(), "who was refused gets no session");
            return email;
        }
        fill(filler);
    }
    panic!("the disk never was full");
}

fn check_session(client: &Client, account: &mut Account) {
    let cookie = account.sessions.first().expect("a session").cookie.clone();
    let answer = client.get("/api/auth/get-session", &cookie).expect("the server answers");
    assert_eq!(answer.status, 200, "{}", answer.body);
    account.compare(0, &answer.body);
}

/// Writes to a file until there is no room for one more byte.
fn fill(filler: &Path) {
    let mut file =
        File::options().create(true).append(true).open(filler).expect("the small disk can be written to");
    let mut size = 64 * 1024;
    while size > 0 {
        match file.write(&vec![0; size]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => size /= 2,
            Err(error) => panic!("the small disk: {error}"),
        }
    }
}

/// The binary, in namespaces of its own with a small file system at `folder`.
fn on_a_small_disk(folder: &Path) -> Command {
    in_namespaces(folder, &["exec", env!("CARGO_BIN_EXE_stayd"), "\"$@\""].join(" "))
}

fn in_namespaces(folder: &Path, then: &str) -> Command {
    let mut command = Command::new("unshare");
    let script = format!("mount -t tmpfs -o {SIZE} none '{}' && {then}", folder.display());
    command.args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", &script, "sh"]);
    command
}

/// A process that does nothing but keep a small file system alive.
struct Keeper(std::process::Child);

impl Keeper {
    fn start(folder: &Path) -> Self {
        let mut command = in_namespaces(folder, "touch \"$1\" && exec cat");
        let mark = folder.join("mounted");
        // `cat` waits for an end of input that comes when this value goes.
        let child = command.arg(&mark).stdin(Stdio::piped()).spawn().expect("unshare (util-linux) starts");
        let mut keeper = Self(child);
        until("the small disk is there (does this machine allow user namespaces?)", || {
            assert!(matches!(keeper.0.try_wait(), Ok(None)), "this machine allows no user namespaces");
            keeper.sees(&mark).exists()
        });
        keeper
    }

    /// The binary in this process's namespaces.
    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        let target = self.0.id().to_string();
        command.args(["--target", &target, "--user", "--mount", "--preserve-credentials", "--"]);
        command.arg(env!("CARGO_BIN_EXE_stayd"));
        command
    }

    fn sees(&self, path: &Path) -> std::path::PathBuf {
        let inside = path.strip_prefix("/").expect("a path from the root");
        Path::new("/proc").join(self.0.id().to_string()).join("root").join(inside)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It ends by itself at the end of its input.
        let _ = self.0.wait();
    }
}
