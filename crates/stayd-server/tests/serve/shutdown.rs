//! Stopping without dropping what was begun.

use crate::raw::{DEADLINE, Server, in_time, patient, quick};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::Notify;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A handler that says when it has begun, and ends when it is told.
fn held() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (begun, end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&begun), Arc::clone(&end));
    let handler = move || {
        let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
        async move {
            tell.notify_one();
            wait.notified().await;
            "finished"
        }
    };
    (Router::new().route("/", get(handler)), begun, end)
}

async fn is_refused(server: &Server) -> bool {
    TcpStream::connect(server.address).await.is_err()
}

#[tokio::test]
async fn a_request_in_flight_is_answered_and_its_connection_then_closed() {
    let (router, begun, end) = held();
    let mut server = Server::serving(patient(), router).await;
    let mut connection = server.connect().await;
    connection.send(GET).await;
    in_time(begun.notified()).await;
    server.tell_to_stop();
    let told = Instant::now();
    while !is_refused(&server).await {
        assert!(told.elapsed() < DEADLINE, "still accepting");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    end.notify_one();
    let answer = connection.answer().await;
    assert_eq!(answer.body, "finished");
    assert!(answer.closes() && connection.is_closed().await);
    assert_eq!(server.stopped().await.cut_off, 0);
}

#[tokio::test]
async fn idle_connections_do_not_hold_it_up() {
    let mut server = Server::with(patient()).await;
    let mut connection = server.connect().await;
    connection.send(GET).await;
    assert_eq!(connection.answer().await.status, 200);
    let mut silent = server.connect().await;
    server.tell_to_stop();
    assert!(connection.is_closed().await);
    assert!(silent.is_closed().await);
    drop((connection, silent));
    assert_eq!(server.stopped().await.cut_off, 0);
}

#[tokio::test]
async fn a_peer_that_never_closes_its_side_is_not_waited_for_longer_than_a_moment() {
    let mut server = Server::with(patient()).await;
    let mut connection = server.connect().await;
    connection.send(GET).await;
    assert_eq!(connection.answer().await.status, 200);
    server.tell_to_stop();
    assert!(connection.is_closed().await);
    assert_eq!(server.stopped().await.cut_off, 0);
    drop(connection);
}

#[tokio::test]
async fn what_takes_too_long_is_cut_off_and_counted() {
    let (router, begun, _end) = held();
    let mut limits = quick();
    limits.shutdown_time = Duration::from_millis(200);
    let mut server = Server::serving(limits, router).await;
    let mut connection = server.connect().await;
    connection.send(GET).await;
    in_time(begun.notified()).await;
    server.tell_to_stop();
    let told = Instant::now();
    assert!(connection.is_closed().await);
    assert!(told.elapsed() >= Duration::from_millis(150));
    assert_eq!(server.stopped().await.cut_off, 1);
}
