//! One program and a real server.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::{EMAIL, Gate, NEARLY_OVER, PASSWORD, PATIENCE, Server, eventually, http, nobody, read};
use stayd_client::{Client, Ending, Error, Identity, Status, Storage, StorageError};
use stayd_engine::Rotation;

/// A folder, and the file in it that keeps the session.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state/session");
    (folder, file)
}

async fn me(server: &Server, client: &Client) -> Result<(u16, String), Error> {
    let response = client.request(client.http().get(server.url("/me"))).await?;
    Ok((response.status().as_u16(), response.text().await.unwrap()))
}

#[tokio::test]
async fn a_session_outlives_the_program() {
    let server = Server::start(Rotation::Strict).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let client = server.client(Storage::file(&file)).build().await.unwrap();
    assert_eq!(client.session().unwrap().user.email, EMAIL, "known before the server is asked");
    let view = client.ready().await;
    assert_eq!((view.status, view.identity), (Status::Active, Identity::Active));
    assert_eq!(me(&server, &client).await.unwrap(), (200, EMAIL.to_owned()));
}

#[tokio::test]
async fn at_expiry_many_requests_wait_for_one_renewal() {
    let server = Server::start(Rotation::Strict).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    let before = read(&file)["cookies"].clone();
    server.pass_time(&file, NEARLY_OVER);
    server.seen.since();

    let client = server.client(Storage::file(&file)).build().await.unwrap();
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let (client, url) = (client.clone(), server.url("/me"));
            tokio::spawn(async move {
                let response = client.request(client.http().get(url)).await.unwrap();
                response.status().as_u16()
            })
        })
        .collect();
    for answer in asked {
        assert_eq!(answer.await.unwrap(), 200);
    }
    assert_eq!(client.ready().await.identity, Identity::Active);
    client.close().await;
    assert_eq!(server.seen.since().1, 1, "one new token");
    assert_ne!(read(&file)["cookies"], before);
}

#[tokio::test]
async fn a_renewal_that_is_on_its_way_is_waited_for_when_the_program_ends() {
    let server = Server::start(Rotation::Strict).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    server.pass_time(&file, NEARLY_OVER);
    *server.seen.gate.lock().unwrap() = Gate::After;

    let client = server.client(Storage::file(&file)).build().await.unwrap();
    server.seen.arrived.acquire().await.unwrap().forget();
    let closing = tokio::spawn(client.close());
    server.seen.go_on.add_permits(1);
    closing.await.unwrap();
    let again = server.client(Storage::file(&file)).build().await.unwrap();
    assert_eq!(again.ready().await.identity, Identity::Active);
    assert_eq!(me(&server, &again).await.unwrap().0, 200, "it has the token that was on its way");
}

#[tokio::test]
async fn a_sign_out_in_one_is_a_sign_out_in_all() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    let here = server.signed_up(Storage::file(&file)).await;
    let there = server.client(Storage::file(&file)).build().await.unwrap();
    assert_eq!(there.ready().await.identity, Identity::Active);

    here.sign_out().await.unwrap();
    assert_eq!(me(&server, &there).await.unwrap().0, 401, "the other has sent no credential");
    assert_eq!(there.view().ending, Ending::SignedOut);
    assert!(there.session().is_none());
    assert_eq!(read(&file)["cookies"], serde_json::json!([]));

    // And the other way round, noticed without any use.
    there.sign_in(EMAIL, PASSWORD).await.unwrap();
    let mut views = here.subscribe();
    let view = tokio::time::timeout(PATIENCE, views.wait_for(|view| view.identity == Identity::Active)).await;
    assert_eq!(view.unwrap().unwrap().session.as_ref().unwrap().user.email, EMAIL);
}

#[tokio::test]
async fn a_sign_out_that_the_server_has_not_heard_of_is_told_by_the_next_program() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    let client = server.signed_up(Storage::file(&file)).await;
    let stolen = read(&file)["cookies"][0].clone();
    server.answer_instead(Some((503, Vec::new(), String::new())));
    assert!(matches!(client.sign_out().await, Err(Error::Unavailable { status: 503, .. })));
    assert!(client.session().is_none());
    client.close().await;
    server.answer_instead(None);

    let cookie = format!("{}={}", stolen["name"].as_str().unwrap(), stolen["value"].as_str().unwrap());
    let works = async || {
        let request = http().build().unwrap().get(format!("{}/get-session", server.address));
        request.header("cookie", &cookie).send().await.unwrap().text().await.unwrap() != "null"
    };
    assert!(works().await);
    let next = server.client(Storage::file(&file)).build().await.unwrap();
    assert!(next.session().is_none());
    eventually("nothing is owed any more", || read(&file)["cookies"] == serde_json::json!([])).await;
    assert!(!works().await);
}

