//! A person's documents: what is kept, on which conditions, for whom, and who hears of a change.

use crate::browser::{Answer, Browser, ORIGIN, config, serve};
use crate::engine::{START, World};
use crate::events::{hear, line, open};
use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use stayd_engine::DocumentPolicy;
use stayd_server::{CsrfMode, ServerConfig};
use std::time::Duration;

/// Sends a request to a document, with conditions.
async fn send(
    browser: &mut Browser,
    method: Method,
    name: &str,
    body: Body,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder()
        .method(&method)
        .uri(format!("/api/auth/documents/{name}"))
        .header(header::ORIGIN, ORIGIN);
    if method == Method::PUT {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request.body(body).unwrap()).await
}

async fn put(browser: &mut Browser, name: &str, value: &Value, headers: &[(&str, &str)]) -> Answer {
    send(browser, Method::PUT, name, Body::from(json!({ "value": value }).to_string()), headers).await
}

async fn get(browser: &mut Browser, name: &str, headers: &[(&str, &str)]) -> Answer {
    send(browser, Method::GET, name, Body::empty(), headers).await
}

async fn remove(browser: &mut Browser, name: &str, headers: &[(&str, &str)]) -> Answer {
    send(browser, Method::DELETE, name, Body::empty(), headers).await
}

fn said(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status.as_u16(), answer.header("etag"))
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

/// The revision of a change that is made so many ms after the start.
fn revision(after: i64) -> i64 {
    START.as_ms() + after
}

fn tag(after: i64) -> String {
    format!("\"{}\"", revision(after))
}

/// Zoë in two browsers.
async fn two(world: &World, config: ServerConfig) -> (Browser, Browser) {
    let router = serve(world, config);
    let (mut here, mut there) = (Browser::new(&router), Browser::new(&router));
    here.sign_up("zoe@example.com").await;
    there.sign_in("zoe@example.com", true).await;
    (here, there)
}

#[tokio::test]
async fn a_document_is_put_read_listed_and_removed_on_conditions() {
    let world = World::new();
    let (mut here, mut there) = two(&world, config()).await;
    assert_eq!(refused(&get(&mut here, "profile", &[]).await), (404, "NOT_FOUND".into()));
    let (first, second) = (tag(0), tag(1000));
    let value = json!({"nick": "Zoë", "callbackURL": "https://evil.test", "n": [1, 2.5, null]});
    let made = put(&mut here, "profile", &value, &[("if-none-match", "*")]).await;
    assert_eq!(said(&made), (201, Some(first.as_str())));
    assert_eq!(
        made.json(),
        json!({"name": "profile", "revision": revision(0), "updatedAt": "2026-01-02T03:04:05.678Z"})
    );

    let read = get(&mut there, "profile", &[]).await;
    assert_eq!(said(&read), (200, Some(first.as_str())));
    assert_eq!((&read.json()["value"], &read.json()["revision"]), (&value, &json!(revision(0))));
    for same in [&first, &format!("W/{first}"), "*", &format!("\"0\", {first}")] {
        let unchanged = get(&mut there, "profile", &[("if-none-match", same)]).await;
        assert_eq!((said(&unchanged), unchanged.text.as_str()), ((304, Some(first.as_str())), ""), "{same}");
    }

    world.clock.forward(Duration::from_secs(1));
    let again = put(&mut there, "profile", &value, &[]).await;
    assert_eq!(said(&again), (200, Some(first.as_str())), "nothing has changed");
    assert_eq!(
        said(&put(&mut there, "profile", &json!(2), &[("if-match", first.as_str())]).await),
        (200, Some(second.as_str()))
    );
    let late = [("if-match", first.as_str())];
    let changed = (412, "DOCUMENT_CHANGED".to_owned());
    assert_eq!(refused(&put(&mut here, "profile", &json!(3), &late).await), changed);
    assert_eq!(
        refused(&put(&mut here, "profile", &json!(3), &[("if-match", &format!("W/{second}"))]).await),
        changed
    );
    assert_eq!(refused(&put(&mut here, "profile", &json!(3), &[("if-none-match", "*")]).await), changed);
    assert_eq!(refused(&remove(&mut here, "profile", &late).await), changed);
    assert_eq!(refused(&get(&mut here, "profile", &late).await), changed);

    put(&mut here, "account", &Value::Null, &[]).await;
    let list = here.get("/documents").await.json();
    let names: Vec<_> =
        list["documents"].as_array().unwrap().iter().map(|one| (&one["name"], &one["revision"])).collect();
    assert_eq!(
        names,
        [(&json!("account"), &json!(revision(1001))), (&json!("profile"), &json!(revision(1000)))]
    );
    assert!(!list.to_string().contains("value"));
    assert_eq!(
        remove(&mut here, "profile", &[("if-match", second.as_str())]).await.json(),
        json!({"revision": revision(1002)})
    );
    assert_eq!(refused(&remove(&mut here, "profile", &[]).await), (404, "NOT_FOUND".into()));
    assert_eq!(
        said(&put(&mut here, "profile", &json!(2), &[]).await),
        (201, Some(tag(1003).as_str())),
        "no tag is used twice"
    );
}

