use serde_json::{Value as Json, json};
use stepwright_engine::objects::Memory;
use stepwright_testing::Mocks;

use crate::distributed::support::{echo, engine, failure, map_run, output, reader, run, run_in};

/// Returns how many items each batch has.
fn lengths(output: &Json) -> Vec<usize> {
    let batches = output.as_array().unwrap().iter();
    batches
        .map(|batch| batch["Items"].as_array().unwrap().len())
        .collect()
}

#[tokio::test]
async fn batches_have_a_maximum_number_of_items_and_a_shared_input() {
    let definition = echo(json!({
        "ItemsPath": "$.items",
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"day.$": "$.day", "fixed": true}},
        "ItemSelector": {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"}
    }));
    let input = json!({"items": ["a", "b", "c"], "day": "monday"});
    let engine = engine(&definition, &Memory::new(), &Mocks::new());
    let report = run_in(&engine, input).await;
    let shared = json!({"day": "monday", "fixed": true});
    assert_eq!(
        output(&report),
        json!([
            {"BatchInput": shared, "Items": [{"v": "a", "i": 0}, {"v": "b", "i": 1}]},
            {"BatchInput": shared, "Items": [{"v": "c", "i": 2}]}
        ])
    );
    let run = map_run(&engine, &report);
    assert_eq!((run.items.succeeded, run.executions.succeeded), (3, 2));
    assert_eq!((run.items.total, run.executions.total), (3, 2));
}

#[tokio::test]
async fn batches_have_a_maximum_number_of_bytes() {
    // `{"Items":["aaaaa","aaaaa"]}` has 27 bytes.
    for (bytes, expected) in [
        (27, vec![2, 1]),
        (26, vec![1, 1, 1]),
        (35, vec![3]),
        (1, vec![1, 1, 1]),
    ] {
        let definition = echo(json!({"ItemBatcher": {"MaxInputBytesPerBatch": bytes}}));
        let items = json!(["aaaaa", "aaaaa", "aaaaa"]);
        let report = run(&definition, &Memory::new(), items).await;
        assert_eq!(lengths(&output(&report)), expected, "{bytes}");
    }
}

#[tokio::test]
async fn a_batch_may_be_as_large_as_an_input() {
    let definition = echo(json!({
        "ItemBatcher": {"MaxItemsPerBatch": 1000}, "ResultPath": null, "End": true
    }));
    let items: Vec<Json> = (0..4).map(|_| json!("x".repeat(60_000))).collect();
    let engine = engine(&definition, &Memory::new(), &Mocks::new());
    let report = run_in(&engine, json!(items)).await;
    output(&report);
    assert_eq!(map_run(&engine, &report).executions.total, 1);
    let items: Vec<Json> = (0..5).map(|_| json!("x".repeat(52_000))).collect();
    let report = run_in(&engine, json!(items)).await;
    output(&report);
    assert_eq!(map_run(&engine, &report).executions.total, 1);
}

#[tokio::test]
async fn the_first_reached_batch_limit_applies_also_with_limits_from_paths() {
    let definition = echo(json!({
        "ItemsPath": "$.items",
        "ItemBatcher": {"MaxItemsPerBatchPath": "$.most", "MaxInputBytesPerBatchPath": "$.bytes"}
    }));
    let items: Vec<u32> = (0..5).collect();
    let input = json!({"items": items, "most": "3", "bytes": 15});
    let report = run(&definition, &Memory::new(), input).await;
    // `{"Items":[0,1]}` has 15 bytes.
    assert_eq!(lengths(&output(&report)), [2, 2, 1]);
    let input = json!({"items": items, "most": 3, "bytes": 10_000});
    let report = run(&definition, &Memory::new(), input).await;
    assert_eq!(lengths(&output(&report)), [3, 2]);
    let input = json!({"items": items, "most": "x", "bytes": 10_000});
    let report = run(&definition, &Memory::new(), input).await;
    assert!(failure(&report).1.ends_with(
        "The MaxItemsPerBatchPath field refers to value \"x\" which is not a valid integer: $.most"
    ));
}

#[tokio::test]
async fn a_batch_contains_items_of_one_object_or_several() {
    let store = Memory::new()
        .with("b", "k", "s3://b/1\ns3://b/2\n")
        .with("b", "1", "1\n2\n3\n")
        .with("b", "2", "4\n5\n");
    let definition = echo(json!({
        "ItemReader": reader(json!({"ManifestType": "ATHENA_DATA", "InputType": "JSONL"})),
        "ItemBatcher": {"MaxItemsPerBatch": 2}
    }));
    let report = run(&definition, &store, json!({})).await;
    assert_eq!(
        output(&report),
        json!([{"Items": [1, 2]}, {"Items": [3, 4]}, {"Items": [5]}])
    );
}
