//! Exploration of Distributed Maps.

use serde_json::{Value as Json, json};
use stepwright_runtime::objects::Memory;
use stepwright_runtime::testing::{Bounds, Exploration, explore};

use crate::testing::support::machine;

async fn found(definition: &Json, bounds: Bounds) -> Exploration {
    explore(&machine(definition), &bounds).await.unwrap()
}

/// A Distributed Map whose children call a function and then take a choice.
fn distributed(more: Json) -> Json {
    let mut each = json!({
        "Type": "Map", "Next": "Done",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Call", "States": {
                "Call": {
                    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f",
                    "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}], "Next": "Large?",
                },
                "Large?": {"Type": "Choice", "Default": "Small", "Choices": [
                    {"Variable": "$.total", "NumericGreaterThan": 10, "Next": "Large"},
                ]},
                "Large": {"Type": "Pass", "End": true},
                "Small": {"Type": "Pass", "End": true},
            },
        },
    });
    for (key, value) in more.as_object().unwrap() {
        each[key] = value.clone();
    }
    json!({"StartAt": "Each", "States": {
        "Each": each, "Done": {"Type": "Succeed"}, "Sorry": {"Type": "Succeed"},
    }})
}

fn totals() -> Bounds {
    Bounds::new()
        .function_sample("f", json!({"total": 5}))
        .function_sample("f", json!({"total": 50}))
}

#[tokio::test]
async fn the_children_of_a_distributed_map_are_covered() {
    let definition = distributed(json!({
        "ItemsPath": "$.items",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
    }));
    let found = found(&definition, totals().input(json!({"items": [1]}))).await;
    assert!(found.is_clean() && found.is_complete, "{found}");
    assert_eq!(found.never_reached(), [""; 0]);
}

#[tokio::test]
async fn an_item_reader_has_placeholder_items_without_objects() {
    let reader = json!({
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        "Parameters": {"Bucket": "b", "Key": "k"},
    });
    let named = [
        "States.ItemReaderFailed",
        "States.ExceedToleratedFailureThreshold",
    ];
    let definition = distributed(json!({
        "ItemReader": reader,
        "Catch": [{"ErrorEquals": [named[0]], "Next": "Sorry"}, {"ErrorEquals": [named[1]], "Next": "Sorry"}],
    }));
    let found = found(&definition, totals()).await;
    assert!(found.is_clean() && found.is_complete, "{found}");
    assert_eq!(found.never_reached(), [""; 0]);
}

#[tokio::test]
async fn a_failure_of_a_placeholder_item_suggests_real_items() {
    let mut definition = distributed(json!({
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "b", "Key": "k"},
        },
    }));
    definition["States"]["Each"]["ItemProcessor"]["States"]["Call"]["Parameters"] =
        json!({"id.$": "$.id"});
    let empty = found(&definition, totals()).await;
    assert!(
        empty
            .to_string()
            .contains("the items of `Each` are placeholders: give them with `Bounds::items`"),
        "{empty}"
    );
    let given = totals().items("Each", [json!({"id": 1})]);
    let text = found(&definition, given).await.to_string();
    assert!(!text.contains("made up"), "{text}");
}

#[tokio::test]
async fn an_item_reader_reads_the_given_objects() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "End": true,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Parameters": {"Bucket": "b", "Key": "k"},
        },
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out"}},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "Kind", "States": {
                "Kind": {"Type": "Choice", "Choices": [
                    {"Variable": "$.kind", "StringEquals": "a", "Next": "A"},
                    {"Variable": "$.kind", "StringEquals": "b", "Next": "B"},
                ]},
                "A": {"Type": "Succeed"}, "B": {"Type": "Succeed"},
            },
        },
    }}});
    let store = Memory::new().with("b", "k", "kind\na\nb\n");
    let given = found(&definition, Bounds::new().objects(store.clone())).await;
    given.assert_clean();
    assert_eq!(given.never_reached(), [""; 0]);
    assert_eq!(store.keys("out"), [""; 0], "an exploration writes nothing");

    let items = [json!({"kind": "a"}), json!({"kind": "b"})];
    let listed = found(&definition, Bounds::new().items("Each", items)).await;
    listed.assert_clean();
    assert_eq!(listed.never_reached(), [""; 0]);
}

#[tokio::test]
async fn a_failing_result_writer_is_explored_if_a_catcher_names_it() {
    let definition = distributed(json!({
        "ItemsPath": "$.items",
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out"}},
        "Catch": [{"ErrorEquals": ["States.ResultWriterFailed"], "Next": "Sorry"}],
    }));
    let found = found(&definition, totals().input(json!({"items": [1]}))).await;
    assert!(found.never_reached().is_empty(), "{found}");
}