#[tokio::test]
async fn documents_are_private_and_need_a_session() {
    let world = World::new();
    let (mut here, _) = two(&world, config()).await;
    put(&mut here, "profile", &json!(1), &[]).await;
    let mut stranger = Browser::new(&here.router());
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let body = Body::from(r#"{"value":1}"#);
        assert_eq!(send(&mut stranger, method, "profile", body, &[]).await.status, 401);
    }
    assert_eq!(stranger.get("/documents").await.status, 401);
    stranger.sign_up("max@example.com").await;
    assert_eq!(get(&mut stranger, "profile", &[]).await.status, 404);
    assert_eq!(stranger.get("/documents").await.json(), json!({"documents": []}));
    assert_eq!(refused(&remove(&mut stranger, "profile", &[]).await), (404, "NOT_FOUND".into()));
    assert_eq!(get(&mut here, "profile", &[]).await.status, 200);
}

// P9
#[tokio::test]
async fn a_request_that_means_somebody_else_sees_and_changes_nothing() {
    let world = World::new();
    let (mut here, _) = two(&world, config()).await;
    put(&mut here, "profile", &json!(1), &[]).await;
    let own = here.get("/get-session").await.json()["user"]["id"].as_str().unwrap().to_owned();
    assert_eq!(get(&mut here, &format!("profile?userId={own}"), &[]).await.status, 200);
    let other = "profile?userId=somebody";
    let elsewhere = (409, "OTHER_PERSON".to_owned());
    assert_eq!(refused(&get(&mut here, other, &[]).await), elsewhere);
    assert_eq!(refused(&put(&mut here, other, &json!(2), &[]).await), elsewhere);
    assert_eq!(refused(&remove(&mut here, other, &[]).await), elsewhere);
    assert_eq!(refused(&here.get("/documents?userId=somebody").await), elsewhere);
    assert_eq!(get(&mut here, "profile", &[]).await.json()["value"], json!(1));
}

