//! Objects are read, listed and written as S3 stores them.

use futures_util::StreamExt as _;
use proptest::prelude::*;
use stepwright_engine::objects::{ObjectError, ObjectStore as _, Upload};
use stepwright_integrations::{Endpoints, ServiceCalls};

use super::objects;
use crate::support::S3Server;

#[tokio::test]
async fn an_object_is_written_and_read_with_all_of_its_bytes() {
    let server = S3Server::start().await;
    server.bucket("data");
    let store = objects(&server);
    let key = "a folder/\u{e4}+b?=&%20.csv";
    let bytes: Vec<u8> = (0..=255).collect();
    store
        .put("data", key, bytes.clone())
        .await
        .expect("the bucket exists");
    assert_eq!(server.get("data", key).as_ref(), Some(&bytes));
    let body = store.get("data", key).await.expect("it exists");
    assert_eq!(body.size(), Some(256));
    assert_eq!(body.read(256).await.expect("it is complete"), bytes);
    let request = &server.http.requests()[0];
    assert!(request.headers["authorization"].contains("/us-east-1/s3/aws4_request"));
}

#[tokio::test]
async fn a_large_object_is_not_in_memory_as_a_whole() {
    const SIZE: usize = 32 << 20;
    let server = S3Server::start().await;
    server.put("data", "large", vec![7; SIZE]);
    let store = objects(&server);
    let mut body = store.get("data", "large").await.expect("it exists");
    let (mut read, mut largest) = (0, 0);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.expect("it is complete");
        read += chunk.len();
        largest = largest.max(chunk.len());
    }
    assert_eq!(read, SIZE);
    assert!(largest < SIZE / 8, "a chunk has {largest} bytes");
}

#[tokio::test]
async fn missing_buckets_and_keys_are_errors_of_the_store() {
    let server = S3Server::start().await;
    server.bucket("data");
    let store = objects(&server);
    let error = store.get("none", "k").await.expect_err("no bucket");
    assert_eq!(error, ObjectError::NoSuchBucket);
    let error = store.get("data", "k").await.expect_err("no key");
    assert_eq!(error, ObjectError::NoSuchKey);
    let error = store.list("none", "").await.expect_err("no bucket");
    assert_eq!(error, ObjectError::NoSuchBucket);
    let error = store.put("none", "k", vec![]).await.expect_err("no bucket");
    assert_eq!(error, ObjectError::NoSuchBucket);
    let parts = store.multipart().expect("it takes parts");
    let error = parts.begin("none", "k").await.expect_err("no bucket");
    assert_eq!(error, ObjectError::NoSuchBucket);
}

#[tokio::test]
async fn an_object_is_created_from_its_parts() {
    let server = S3Server::start().await;
    server.bucket("out");
    let store = objects(&server);
    let parts = store.multipart().expect("it takes parts");
    let id = parts.begin("out", "rows").await.expect("the bucket exists");
    let upload = Upload::new("out", "rows", id);
    let first = parts.part(&upload, 1, 0, "1\n2\n".into()).await;
    let second = parts.part(&upload, 2, 4, "3\n".into()).await;
    assert_eq!(server.get("out", "rows"), None);
    let tags = [first.expect("a tag"), second.expect("a tag")];
    for attempt in 0..2 {
        // The object of the first one stays.
        let completed = parts.complete(&upload, &tags).await;
        completed.unwrap_or_else(|error| panic!("attempt {attempt}: {error}"));
        assert_eq!(
            server.get("out", "rows").as_deref(),
            Some(&b"1\n2\n3\n"[..])
        );
    }
}

#[tokio::test]
async fn an_upload_that_is_gone_without_an_object_is_an_error() {
    let server = S3Server::start().await;
    server.bucket("out");
    let store = objects(&server);
    let parts = store.multipart().expect("it takes parts");
    let upload = Upload::new("out", "rows", "expired");
    let error = parts.complete(&upload, &["\"t\"".to_owned()]).await;
    let error = error.expect_err("there is no object").to_string();
    assert!(error.contains("Error Code: NoSuchUpload"), "{error}");
}

#[test]
fn a_service_without_an_endpoint_has_no_objects() {
    let endpoints = Endpoints::new().with("sqs=http://127.0.0.1:9");
    let calls = ServiceCalls::builder().endpoints(endpoints.expect("it is valid"));
    assert!(calls.build().objects().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_list_has_the_keys_with_the_prefix_of_all_pages(
        keys in prop::collection::btree_set("[ab/+ %&\u{e4}\u{1}]{1,4}", 0..12),
        prefix in "[ab/]{0,2}",
        page in 1..5_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let server = S3Server::start().await;
            server.bucket("data");
            server.page(page);
            for key in &keys {
                server.put("data", key, key.as_bytes());
            }
            let listed = objects(&server).list("data", &prefix).await.expect("the bucket exists");
            let listed: Vec<_> = listed.into_iter().map(|object| (object.key, object.size)).collect();
            let expected: Vec<_> = keys
                .iter()
                .filter(|key| key.starts_with(&prefix))
                .map(|key| (key.clone(), u64::try_from(key.len()).expect("a short key")))
                .collect();
            prop_assert_eq!(listed, expected);
            Ok(())
        })?;
    }
}
