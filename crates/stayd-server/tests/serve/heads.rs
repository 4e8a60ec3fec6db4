//! Heads of requests: slow, long, many, odd.

use crate::raw::{Server, patient, quick, timed};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// H-1
#[tokio::test]
async fn half_a_head_is_cut_off_after_the_header_time() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    connection.send("GET / HTTP/1.1\r\nHost: a\r\nX: ").await;
    let (closed, time) = timed(connection.is_closed()).await;
    assert!(closed);
    assert!(time >= Duration::from_millis(140), "{time:?}");
}

#[tokio::test]
async fn a_connection_that_never_speaks_is_closed_after_the_header_time() {
    let mut limits = quick();
    limits.idle_time = Duration::from_mins(1);
    let server = Server::with(limits).await;
    assert!(server.connect().await.is_closed().await);
}

// H-1
#[tokio::test]
async fn a_head_that_trickles_is_cut_off_all_the_same() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    connection.send("GET / HTTP/1.1\r\nHost: a\r\n").await;
    let (rounds, time) = timed(async {
        let mut rounds = 0;
        // A byte comes well within the header time, each time.
        while connection.is_silent_for(Duration::from_millis(40)).await {
            connection.try_send("X").await;
            rounds += 1;
            assert!(rounds < 100, "never cut off");
        }
        rounds
    })
    .await;
    assert!(rounds >= 1 && time >= Duration::from_millis(140), "{rounds} rounds, {time:?}");
}

#[tokio::test]
async fn half_a_second_head_is_cut_off_as_well() {
    let mut limits = quick();
    limits.idle_time = Duration::from_mins(1);
    let server = Server::with(limits).await;
    let mut connection = server.connect().await;
    connection.send(GET).await;
    assert_eq!(connection.answer().await.status, 200);
    connection.send("GET / HT").await;
    assert!(connection.is_closed().await);
}

#[tokio::test]
async fn an_idle_connection_outlives_the_header_time_but_not_the_idle_time() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    for _ in 0..2 {
        connection.send(GET).await;
        assert_eq!(connection.answer().await.status, 200);
        assert!(connection.is_silent_for(Duration::from_millis(400)).await);
    }
    assert!(connection.is_closed().await);
}

#[tokio::test]
async fn a_handler_may_take_longer_than_the_idle_time() {
    let end = Arc::new(Notify::new());
    let wait = Arc::clone(&end);
    let slow = move || async move {
        wait.notified().await;
        "at last"
    };
    let mut limits = quick();
    limits.idle_time = Duration::from_millis(200);
    let server = Server::serving(limits, Router::new().route("/", get(slow))).await;
    let mut connection = server.connect().await;
    connection.send(GET).await;
    assert!(connection.is_silent_for(Duration::from_millis(600)).await);
    end.notify_one();
    assert_eq!(connection.answer().await.body, "at last");
    assert!(connection.is_closed().await);
}

// H-2
#[tokio::test]
async fn a_head_of_forty_kilobytes_is_431() {
    let server = Server::with(patient()).await;
    let mut connection = server.connect().await;
    connection.try_send(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(40_000))).await;
    assert_eq!(connection.answer().await.status, 431);
    assert!(connection.is_closed().await);
}

#[tokio::test]
async fn a_head_of_thirty_kilobytes_is_taken() {
    let server = Server::with(patient()).await;
    let mut connection = server.connect().await;
    connection.send(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(30_000))).await;
    assert_eq!(connection.answer().await.status, 200);
}

// H-2
#[tokio::test]
async fn sixty_four_headers_are_taken_and_one_more_is_431() {
    let server = Server::with(patient()).await;
    let head = |more: usize| format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(more));
    let mut connection = server.connect().await;
    connection.send(head(63)).await;
    assert_eq!(connection.answer().await.status, 200);
    connection.send(head(64)).await;
    assert_eq!(connection.answer().await.status, 431);
}

#[tokio::test]
async fn odd_bytes_are_400_and_the_end() {
    let server = Server::with(patient()).await;
    let cases: [&[u8]; 8] = [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n",
    ];
    for case in cases {
        let mut connection = server.connect().await;
        connection.send(case).await;
        assert_eq!(connection.answer().await.status, 400, "{:?}", String::from_utf8_lossy(case));
        assert!(connection.is_closed().await);
    }
}

// H-4
#[tokio::test]
async fn exactly_one_plain_host_is_wanted() {
    let server = Server::with(patient()).await;
    for hosts in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nHost: b\r\n",
        "Host:\r\n",
        "Host: a@b\r\n",
        "Host: a b\r\n",
    ] {
        let mut connection = server.connect().await;
        connection.send(format!("GET / HTTP/1.1\r\n{hosts}\r\n")).await;
        let answer = connection.answer().await;
        assert_eq!(answer.status, 400, "{hosts:?}");
        assert!(answer.closes() && connection.is_closed().await);
    }
}

#[tokio::test]
async fn a_target_of_another_host_than_the_header_is_400() {
    let server = Server::with(patient()).await;
    let mut connection = server.connect().await;
    connection.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(connection.answer().await.status, 200);
    connection.send("GET http://evil/ HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(connection.answer().await.status, 400);
}

// H-4
#[tokio::test]
async fn a_host_that_is_not_on_the_list_is_421() {
    let mut limits = patient();
    limits.hosts = Some(vec!["a.example".to_owned()]);
    let server = Server::with(limits).await;
    let mut connection = server.connect().await;
    connection.send("GET / HTTP/1.1\r\nHost: A.example:3000\r\n\r\n").await;
    assert_eq!(connection.answer().await.status, 200);
    connection.send("GET / HTTP/1.1\r\nHost: b.example\r\n\r\n").await;
    assert_eq!(connection.answer().await.status, 421);
}

#[tokio::test]
async fn requests_sent_together_are_answered_in_order() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    connection
        .send(format!("{GET}POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc{GET}"))
        .await;
    let mut bodies = Vec::new();
    for _ in 0..3 {
        bodies.push(connection.answer().await.body);
    }
    assert_eq!(bodies, ["hello", "abc", "hello"]);
}

#[tokio::test]
async fn every_request_knows_its_peer() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    connection.send("GET /peer HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(connection.answer().await.body, connection.stream.local_addr().unwrap().to_string());
}