#[tokio::test]
async fn a_document_that_is_too_large_one_too_many_or_odd_is_refused() {
    let world =
        World::with(|policy| policy.documents = DocumentPolicy { max_count: 2, ..policy.documents.clone() });
    let (mut here, _) = two(&world, config()).await;
    // The content with its quotation marks.
    let text = |bytes: usize| json!("x".repeat(bytes - 2));
    assert_eq!(put(&mut here, "a", &text(64_000), &[]).await.status, 201);
    assert_eq!(refused(&put(&mut here, "a", &text(64_001), &[]).await), (413, "DOCUMENT_TOO_LARGE".into()));
    assert_eq!(put(&mut here, "a", &text(66_000), &[]).await.status, 413, "it is not even read");
    put(&mut here, "b", &json!(1), &[]).await;
    assert_eq!(refused(&put(&mut here, "c", &json!(1), &[]).await), (403, "TOO_MANY_DOCUMENTS".into()));
    assert_eq!(put(&mut here, "b", &json!(2), &[]).await.status, 200);
    for name in ["B", "a_b", "%2e%2e", "a%2Fb", &"x".repeat(65)] {
        assert_eq!(
            refused(&put(&mut here, name, &json!(1), &[]).await),
            (400, "VALIDATION_ERROR".into()),
            "{name}"
        );
    }
    for body in ["", "1", "[]", "{}", "{", r#"{"Value":1}"#] {
        assert_eq!(send(&mut here, Method::PUT, "b", Body::from(body), &[]).await.status, 400, "{body}");
    }
    assert_eq!(put(&mut here, "b", &json!(1), &[("if-match", "2")]).await.status, 400);
    assert_eq!(get(&mut here, "b", &[]).await.json()["value"], json!(2));
}

#[tokio::test]
async fn a_change_is_told_on_every_stream_of_the_person_and_resumed() {
    let world = World::new();
    let (mut here, there) = two(&world, config()).await;
    let (mut own, mut other) = (open(&here, &[]).await, open(&there, &[]).await);
    hear(&mut own).await;
    let first = hear(&mut other).await.unwrap();
    put(&mut here, "profile", &json!({"secret": "words"}), &[]).await;
    for stream in [&mut own, &mut other] {
        let news = hear(stream).await.unwrap();
        assert_eq!(line(&news, "event: "), "document-changed");
        assert_eq!(line(&news, "data: "), json!({"name": "profile", "revision": revision(0)}).to_string());
    }
    put(&mut here, "account", &json!(1), &[]).await;
    remove(&mut here, "profile", &[]).await;
    let mut resumed = open(&there, &[("last-event-id", line(&first, "id: "))]).await;
    hear(&mut resumed).await;
    let told = [hear(&mut resumed).await.unwrap(), hear(&mut resumed).await.unwrap()];
    let told = told.each_ref().map(|news| serde_json::from_str::<Value>(line(news, "data: ")).unwrap());
    let changed = |name, after| json!({"name": name, "revision": revision(after)});
    assert_eq!(told, [changed("account", 1), changed("profile", 2)]);
    let fresh = hear(&mut open(&there, &[]).await).await.unwrap();
    assert!(line(&fresh, "data: ").contains(&format!(r#""documentsRevision":{}"#, revision(2))));
}

// X-4
#[tokio::test]
async fn to_change_a_document_takes_the_token_where_tokens_are_required() {
    let world = World::new();
    let (here, _) = two(&world, config()).await;
    let mut here = here.at(&serve(&world, ServerConfig { csrf: CsrfMode::Required, ..config() }));
    assert_eq!(refused(&put(&mut here, "a", &json!(1), &[("x-csrf-token", "x.y")]).await).0, 403);
    here.get("/get-session").await;
    let token = here.jar.iter().find(|(name, _)| name.ends_with("csrf_token")).unwrap().1.clone();
    assert_eq!(put(&mut here, "a", &json!(1), &[("x-csrf-token", &token)]).await.status, 201);
    assert_eq!(get(&mut here, "a", &[]).await.status, 200);
}

// X-5
#[tokio::test]
async fn a_trusted_page_of_another_origin_may_send_what_documents_need() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    let preflight = |path: &str| {
        Request::options(format!("/api/auth{path}"))
            .header("origin", "https://app.example")
            .header("access-control-request-method", "PUT")
            .body(Body::empty())
            .unwrap()
    };
    let answer = browser.send(preflight("/documents/profile")).await;
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, PUT, DELETE"));
    assert!(answer.header("access-control-allow-headers").unwrap().ends_with("if-match, if-none-match"));
    let other = browser.send(preflight("/devices")).await;
    assert_eq!(other.header("access-control-allow-methods"), Some("GET, POST"));
}
