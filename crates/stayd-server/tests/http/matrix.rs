//! Every route tried in every way that must change nothing: the list of routes is the router's own, so that a new one is tried too.

use crate::browser::{Browser, ORIGIN, config, serve};
use crate::engine::World;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use rusqlite::types::Value;
use serde_json::json;
use stayd_engine::store::SqliteStore;
use stayd_engine::store::sqlite::SqliteOptions;
use stayd_server::paths;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

/// A world whose store is a file that can be looked into, and a browser with somebody signed in.
struct Place {
    world: World,
    browser: Browser,
    file: PathBuf,
    _folder: TempDir,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stayd.db");
        let store = SqliteStore::open(&file, &SqliteOptions::default(), crate::engine::START).unwrap();
        let world = World::over(Arc::new(store), |policy| policy.accounts.delete_user = true);
        let mut browser = Browser::new(&serve(&world, config()));
        assert_eq!(browser.sign_up("zoe@example.com").await.status, 200);
        Self { world, browser, file, _folder: folder }
    }

    /// Everything that is stored, but for the row that is written to find out whether writing works.
    fn dump(&self) -> BTreeMap<String, Vec<Vec<Value>>> {
        let database = rusqlite::Connection::open(&self.file).unwrap();
        let mut tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
        let names: Vec<String> =
            tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let rows = |table: &str| {
            let mut all = database.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
            let width = all.column_count();
            let rows = all.query_map([], |row| (0..width).map(|column| row.get(column)).collect()).unwrap();
            rows.map(Result::unwrap).collect()
        };
        names.into_iter().filter(|name| name != "probe").map(|name| (name.clone(), rows(&name))).collect()
    }

    /// Sends a request, with the browser's cookies or without, and leaves the body of the answer unread: some never end.
    async fn send(&self, method: &Method, path: &str, headers: &[(&str, &str)], cookies: bool) -> StatusCode {
        let uri =
            format!("/api/auth{}", path.replace("{id}", "x").replace("{token}", "x").replace("{name}", "x"));
        let mut request = Request::builder().method(method).uri(uri);
        if cookies {
            let jar: Vec<_> =
                self.browser.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, jar.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if method == Method::POST { "{}" } else { "" };
        let response = self.browser.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        response.status()
    }
}

//
#[tokio::test]
async fn no_route_changes_anything_by_a_safe_method() {
    let mut place = Place::new().await;
    let before = place.dump();
    assert!(before["session"].len() == 1 && before["user"].len() == 1);
    for path in paths() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            for (origin, cookies) in [(ORIGIN, true), (ORIGIN, false), ("https://evil.test", true)] {
                place.send(&method, path, &[("origin", origin)], cookies).await;
            }
        }
        place.world.engine.write_activity().await.unwrap();
        assert_eq!(place.dump(), before, "{path}");
    }
    assert!(place.browser.is_signed_in().await);
}

/// What a request may say of where it comes from that is not enough to change something, where it carries a session.
const NOT_OURS: &[&[(&str, &str)]] = &[
    &[],
    &[("origin", "https://evil.test")],
    &[("origin", "null")],
    &[("origin", "null"), ("referer", "http://127.0.0.1:3000/")],
    &[("origin", "null"), ("sec-fetch-site", "cross-site")],
    &[("origin", "http://127.0.0.1:3000.evil.test")],
    &[("origin", "http://127.0.0.1:3001")],
    &[("origin", "https://127.0.0.1:3000")],
    &[("origin", "https://app.example.evil.test")],
    &[("origin", "https://evil.test"), ("referer", "http://127.0.0.1:3000/")],
    &[("origin", ORIGIN), ("origin", "https://evil.test")],
    &[("referer", "https://evil.test/http://127.0.0.1:3000")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "none")],
    &[("origin", "https://evil.test"), ("sec-fetch-site", "same-site")],
];

/// The same where it carries none. A program that says nothing is no browser and may sign in.
const NOT_OURS_WITHOUT_SESSION: &[&[(&str, &str)]] = &[
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
    &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.test")],
    &[("sec-fetch-site", "cross-site"), ("origin", "null")],
];

//
#[tokio::test]
async fn no_route_does_anything_for_a_page_of_another_site() {
    let mut place = Place::new().await;
    let before = place.dump();
    for path in paths() {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let with = NOT_OURS.iter().map(|headers| (*headers, true));
            let without = NOT_OURS_WITHOUT_SESSION.iter().map(|headers| (*headers, false));
            for (headers, cookies) in with.chain(without) {
                let headers: Vec<_> =
                    headers.iter().copied().chain([("content-type", "application/json")]).collect();
                let status = place.send(&method, path, &headers, cookies).await;
                let is_refused = status.is_client_error();
                assert!(is_refused, "{method} {path} {headers:?}, cookies: {cookies}: {status}");
            }
        }
        assert_eq!(place.dump(), before, "{path}");
    }
    assert!(place.browser.is_signed_in().await);
}

//
#[tokio::test]
async fn no_route_reads_a_body_that_a_plain_form_can_send() {
    let mut place = Place::new().await;
    let before = place.dump();
    for path in paths() {
        for kind in ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"] {
            // Sign-in and sign-up take forms, after a check of where they come from; the body here is none. So does the way back from an
            // identity provider, which leads to a page that says what is wrong.
            let is_way_back = path.starts_with("/callback") && kind.ends_with("urlencoded");
            let headers = [("origin", ORIGIN), ("content-type", kind)];
            let status = place.send(&Method::POST, path, &headers, true).await;
            assert!(status.is_client_error() || is_way_back, "{path} {kind}: {status}");
        }
        assert_eq!(place.dump(), before, "{path}");
    }
    assert!(place.browser.is_signed_in().await);
}

//
#[tokio::test]
async fn no_page_of_another_site_holds_a_stream_open() {
    let place = Place::new().await;
    for headers in [
        &[("origin", "https://evil.test")][..],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
    ] {
        assert_eq!(place.send(&Method::GET, "/events", headers, true).await, 403, "{headers:?}");
    }
    assert_eq!(place.world.engine.watch_count(), 0);
}

//
#[tokio::test]
async fn the_secret_of_a_link_in_a_letter_is_kept_nowhere() {
    let mut place = Place::new().await;
    place.browser.post("/request-password-reset", json!({"email": "zoe@example.com"})).await;
    let secret = place.world.letters.last_token();
    let dump = format!("{:?}", place.dump());
    assert!(secret.len() >= 24 && dump.contains("zoe@example.com") && !dump.contains(&secret));
}

// H-10
#[test]
fn the_page_on_checks_lists_every_route() {
    let page = include_str!("../../../../docs/checks.md");
    let (_, routes) = page.split_once("\n## The routes\n").unwrap();
    let (routes, _) = routes.split_once("\n## ").unwrap();
    let rows = routes.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |"));
    let listed: BTreeSet<&str> =
        rows.flat_map(|(cell, _)| cell.split(", ")).map(|route| route.trim_matches('`')).collect();
    let there: BTreeSet<&str> = paths().collect();
    let missing: Vec<_> = there.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "in docs/checks.md are missing {missing:?}; there is no {gone:?}"
    );
}
