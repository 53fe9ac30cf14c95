//! The workflow with its own function, on virtual time.

use serde_json::json;
use std::sync::Arc;
use stepwright_runtime::testing::{AnyOutput, Mock, Mocks, expect};
use stepwright_runtime::{Engine, ExecutionReport};
use thumbnails::{MakeThumbnails, Picture};

async fn arrives(key: &str, list: Mock<AnyOutput>) -> Arc<ExecutionReport> {
    let engine = Engine::builder()
        .register::<MakeThumbnails>()
        .tasks(Mocks::new().state("List", list))
        .substitute("PicturesTable", "pictures")
        .virtual_time()
        .build();
    let engine = engine.expect("the engine can be built");
    let picture = Picture {
        bucket: "uploads".to_owned(),
        key: key.to_owned(),
    };
    let run = engine.start::<MakeThumbnails>(picture).await;
    run.expect("it starts").report().await
}

#[tokio::test]
async fn a_picture_gets_a_thumbnail_of_each_width_and_is_listed() {
    let report = arrives("loom.jpg", Mock::output(json!({}))).await;
    expect(&report)
        .output(json!([
            {"key": "loom-160.png", "width": 160},
            {"key": "loom-640.png", "width": 640},
            {"key": "loom-1280.png", "width": 1280},
        ]))
        .calls(
            "List",
            [json!({
                "TableName": "pictures",
                "Item": {
                    "picture": {"S": "loom.jpg"},
                    "srcset": {"S": "loom-160.png 160w, loom-640.png 640w, loom-1280.png 1280w"},
                    "template": {"S": "<img alt=\"%{alt}\">"},
                },
            })],
        );
}

#[tokio::test]
async fn a_file_that_is_not_a_picture_is_refused() {
    let report = arrives("loom.txt", Mock::output(json!({})).optional()).await;
    expect(&report)
        .failed("NoPicture")
        .cause("loom.txt is no picture");
}
