//! How many connections there may be, and what peers do that will not take their answers.

use crate::raw::{DEADLINE, Server, in_time, patient, quick};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::routing::get;
use hyper::body::Frame;
use stayd_server::Limits;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

fn two() -> Limits {
    let mut limits = patient();
    limits.max_connections = 2;
    limits
}

#[tokio::test]
async fn one_connection_too_many_is_answered_503_and_closed() {
    let server = Server::with(two()).await;
    let mut first = server.connect().await;
    let mut second = server.connect().await;
    for connection in [&mut first, &mut second] {
        connection.send(GET).await;
        assert_eq!(connection.answer().await.status, 200);
    }
    let mut third = server.connect().await;
    third.try_send(GET).await;
    let answer = third.answer().await;
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("retry-after: 1") && answer.closes());
    assert!(third.is_closed().await);
    first.send(GET).await;
    assert_eq!(first.answer().await.status, 200);
}

#[tokio::test]
async fn there_is_room_again_when_a_connection_has_ended() {
    let server = Server::with(two()).await;
    let first = server.connect().await;
    let mut second = server.connect().await;
    second.send(GET).await;
    assert_eq!(second.answer().await.status, 200);
    drop(first);
    let begin = Instant::now();
    loop {
        let mut third = server.connect().await;
        third.try_send(GET).await;
        if third.answer().await.status == 200 {
            break;
        }
        assert!(begin.elapsed() < DEADLINE, "never any room");
    }
}

/// A body without end, that tells when it is dropped.
struct Endless(Arc<Notify>);

impl Drop for Endless {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 16 * 1024])))))
    }
}

// H-7
#[tokio::test]
async fn a_peer_that_does_not_take_its_answer_loses_the_connection() {
    let mut limits = quick();
    limits.write_time = Duration::from_millis(200);
    let dropped = Arc::new(Notify::new());
    let tell = Arc::clone(&dropped);
    let router = Router::new().route("/", get(move || async move { Body::new(Endless(tell)) }));
    let server = Server::serving(limits, router).await;
    let mut connection = server.connect().await;
    connection.send(GET).await;
    in_time(dropped.notified()).await;
    drop(connection);
}

#[tokio::test]
async fn limits_that_cannot_be_kept_are_refused() {
    let mut limits = Limits::default();
    limits.max_connections = 0;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = stayd_server::serve(listener, Router::new(), limits, async {}).await.unwrap_err();
    assert_eq!(error.to_string(), "max_connections is 0, and has to be at least 1 and at most 1000000");
}