#[tokio::test]
async fn a_request_that_crosses_a_renewal_elsewhere_is_sent_once_more() {
    let server = Server::start(Rotation::Strict).await;
    let (_folder, file) = place();
    let here = server.signed_up(Storage::file(&file)).await;
    let there = server.client(Storage::file(&file)).build().await.unwrap();
    there.ready().await;
    server.pass_time(&file, NEARLY_OVER);
    let answer = hold_up_me(&server, &here).await;
    there.renew().await.unwrap();
    server.seen.go_on.add_permits(1);
    assert_eq!(answer.await.unwrap().unwrap(), (200, EMAIL.to_owned()));
    // The first was answered 409: its token had just been replaced.
    assert_eq!(server.seen.pages.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_was_asked_as_one_person_is_not_handed_to_another() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    let here = server.signed_up(Storage::file(&file)).await;
    let there = server.client(Storage::file(&file)).build().await.unwrap();
    let answer = hold_up_me(&server, &here).await;
    there.sign_up("Bob", "bob@example.com", PASSWORD).await.unwrap();
    server.seen.go_on.add_permits(1);
    assert!(matches!(answer.await.unwrap(), Err(Error::SessionEnded)));
    assert_eq!(me(&server, &here).await.unwrap(), (200, "bob@example.com".to_owned()));
}

/// Sends a request that waits before it reaches the server.
async fn hold_up_me(
    server: &Server,
    client: &Client,
) -> tokio::task::JoinHandle<Result<(u16, String), Error>> {
    *server.seen.gate.lock().unwrap() = Gate::Page;
    let (client, url) = (client.clone(), server.url("/me"));
    let answer = tokio::spawn(async move {
        let response = client.request(client.http().get(url)).await?;
        Ok((response.status().as_u16(), response.text().await.unwrap()))
    });
    server.seen.arrived.acquire().await.unwrap().forget();
    answer
}

#[tokio::test]
async fn a_session_that_was_revoked_elsewhere_has_ended_at_the_next_request() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    let client = server.signed_up(Storage::file(&file)).await;
    let other = server.client(Storage::memory()).build().await.unwrap();
    other.sign_in(EMAIL, PASSWORD).await.unwrap();
    let revoke = other.http().post(format!("{}/revoke-other-sessions", server.address));
    let revoke = revoke.header("content-type", "application/json").body("{}");
    assert_eq!(other.request(revoke).await.unwrap().status(), 200);

    assert!(matches!(me(&server, &client).await, Err(Error::SessionEnded)));
    assert_eq!(client.view().ending, Ending::Revoked);
    assert_eq!(me(&server, &other).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_turn_that_is_never_given_back_keeps_nobody_from_signing_in() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    let turn = std::fs::File::open(file.with_extension("turn")).unwrap();
    turn.lock().unwrap();
    let client = server.client(Storage::file(&file)).build().await.unwrap();
    client.sign_in(EMAIL, PASSWORD).await.unwrap();
    client.sign_out().await.unwrap();
}

#[tokio::test]
async fn a_session_that_cannot_be_written_is_an_error_and_is_written_when_it_can_be() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    let client = server.signed_up(Storage::file(&file)).await;
    client.sign_out().await.unwrap();
    // A folder in the place of the new file: whatever a disk refuses ends like this.
    let obstacle = file.with_extension("new");
    std::fs::create_dir(&obstacle).unwrap();
    let error = client.sign_in(EMAIL, PASSWORD).await.unwrap_err();
    assert!(matches!(error, Error::Storage(StorageError::File { .. })), "{error}");
    assert_eq!(client.view().identity, Identity::Active);
    assert_eq!(read(&file)["data"], serde_json::Value::Null);
    std::fs::remove_dir(&obstacle).unwrap();
    eventually("it is written", || read(&file)["data"]["user"]["email"] == EMAIL).await;
}

