//! The session's place in the hands of others, and errors that end up in logs.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fmt::Write;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{EMAIL, PASSWORD, PATIENCE, Server, http, nobody, read, replace};
use stayd_client::{Client, Error, Storage, StorageError};
use stayd_engine::Rotation;

/// Somebody else of this machine: `nobody` nearly everywhere.
const SOMEBODY_ELSE: u32 = 65_534;

/// A folder, and the file in it that keeps the session.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state/session");
    (folder, file)
}

/// Builds a client, which may not wait for anybody.
async fn build(address: &str, file: &Path) -> Result<Client, Error> {
    let building = Client::builder(address).http(http()).storage(Storage::file(file)).build();
    tokio::time::timeout(PATIENCE, building).await.expect("nothing is waited for")
}

async fn refused(server: &Server, file: &Path) -> StorageError {
    match build(&server.address, file).await {
        Err(Error::Storage(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn make_pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[tokio::test]
async fn a_file_of_another_user_is_refused() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    // Only the superuser may give a file away; for anybody else the superuser's own is another user's.
    let given_away = chown(&file, Some(SOMEBODY_ELSE), None).is_ok();
    let theirs = if given_away { file } else { PathBuf::from("/etc/passwd") };
    let error = refused(&server, &theirs).await;
    let owner = if given_away { SOMEBODY_ELSE } else { 0 };
    assert!(
        matches!(&error, StorageError::ForeignOwner { path, owner: found } if (path, *found) == (&theirs, owner)),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_in_which_others_may_put_files_is_refused() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    let client = server.signed_up(Storage::file(&file)).await;
    let before = fs::read(&file).unwrap();
    let state = file.parent().unwrap();
    for mode in [0o770, 0o702, 0o1777] {
        fs::set_permissions(state, Permissions::from_mode(mode)).unwrap();
        let error = refused(&server, &file).await;
        assert!(
            matches!(&error, StorageError::FolderTooOpen { path, mode: found } if path == state && *found == mode),
            "{error}"
        );
        assert!(error.to_string().contains("chmod go-w"), "{error}");
    }
    // Also where it has become so while the program runs.
    let error = client.sign_in(EMAIL, PASSWORD).await.unwrap_err();
    assert!(matches!(error, Error::Storage(StorageError::FolderTooOpen { .. })), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before);
    fs::set_permissions(state, Permissions::from_mode(0o755)).unwrap();
    build(&server.address, &file).await.unwrap();

    if chown(state, Some(SOMEBODY_ELSE), None).is_ok() {
        let error = refused(&server, &file).await;
        assert!(matches!(error, StorageError::ForeignOwner { owner: SOMEBODY_ELSE, .. }), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_regular_file_is_refused_and_waited_for_by_nobody() {
    let server = Server::start(Rotation::Off).await;
    let (folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    let elsewhere = folder.path().join("elsewhere");
    let put = |what: &str, path: &Path| match what {
        "a pipe" => make_pipe(path),
        "a folder" => fs::create_dir(path).unwrap(),
        "a link" => symlink(&elsewhere, path).unwrap(),
        _ => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
    };
    for at in ["session", "session.turn", "session.write"] {
        let at = file.with_file_name(at);
        let kept = fs::read(&at).unwrap();
        for what in ["a pipe", "a folder", "a link", "a socket"] {
            fs::remove_file(&at).unwrap();
            put(what, &at);
            let error = refused(&server, &file).await;
            assert!(
                matches!(&error, StorageError::NotAFile { path } if *path == at),
                "{what} at {at:?}: {error}"
            );
            if what == "a folder" { fs::remove_dir(&at) } else { fs::remove_file(&at) }.unwrap();
            replace(&at, &kept);
        }
    }
    assert!(!elsewhere.exists(), "nothing was made where the links led");
    build(&server.address, &file).await.unwrap();
}

#[tokio::test]
async fn a_lock_is_made_and_taken_nowhere_else() {
    let server = Server::start(Rotation::Off).await;
    let (folder, file) = place();
    let client = server.signed_up(Storage::file(&file)).await;
    // While the program runs, as somebody might who has the person's own rights for a moment.
    let elsewhere = folder.path().join("elsewhere");
    let write = file.with_extension("write");
    fs::remove_file(&write).unwrap();
    symlink(&elsewhere, &write).unwrap();
    let error = client.sign_in(EMAIL, PASSWORD).await.unwrap_err();
    assert!(matches!(&error, Error::Storage(StorageError::NotAFile { path }) if *path == write), "{error}");
    assert!(!elsewhere.exists());

    let turn = file.with_extension("turn");
    fs::remove_file(&write).unwrap();
    fs::remove_file(&turn).unwrap();
    make_pipe(&turn);
    let signed_in = tokio::time::timeout(PATIENCE, client.sign_in(EMAIL, PASSWORD)).await;
    signed_in.expect("a pipe is not waited for").expect("each acts alone where there are no turns");
}

#[tokio::test]
async fn a_session_of_another_format_is_none_and_gives_way_to_the_next() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    let now = read(&file);
    assert_eq!(now["format"], 2, "the record has 88 bytes since");
    for format in [0, 1, 3, u64::MAX] {
        let mut other = now.clone();
        other["format"] = format.into();
        // What else is in it may mean anything.
        for other in [other, serde_json::json!({ "format": format, "record": "?" })] {
            replace(&file, other.to_string().as_bytes());
            let client = build(&server.address, &file).await.unwrap();
            assert!(client.ready().await.session.is_none(), "{format}");
            client.close().await;
        }
    }
    let client = build(&server.address, &file).await.unwrap();
    client.sign_in(EMAIL, PASSWORD).await.unwrap();
    client.close().await;
    assert_eq!(read(&file)["format"], 2);
    assert_eq!(build(&server.address, &file).await.unwrap().session().unwrap().user.email, EMAIL);
    // Of this format, and yet no session.
    for (member, value) in [
        ("record", serde_json::json!([])),
        ("record", serde_json::json!(vec![255; 88])),
        ("at", "now".into()),
    ] {
        let mut broken = now.clone();
        broken[member] = value;
        replace(&file, broken.to_string().as_bytes());
        let error = refused(&server, &file).await;
        assert!(matches!(error, StorageError::NotASession { .. }), "{error}");
    }
}

/// All that a log could show of an error.
fn all_of(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = std::error::Error::source(error);
    while let Some(because) = cause {
        write!(text, " {because} {because:?}").unwrap();
        cause = because.source();
    }
    text
}

#[tokio::test]
async fn no_error_shows_what_an_address_may_hold_in_secret() {
    let (_taken, gone) = nobody();
    let client = Client::builder(&gone).http(http()).timeout(Duration::from_secs(5)).build().await.unwrap();
    let ask = async |url: String| client.request(client.http().get(url)).await.unwrap_err();

    let unreachable = ask(format!("{gone}/me?access_token=hidden#hidden")).await;
    assert!(matches!(unreachable, Error::Unreachable(_)), "{unreachable:?}");
    let foreign = ask("http://me:hidden@127.0.0.1:1/?code=hidden#hidden".to_owned()).await;
    assert!(matches!(foreign, Error::ForeignAddress { .. }), "{foreign:?}");
    let mut invalid = vec![unreachable, foreign];
    for url in ["http://[hidden", "/relative?token=hidden", "http:///?hidden"] {
        invalid.push(ask(url.to_owned()).await);
    }
    for address in ["http://127.0.0.1/?token=hidden", "http://127.0.0.1/#hidden", "nonsense?token=hidden"] {
        invalid.push(Client::builder(address).http(http()).build().await.unwrap_err());
    }
    for error in invalid {
        let text = all_of(&error);
        assert!(!text.contains("hidden"), "{text}");
    }
}