#[tokio::test]
async fn an_uncaught_error_of_an_item_is_reported_with_its_map() {
    let definition = distributed(json!({"ItemsPath": "$.items"}));
    let found = found(
        &definition,
        totals()
            .input(json!({"items": [1]}))
            .error("Call", "Broken"),
    )
    .await;
    let told: Vec<String> = found.uncaught.iter().map(ToString::to_string).collect();
    assert!(
        told[0].starts_with(
            "`States.ExceedToleratedFailureThreshold` of `Each` is not caught (The specified tolerated failure threshold was exceeded; \
             in an item `Call` fails with `"
        ),
        "{told:?}"
    );
}

#[tokio::test]
async fn an_item_that_waits_for_a_token_is_stuck() {
    let mut definition = distributed(json!({"ItemsPath": "$.items"}));
    definition["States"]["Each"]["ItemProcessor"]["States"]["Call"] = json!({
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Parameters": {"QueueUrl": "q", "MessageBody": {"Token.$": "$$.Task.Token"}},
    });
    let found = found(&definition, Bounds::new().input(json!({"items": [1]}))).await;
    assert_eq!(found.stuck.len(), 1, "{found}");
    assert!(
        found.stuck[0].states.contains(&"Call".to_owned()),
        "{found}"
    );
}

#[tokio::test]
async fn exploration_of_nested_maps_is_bounded() {
    let items: Vec<u32> = (0..20_000).collect();
    let inner = json!({
        "Type": "Map", "End": true, "ItemsPath": "$.items", "ItemSelector": {"items.$": "$.items"},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Round", "States": {
                "Round": {"Type": "Pass", "Next": "Again"}, "Again": {"Type": "Pass", "Next": "Round"},
            },
        },
    });
    let mut definition = distributed(json!({
        "ItemsPath": "$.items", "ItemSelector": {"items.$": "$.items"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
    }));
    definition["States"]["Each"]["ItemProcessor"]["StartAt"] = json!("Inner");
    definition["States"]["Each"]["ItemProcessor"]["States"] = json!({ "Inner": inner });
    let started = std::time::Instant::now();
    let found = found(&definition, Bounds::new().input(json!({ "items": items }))).await;
    assert!(!found.is_complete);
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exploration_on_many_threads_is_deterministic() {
    let definition = distributed(json!({
        "ItemsPath": "$.items",
        "ToleratedFailurePercentage": 50,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
    }));
    let bounds = || totals().input(json!({"items": [1, 2, 3]})).runs(60);
    let first = found(&definition, bounds()).await;
    for _ in 0..5 {
        let again = found(&definition, bounds()).await;
        assert_eq!(again.to_string(), first.to_string());
        assert_eq!(again.coverage, first.coverage);
    }
}

mod typed {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use stepwright::prelude::*;

    #[derive(Clone, Serialize, Deserialize, JsonSchema, Payload)]
    #[serde(tag = "kind")]
    pub(super) enum Row {
        Order { total: f64 },
        Refund { reason: String },
    }

    #[task]
    pub(super) async fn store(text: String) -> bool;

    #[task]
    pub(super) async fn store_all(rows: Vec<Row>) -> bool;

    workflow! {
        pub(super) workflow Rows(bucket: String) -> Vec<bool> {
            map Each {
                distributed;
                reader "arn:aws:states:::s3:getObject" (input_type: JSON) { Bucket: bucket, Key: "rows.json" };
                let stored = for row: Row in reader {
                    choice Kind {
                        match row {
                            Row::Refund { reason } => Store,
                            Row::Order { .. } => Skip,
                        }
                    }
                    task Store { let stored = store(reason); end stored; }
                    pass Skip { end false; }
                };
                end stored;
            }
        }

        pub(super) workflow Batches(bucket: String) -> Vec<bool> {
            map Each {
                distributed;
                reader "arn:aws:states:::s3:getObject" (input_type: JSON) { Bucket: bucket, Key: "rows.json" };
                batch (max_items: 1);
                let stored = for rows: Batch<Row> in reader {
                    choice Any {
                        when matches!(rows.items[0], Row::Refund { .. }) => Store;
                        otherwise => Skip;
                    }
                    task Store { let stored = store_all(rows.items); end stored; }
                    pass Skip { end false; }
                };
                end stored;
            }
        }
    }
}

#[tokio::test]
async fn an_item_reader_generates_rows_of_the_type_of_the_body() {
    use stepwright_runtime::testing::explore_workflow;

    let found = explore_workflow::<typed::Rows>(&Bounds::new()).await;
    let found = found.unwrap();
    assert!(found.is_complete && found.hidden.is_empty(), "{found}");
    assert_eq!(found.never_reached(), [""; 0]);
    let found = explore_workflow::<typed::Batches>(&Bounds::new()).await;
    let found = found.unwrap();
    assert!(found.is_complete && found.hidden.is_empty(), "{found}");
    assert_eq!(found.never_reached(), [""; 0]);
    // Items of the bounds take precedence.
    let bounds = Bounds::new().items("Each", [json!({"kind": "Order", "total": 1})]);
    let found = explore_workflow::<typed::Rows>(&bounds).await.unwrap();
    assert!(found.never_reached()[0].contains("`Store`"));
}