#[tokio::test]
async fn a_wrong_password_signs_nobody_out() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    let client = server.signed_up(Storage::file(&file)).await;
    let declined = client.sign_in(EMAIL, "a wrong password").await.unwrap_err();
    assert!(
        matches!(&declined, Error::Declined { status: 401, code, .. } if code == "INVALID_EMAIL_OR_PASSWORD"),
        "{declined}"
    );
    assert_eq!(client.view().identity, Identity::Active);
    assert_eq!(me(&server, &client).await.unwrap().0, 200);
}

#[tokio::test]
async fn hostile_answers_change_nothing_but_the_error() {
    let server = Server::start(Rotation::Strict).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    let kept = read(&file);
    let html = || {
        vec![
            ("content-type", "text/html".to_owned()),
            ("set-cookie", "better-auth.session_token=; Max-Age=0".to_owned()),
        ]
    };
    let json = || vec![("content-type", "application/json".to_owned())];
    let portal = "<html>Welcome to our hotel. Please sign in.</html>".to_owned();
    let endless = format!("\"{}\"", "x".repeat(2 << 20));
    let redirect = vec![("location", "https://portal.example/".to_owned())];
    for (instead, is_protocol) in [
        ((200, html(), portal.clone()), false),
        ((401, html(), portal.clone()), false),
        ((403, html(), portal.clone()), false),
        ((200, html(), "null".to_owned()), false),
        ((200, json(), "{\"hello\":\"world\"}".to_owned()), false),
        ((200, json(), "[[[[".to_owned()), false),
        ((200, json(), endless), false),
        ((200, json(), String::new()), false),
        ((204, Vec::new(), String::new()), false),
        ((404, json(), "{}".to_owned()), false),
        ((302, redirect.clone(), String::new()), false),
        ((307, redirect, "null".to_owned()), false),
        ((500, html(), portal.clone()), true),
        ((429, json(), "{}".to_owned()), true),
    ] {
        let what = format!("{} {:?}", instead.0, instead.2.get(..20).unwrap_or(&instead.2));
        server.answer_instead(Some(instead));
        // Without what the last one left: a failure holds the next attempt back.
        crate::support::replace(&file, kept.to_string().as_bytes());
        let client = server.client(Storage::file(&file)).build().await.unwrap();
        let error = client.check().await.unwrap_err();
        assert_eq!(matches!(error, Error::OtherProtocol { .. }), !is_protocol, "{what}: {error}");
        let signed_in = client.sign_in(EMAIL, PASSWORD).await.unwrap_err();
        assert!(!matches!(signed_in, Error::SessionEnded), "{what}: {signed_in}");
        assert_eq!(client.session().unwrap().user.email, EMAIL, "{what}");
        client.close().await;
        let now = read(&file);
        assert_eq!((&now["cookies"], &now["data"]), (&kept["cookies"], &kept["data"]), "{what}");
    }
    server.answer_instead(None);
    crate::support::replace(&file, kept.to_string().as_bytes());
    let client = server.client(Storage::file(&file)).build().await.unwrap();
    client.check().await.unwrap();
    assert_eq!(client.view().identity, Identity::Active);
}

