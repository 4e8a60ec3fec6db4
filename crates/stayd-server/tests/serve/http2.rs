//! HTTP/2 by prior knowledge, on the same port.

use crate::raw::{Connection, Server, in_time, patient, quick};
use axum::body::Body;
use axum::http::{Request, Version};
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::time::Duration;
use tokio::io::AsyncReadExt;

async fn sender(server: &Server) -> http2::SendRequest<Body> {
    let io = TokioIo::new(server.connect().await.stream);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn fetch(server: &Server, request: Request<Body>) -> (u16, String) {
    let response = in_time(sender(server).await.send_request(request)).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_2);
    let status = response.status().as_u16();
    let body = in_time(response.into_body().collect()).await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_authority_is_found_as_the_host() {
    let server = Server::with(patient()).await;
    let request = Request::get("http://a.example:8080/host").body(Body::empty()).unwrap();
    assert_eq!(fetch(&server, request).await, (200, "a.example:8080".to_owned()));
}

#[tokio::test]
async fn an_authority_and_another_host_are_400() {
    let server = Server::with(patient()).await;
    let request =
        Request::get("http://a.example/host").header("host", "b.example").body(Body::empty()).unwrap();
    assert_eq!(fetch(&server, request).await.0, 400);
}

// H-6
#[tokio::test]
async fn bodies_have_the_same_limits() {
    let server = Server::with(quick()).await;
    let post = |body: String| Request::post("http://a/echo").body(Body::from(body)).unwrap();
    assert_eq!(fetch(&server, post("x".repeat(1024))).await.0, 200);
    assert_eq!(fetch(&server, post("x".repeat(1025))).await.0, 413);
}

#[tokio::test]
async fn too_many_headers_are_431() {
    let server = Server::with(patient()).await;
    let mut request = Request::get("http://a/");
    for i in 0..65 {
        request = request.header(format!("x-{i}"), "y");
    }
    assert_eq!(fetch(&server, request.body(Body::empty()).unwrap()).await.0, 431);
}

#[tokio::test]
async fn an_idle_connection_is_closed_though_its_peer_answers_pings() {
    let mut limits = quick();
    limits.idle_time = Duration::from_millis(400);
    limits.ping_interval = Duration::from_millis(100);
    let server = Server::with(limits).await;
    let mut sender = sender(&server).await;
    let request = Request::get("http://a/").body(Body::empty()).unwrap();
    // It counts from the server's answer, which is heard of later.
    let begin = std::time::Instant::now();
    assert_eq!(in_time(sender.send_request(request)).await.unwrap().status(), 200);
    while !sender.is_closed() {
        assert!(begin.elapsed() < crate::raw::DEADLINE, "never closed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(begin.elapsed() >= Duration::from_millis(300), "{:?}", begin.elapsed());
}

// H-6
#[tokio::test]
async fn streams_opened_and_reset_by_the_thousand_end_the_connection() {
    let server = Server::with(patient()).await;
    let mut connection: Connection = server.connect().await;
    let mut flood = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    flood.extend(frame(4, 0, 0, &[]));
    for i in 0..5000 {
        let stream = 2 * i + 1;
        // :method GET, :path /, :scheme http from the static table, :authority a.
        flood.extend(frame(1, 0x5, stream, &[0x82, 0x84, 0x86, 0x41, 1, b'a']));
        flood.extend(frame(3, 0, stream, &[0, 0, 0, 8]));
    }
    connection.try_send(&flood).await;
    let mut heard = Vec::new();
    drop(in_time(connection.stream.read_to_end(&mut heard)).await);
    assert!(frames(&heard).contains(&7), "no GOAWAY among {} bytes", heard.len());
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The kinds of the frames in these bytes.
fn frames(mut bytes: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let [a, b, c, kind, ..] = *bytes {
        kinds.push(kind);
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        bytes = bytes.get(9 + length..).unwrap_or_default();
    }
    kinds
}
