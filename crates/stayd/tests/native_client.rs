//! A native program's client against the real binary, where changes need a CSRF token.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/free_port.rs"]
mod free_port;
mod support;

use stayd_client::{Client, Error, Storage};
use support::{Deployment, Server};

use crate::free_port::free_port;

const PASSWORD: &str = "correct horse battery staple";

async fn client(server: &Server, storage: Storage) -> Client {
    // This machine's proxies have no part in it.
    let http = reqwest::Client::builder().no_proxy();
    let address = format!("http://{}", server.address);
    Client::builder(address).http(http).storage(storage).build().await.unwrap()
}

async fn rename(client: &Client, name: &str) -> Result<u16, Error> {
    let url = format!("{}/update-user", client.server());
    let request = client.http().post(url).header("content-type", "application/json");
    let response = client.request(request.body(format!("{{\"name\":\"{name}\"}}"))).await?;
    Ok(response.status().as_u16())
}

async fn name(client: &Client) -> String {
    client.check().await.unwrap();
    client.session().unwrap().user.name.clone()
}

#[tokio::test]
async fn a_program_changes_what_it_likes_where_a_csrf_token_is_required() {
    let deployment = Deployment::new().with("STAYD_CSRF_MODE", "required");
    let server = deployment.serve(&[]);
    let here = client(&server, Storage::file(deployment.path("state/session"))).await;
    here.sign_up("Ada", "ada@example.com", PASSWORD).await.unwrap().expect("signed in as well");
    assert_eq!(rename(&here, "Ada Lovelace").await.unwrap(), 200);
    assert_eq!(name(&here).await, "Ada Lovelace");

    // Signed in, and signing in: with the cookies of the session before.
    here.sign_up("Bob", "bob@example.com", PASSWORD).await.unwrap();
    here.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let wrong = here.sign_in("ada@example.com", "wrong").await.unwrap_err();
    assert!(matches!(&wrong, Error::Declined { status: 401, .. }), "{wrong}");
    assert_eq!(rename(&here, "Ada").await.unwrap(), 200);

    // The next program, and the session's end.
    here.close().await;
    let next = client(&server, Storage::file(deployment.path("state/session"))).await;
    assert_eq!(rename(&next, "Countess").await.unwrap(), 200);
    next.sign_out().await.unwrap();
    next.check().await.unwrap();
    assert!(next.session().is_none());
    next.sign_in("ada@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_session_from_before_tokens_were_required_goes_on_and_ends() {
    let deployment = Deployment::new().with("STAYD_LISTEN", &format!("127.0.0.1:{}", free_port()));
    let deployment = deployment.with("STAYD_CSRF_MODE", "off");
    let server = deployment.serve(&[]);
    let file = deployment.path("state/session");
    let program = client(&server, Storage::file(&file)).await;
    program.sign_up("Ada", "ada@example.com", PASSWORD).await.unwrap();
    program.close().await;
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let cookie = &kept["cookies"][0];
    let cookie = format!("{}={}", cookie["name"].as_str().unwrap(), cookie["value"].as_str().unwrap());
    server.stop();

    let deployment = deployment.with("STAYD_CSRF_MODE", "required");
    let server = deployment.serve(&[]);
    let program = client(&server, Storage::file(&file)).await;
    assert_eq!(rename(&program, "Ada Lovelace").await.unwrap(), 200);
    assert!(server.is_signed_in(&cookie));
    program.sign_out().await.unwrap();
    assert!(!server.is_signed_in(&cookie), "the server has heard of it");
}
