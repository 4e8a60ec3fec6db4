//! Requests that two readers could take for two different ones (H-5).

use crate::raw::{Server, patient};

// H-5
#[tokio::test]
async fn a_length_beside_chunks_is_400_and_the_end_in_either_order() {
    let server = Server::with(patient()).await;
    for both in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "transfer-encoding: chunked\r\nX: y\r\nCONTENT-LENGTH: 0\r\n",
    ] {
        let mut connection = server.connect().await;
        connection
            .send(format!(
                "POST /echo HTTP/1.1\r\nHost: a\r\n{both}\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
            ))
            .await;
        let answer = connection.answer().await;
        assert_eq!(answer.status, 400, "{both:?}");
        assert!(answer.closes());
        assert!(connection.is_closed().await, "what follows is not answered");
    }
}

#[tokio::test]
async fn a_length_beside_chunks_is_seen_behind_other_requests_and_in_pieces() {
    let server = Server::with(patient()).await;
    let mut connection = server.connect().await;
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd";
    connection.send(format!("{get}{post}POST /echo HTTP/1.1\r\nHost: a\r\nContent-Le")).await;
    assert_eq!(connection.answer().await.body, "hello");
    assert_eq!(connection.answer().await.body, "abcd");
    connection.send("ngth: 5\r\nTransfer-Encoding: chu").await;
    connection.send("nked\r\n\r\n0\r\n\r\n").await;
    assert_eq!(connection.answer().await.status, 400);
}

#[tokio::test]
async fn a_chunked_request_is_answered_and_is_the_last_of_its_connection() {
    let server = Server::with(patient()).await;
    let mut connection = server.connect().await;
    connection.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").await;
    assert_eq!(connection.answer().await.body, "hi");
    connection
        .send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    let answer = connection.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "abc"));
    assert!(answer.closes());
    assert!(connection.is_closed().await);
}

// H-5
#[tokio::test]
async fn lengths_that_disagree_or_are_no_numbers_are_400() {
    let server = Server::with(patient()).await;
    for headers in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 5x\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
    ] {
        let mut connection = server.connect().await;
        connection.send(format!("POST /echo HTTP/1.1\r\nHost: a\r\n{headers}\r\nhello")).await;
        let answer = connection.answer().await;
        assert!(matches!(answer.status, 400 | 413), "{headers:?}: {answer:?}");
        assert!(connection.is_closed().await);
    }
}

#[tokio::test]
async fn chunks_that_are_none_are_400() {
    let server = Server::with(patient()).await;
    for body in ["zz\r\nabc\r\n", "-1\r\nabc\r\n", "ffffffffffffffffff\r\nabc\r\n"] {
        let mut connection = server.connect().await;
        connection
            .send(format!("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}"))
            .await;
        let answer = connection.answer().await;
        assert!(matches!(answer.status, 400 | 413), "{body:?}: {answer:?}");
        assert!(answer.closes());
    }
}
