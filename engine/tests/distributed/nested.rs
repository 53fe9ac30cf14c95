use serde_json::json;
use stepwright_engine::objects::Memory;
use stepwright_testing::Mocks;

use crate::distributed::support::{echo, engine, machine_of, output, run, run_in};

#[tokio::test]
async fn a_child_execution_can_start_map_runs() {
    let store = Memory::new()
        .with("b", "1.jsonl", "1\n2\n")
        .with("b", "2.jsonl", "3\n");
    let inner = echo(json!({"Label": "rows", "ItemReader": {
        "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"},
        "Parameters": {"Bucket": "b", "Key.$": "$.Key"}
    }}));
    let mut inner = inner["States"]["M"].clone();
    inner["ItemProcessor"]["StartAt"] = json!("J");
    inner["ItemProcessor"]["States"] = json!({"J": {"Type": "Pass", "End": true}});
    let definition = machine_of(
        json!({ "I": inner }),
        json!({"Label": "files", "ItemReader": {
            "Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}
        }}),
    );
    let engine = engine(&definition, &store, &Mocks::new());
    let report = run_in(&engine, json!({})).await;
    assert_eq!(output(&report), json!([[1, 2], [3]]));
    let outer = engine
        .blocking_map_runs(report.execution().id())
        .unwrap()
        .remove(0);
    let child = &engine.blocking_map_run_executions(&outer.arn).unwrap()[0];
    let inner = engine.blocking_map_runs(&child.id).unwrap().remove(0);
    assert!(inner.arn.contains(":mapRun:m/files/rows:"), "{}", inner.arn);
    assert_eq!(inner.items.succeeded, 2);
    assert_eq!(
        engine.blocking_map_run_executions(&inner.arn).unwrap()[1].machine,
        "m/files/rows"
    );
}

#[tokio::test]
async fn inline_and_distributed_maps_can_be_nested() {
    let inline = json!({
        "Type": "Map", "End": true,
        "ItemProcessor": {"StartAt": "J", "States": {"J": {"Type": "Pass", "End": true}}}
    });
    let definition = machine_of(json!({ "I": inline }), json!({}));
    let report = run(&definition, &Memory::new(), json!([[1, 2], [3]])).await;
    assert_eq!(output(&report), json!([[1, 2], [3]]));
    let definition = json!({"StartAt": "P", "States": {"P": {
        "Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "O", "States": {"O": {
                "Type": "Map", "End": true,
                "ItemProcessor": echo(json!({})).pointer("/States/M").map(|map| {
                    json!({"StartAt": "M", "States": {"M": map}})
                })
            }}}
        ]
    }}});
    let report = run(&definition, &Memory::new(), json!([[1, 2], [3]])).await;
    assert_eq!(output(&report), json!([[[1, 2], [3]]]));
}