#[tokio::test]
async fn a_server_of_another_protocol_is_an_error_that_names_what_was_expected() {
    let server = Server::start(Rotation::Off).await;
    let client = Client::builder(server.url("/elsewhere")).http(http()).build().await.unwrap();
    let text = client.check().await.unwrap_err().to_string();
    assert!(text.contains("/elsewhere/get-session answered with status 404"), "{text}");
    assert!(
        text.contains("expected JSON: null, or a session and its user (the Better Auth protocol)"),
        "{text}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_leaves_what_is_remembered() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    let (_taken, gone) = nobody();
    // A file as if it were of that server.
    let mut written = read(&file);
    let gone = format!("{gone}/api/auth");
    written["server"] = gone.clone().into();
    written["at"] = (written["at"].as_u64().unwrap() - 60_000).into();
    crate::support::replace(&file, written.to_string().as_bytes());
    let client = Client::builder(gone).http(http()).storage(Storage::file(&file)).build().await.unwrap();
    let view = client.ready().await;
    assert_eq!((view.status, view.identity), (Status::Error, Identity::Rehydrating));
    assert!(matches!(view.error, Some(Error::Unreachable(_))), "{:?}", view.error);
    assert_eq!(view.session.unwrap().user.email, EMAIL);
}

#[tokio::test]
async fn whoever_waits_for_another_request_hears_that_one_has_failed() {
    let server = Server::start(Rotation::Off).await;
    let client = server.signed_up(Storage::memory()).await;
    server.answer_instead(Some((503, Vec::new(), String::new())));
    let both = async { tokio::join!(client.sign_out(), client.check()) };
    let (signed_out, checked) = tokio::time::timeout(PATIENCE, both).await.expect("both are answered");
    assert!(matches!(signed_out, Err(Error::Unavailable { status: 503, .. })), "{signed_out:?}");
    assert!(matches!(checked, Err(Error::Unavailable { status: 503, .. })), "{checked:?}");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_an_error() {
    let server = Server::start(Rotation::Off).await;
    let client = server.client(Storage::memory()).timeout(Duration::from_millis(300)).build().await.unwrap();
    client.ready().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let lost =
        Client::builder(address).http(http()).timeout(Duration::from_millis(300)).build().await.unwrap();
    assert!(matches!(lost.check().await, Err(Error::TimedOut)));
}

#[tokio::test]
async fn the_credential_is_sent_to_no_other_server() {
    let server = Server::start(Rotation::Off).await;
    let other = Server::start(Rotation::Off).await;
    let client = server.signed_up(Storage::memory()).await;
    let error = client.request(client.http().get(other.url("/me?secret=1"))).await.unwrap_err();
    assert!(matches!(&error, Error::ForeignAddress { .. }), "{error}");
    assert!(!error.to_string().contains("secret"));
    assert_eq!(other.seen.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    server.signed_up(Storage::file(&file)).await.close().await;
    let refused = async |address: &str| {
        let built = Client::builder(address).http(http()).storage(Storage::file(&file)).build().await;
        match built {
            Err(Error::Storage(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let other = refused("http://127.0.0.1:9/api/auth").await;
    assert!(matches!(other, StorageError::OtherServer { .. }), "{other}");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    let open = refused(&server.address).await;
    assert!(matches!(open, StorageError::TooOpen { mode: 0o640, .. }), "{open}");
    for nonsense in [&b""[..], b"{}", b"\xff\xfe", b"{\"format\":2}"] {
        crate::support::replace(&file, nonsense);
        let error = refused(&server.address).await;
        assert!(matches!(error, StorageError::NotASession { .. }), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), nonsense);
    }
}

#[tokio::test]
async fn a_file_in_which_nobody_is_signed_in_is_free_for_another_server() {
    let (one, other) = (Server::start(Rotation::Off).await, Server::start(Rotation::Off).await);
    let (_folder, file) = place();
    // Asked who is signed in, by mistake at the wrong server.
    let asked = one.client(Storage::file(&file)).build().await.unwrap();
    asked.ready().await;
    asked.close().await;
    let client = other.signed_up(Storage::file(&file)).await;
    let refused = one.client(Storage::file(&file)).build().await.unwrap_err();
    assert!(
        matches!(&refused, Error::Storage(StorageError::OtherServer { found, .. }) if *found == other.address)
    );

    // A sign-out that the server has not heard of yet is not forgotten over another one.
    other.answer_instead(Some((503, Vec::new(), String::new())));
    client.sign_out().await.unwrap_err();
    client.close().await;
    assert!(one.client(Storage::file(&file)).build().await.is_err());
    other.answer_instead(None);
    let told = other.client(Storage::file(&file)).build().await.unwrap();
    eventually("nothing is owed any more", || read(&file)["cookies"] == serde_json::json!([])).await;
    told.close().await;
    one.signed_up(Storage::file(&file)).await;
}

#[tokio::test]
async fn nothing_that_is_printed_holds_the_token() {
    let server = Server::start(Rotation::Off).await;
    let (_folder, file) = place();
    let client = server.signed_up(Storage::file(&file)).await;
    let token = read(&file)["cookies"][0]["value"].as_str().unwrap().to_owned();
    let secret = token.split('.').next().unwrap();
    assert!(secret.len() >= 32 && !format!("{client:?} {:?}", client.view()).contains(secret));
    assert!(!read(&file)["data"].to_string().contains(secret));
}
