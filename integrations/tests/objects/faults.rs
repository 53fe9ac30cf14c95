//! Failures of S3 and of connections.

use std::sync::Arc;

use futures_util::StreamExt as _;
use stepwright_engine::objects::{ObjectError, ObjectStore as _, Upload};
use tokio::sync::Notify;

use super::objects;
use crate::support::{Reply, S3Server};

async fn server() -> S3Server {
    let server = S3Server::start().await;
    server.put("data", "k", "0123456789");
    server
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_and_no_short_object() {
    let server = server().await;
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n";
    let mut half = Reply::with_length(200, &[], 10);
    half.bytes.extend_from_slice(b"01234");
    half.closes = true;
    let store = objects(&server);
    for reply in [half, Reply::raw(&chunked[..])] {
        server.fail("GET", reply);
        let mut body = store.get("data", "k").await.expect("the head is complete");
        let first = body.next().await.expect("a chunk").expect("a chunk");
        assert_eq!(first, "01234");
        let error = body.next().await.expect("an error");
        let error = error.expect_err("the body breaks off").to_string();
        assert!(
            error.starts_with("Unable to execute HTTP request: "),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_body_whose_end_cannot_be_recognized_is_refused() {
    let server = server().await;
    let endless = "HTTP/1.1 200 OK\r\n\r\n01234";
    server.fail("GET", Reply::raw(endless));
    let error = objects(&server).get("data", "k").await;
    let error = error.expect_err("it has no length").to_string();
    assert!(error.contains("without Content-Length"), "{error}");
}

#[tokio::test]
async fn bytes_after_the_announced_length_are_not_part_of_the_object() {
    let server = server().await;
    let mut long = Reply::new(200, &[], "01234");
    long.bytes.extend_from_slice(b"56789");
    long.closes = true;
    server.fail("GET", long);
    let body = objects(&server).get("data", "k").await.expect("it exists");
    assert_eq!(body.read(100).await.expect("it is complete"), "01234");
}

#[tokio::test]
async fn the_bytes_of_a_slow_object_are_available_as_they_arrive() {
    let server = server().await;
    let more = Arc::new(Notify::new());
    let mut slow = Reply::with_length(200, &[], 10);
    slow.bytes.extend_from_slice(b"01234");
    slow.later = Some((more.clone(), b"56789".to_vec()));
    server.fail("GET", slow);
    let mut body = objects(&server).get("data", "k").await.expect("it exists");
    let first = body.next().await.expect("a chunk").expect("a chunk");
    assert_eq!(first, "01234");
    more.notify_one();
    assert_eq!(body.read(100).await.expect("it is complete"), "56789");
}

#[tokio::test]
async fn a_dropped_body_ends_its_connection() {
    let server = server().await;
    let mut slow = Reply::with_length(200, &[], 10);
    slow.bytes.extend_from_slice(b"01234");
    slow.later = Some((Arc::new(Notify::new()), Vec::new()));
    server.fail("GET", slow);
    let store = objects(&server);
    let body = store.get("data", "k").await.expect("it exists");
    drop(body);
    server.http.left.notified().await;
    let body = store.get("data", "k").await.expect("it exists");
    assert_eq!(body.read(100).await.expect("it is complete"), "0123456789");
}

#[tokio::test]
async fn a_request_whose_future_is_dropped_ends_its_connection() {
    let server = server().await;
    let silent = Reply {
        later: Some((Arc::new(Notify::new()), Vec::new())),
        ..Reply::raw("")
    };
    server.fail("PUT", silent);
    let store = objects(&server);
    tokio::select! {
        written = store.put("data", "k", b"new".to_vec()) => panic!("{written:?}"),
        () = async { while server.http.requests().is_empty() { tokio::task::yield_now().await } } => {}
    }
    server.http.left.notified().await;
    assert_eq!(server.get("data", "k").as_deref(), Some(&b"0123456789"[..]));
}

#[tokio::test]
async fn a_server_error_and_a_lost_connection_are_repeated() {
    let server = server().await;
    let store = objects(&server);
    for method in ["GET", "PUT", "POST"] {
        server.fail(method, Reply::s3_error(503, "SlowDown"));
        server.fail(method, Reply::raw("HTTP/1.1 2"));
    }
    let body = store
        .get("data", "k")
        .await
        .expect("the third attempt succeeds");
    assert_eq!(body.read(100).await.expect("it is complete"), "0123456789");
    let written = store.put("data", "new", b"1".to_vec()).await;
    written.expect("the third attempt succeeds");
    let parts = store.multipart().expect("it takes parts");
    let begun = parts.begin("data", "rows").await;
    begun.expect("the third attempt succeeds");
    assert_eq!(server.calls().len(), 9, "{:?}", server.calls());
}

#[tokio::test]
async fn refused_requests_are_not_repeated() {
    let server = server().await;
    let store = objects(&server);
    server.fail("GET", Reply::s3_error(403, "AccessDenied"));
    let error = store.get("data", "k").await.expect_err("it is refused");
    assert_eq!(error, ObjectError::AccessDenied);
    server.fail("PUT", Reply::s3_error(403, "SignatureDoesNotMatch"));
    let error = store.put("data", "k", vec![]).await;
    assert_eq!(
        error.expect_err("it is refused").to_string(),
        "about SignatureDoesNotMatch (Service: Amazon S3; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: R1; Proxy: null)"
    );
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn an_error_after_the_status_of_a_completion_is_no_success() {
    let server = server().await;
    let store = objects(&server);
    let parts = store.multipart().expect("it takes parts");
    let id = parts
        .begin("data", "rows")
        .await
        .expect("the bucket exists");
    let upload = Upload::new("data", "rows", id);
    let tag = parts.part(&upload, 1, 0, "1".into()).await.expect("a tag");
    for _ in 0..3 {
        server.fail("POST", Reply::s3_error(200, "InternalError"));
    }
    let error = parts.complete(&upload, std::slice::from_ref(&tag)).await;
    let error = error.expect_err("all attempts fail").to_string();
    assert!(error.contains("Error Code: InternalError"), "{error}");
    assert_eq!(server.get("data", "rows"), None);
    // The response of the next attempt is lost, and its repetition finds no upload.
    server.lose_response("POST", Reply::raw(""));
    let completed = parts.complete(&upload, std::slice::from_ref(&tag)).await;
    completed.expect("the object exists");
    assert_eq!(server.get("data", "rows").as_deref(), Some(&b"1"[..]));
}

#[tokio::test]
async fn a_list_without_an_end_is_an_error() {
    let server = server().await;
    let page =
        "<R><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></R>";
    server.fail("GET", Reply::new(200, &[], page));
    server.fail("GET", Reply::new(200, &[], page));
    let error = objects(&server).list("data", "").await;
    let error = error.expect_err("it has no end").to_string();
    assert!(error.contains("two pages have the same token"), "{error}");
}
