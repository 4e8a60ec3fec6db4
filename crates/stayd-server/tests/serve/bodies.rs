//! Bodies: too long, too slow, never read.

use crate::raw::{Server, quick, timed};
use std::time::Duration;

// H-3
#[tokio::test]
async fn a_body_that_announces_too_much_is_413_before_it_is_sent() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    connection.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n").await;
    let answer = connection.answer().await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.body, r#"{"message":"Request body is too large","code":"PAYLOAD_TOO_LARGE"}"#);
    assert!(answer.closes() && connection.is_closed().await);
}

#[tokio::test]
async fn a_client_that_sends_its_long_body_at_once_still_hears_413() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    let body = "x".repeat(200_000);
    connection
        .try_send(format!("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n{body}"))
        .await;
    assert_eq!(connection.answer().await.status, 413);
}

#[tokio::test]
async fn a_chunked_body_is_413_as_soon_as_it_is_too_long() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    connection.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    for _ in 0..3 {
        connection.try_send(format!("200\r\n{}\r\n", "x".repeat(512))).await;
    }
    let answer = connection.answer().await;
    assert_eq!(answer.status, 413);
    assert!(answer.closes());
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken_in_either_form() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    let body = "x".repeat(1024);
    connection.send(format!("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1024\r\n\r\n{body}")).await;
    assert_eq!(connection.answer().await.body, body);
    let chunks = format!("400\r\n{body}\r\n0\r\n\r\n");
    connection
        .send(format!("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"))
        .await;
    assert_eq!(connection.answer().await.body, body);
}

// H-3
#[tokio::test]
async fn a_body_that_stalls_is_408() {
    let server = Server::with(quick()).await;
    for framing in ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"] {
        let mut connection = server.connect().await;
        connection.send(format!("POST /echo HTTP/1.1\r\nHost: a\r\n{framing}")).await;
        let (answer, time) = timed(connection.answer()).await;
        assert_eq!(answer.status, 408, "{framing:?}");
        assert!(time >= Duration::from_millis(140), "{time:?}");
        assert!(answer.closes() && connection.is_closed().await);
    }
}

// H-3
#[tokio::test]
async fn a_body_that_trickles_is_408() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    connection.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n").await;
    let mut rounds = 0;
    while connection.is_silent_for(Duration::from_millis(40)).await {
        connection.try_send("x").await;
        rounds += 1;
        assert!(rounds < 100, "never cut off");
    }
    assert_eq!(connection.answer().await.status, 408);
}

#[tokio::test]
async fn a_body_that_nobody_reads_does_not_keep_the_answer_back() {
    let server = Server::with(quick()).await;
    let mut connection = server.connect().await;
    connection.send("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n").await;
    assert_eq!(connection.answer().await.body, "ignored");
    assert!(connection.is_closed().await);
}
