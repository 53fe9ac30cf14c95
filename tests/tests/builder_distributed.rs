//! Distributed Maps and raw fields of the typed builder.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::builder::{Access, AnyInput, Batches, Body, FlowBuilder, States};
use stepwright::prelude::*;
use stepwright::{MachineType, expr};
use stepwright_runtime::{Engine, StartOptions};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Import {
    bucket: String,
    table: String,
    rows: Vec<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Place {
    table: String,
}

#[task]
async fn store(batch: Batch<u32, Place>) -> String {
    format!("{} in {}", batch.items.len(), batch.input.table)
}

#[task]
async fn double(row: u32) -> u32 {
    row * 2
}

fn machine<In: Payload, Out: Payload>(flow: &FlowBuilder<In, Out>) -> Value {
    serde_json::from_str(&flow.build().unwrap().to_json()).unwrap()
}

fn in_batches() -> FlowBuilder<Import, Vec<String>> {
    let body = Body::<Batch<u32, Place>, String>::new();
    let one = body.declare("Store");
    body.start_at(&one);
    body.task(&one, store {}).end();
    let flow = FlowBuilder::new("Importing");
    let all = flow.declare::<Import>("Import");
    let failed = flow.declare("Failed");
    flow.start_at(&all);
    let place = expr!(|import: Import| Place {
        table: import.table
    });
    flow.distributed_map_in_batches(
        &all,
        expr!(|import: Import| import.rows),
        Batches::of_items(2).with_input(place),
        MachineType::Express,
        body,
    )
    .max_concurrency(5)
    .label("Importing")
    .tolerated_percentage(10)
    .catch(States::ALL, &failed)
    .end();
    flow.fail::<ErrorOutput>(&failed, "Failed", ());
    flow
}

#[test]
fn a_batched_distributed_map_emits_all_its_settings() {
    assert_eq!(
        machine(&in_batches())["States"]["Import"],
        json!({
            "Type": "Map",
            "Items": "{% $states.input.rows %}",
            "ItemBatcher": { "BatchInput": { "table": "{% $states.input.table %}" }, "MaxItemsPerBatch": 2 },
            "MaxConcurrency": 5,
            "ToleratedFailurePercentage": 10,
            "Label": "Importing",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
                "StartAt": "Store",
                "States": {
                    "Store": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "Arguments": { "FunctionName": "${StoreArn}", "Payload": "{% $states.input %}" },
                        "Output": "{% $states.result.Payload %}",
                        "End": true
                    }
                }
            },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }],
            "End": true
        })
    );
}

#[tokio::test]
async fn a_batched_distributed_map_runs() {
    let built = in_batches().build().unwrap();
    let engine = Engine::builder()
        .register_built(&built)
        .virtual_time()
        .build()
        .unwrap();
    let import = Import {
        bucket: "b".into(),
        table: "orders".into(),
        rows: vec![1, 2, 3],
    };
    let run = engine
        .start_built(&built, import, StartOptions::new())
        .await
        .unwrap();
    assert_eq!(run.await.unwrap(), ["2 in orders", "1 in orders"]);
}

#[test]
fn readers_and_writers_emit_their_own_resource_and_arguments() {
    let body = Body::<u32, u32>::new();
    let one = body.declare("Double");
    body.start_at(&one);
    body.task(&one, double {}).end();
    let flow = FlowBuilder::<Import, String>::new("Reading");
    let all = flow.declare::<Import>("Read");
    let done = flow.declare::<MapResults>("Done");
    flow.start_at(&all);
    let reader = Access::new("arn:aws:states:::s3:getObject")
        .setting("InputType", "JSON")
        .argument("Bucket", expr!(|import: Import| import.bucket).untyped());
    let writer = Access::new("arn:aws:states:::s3:putObject")
        .argument("Bucket", expr!(|import: Import| import.bucket).untyped());
    flow.distributed_map_of(&all, reader, MachineType::Standard, body)
        .writer(writer)
        .next(&done);
    flow.succeed_with(&done, expr!(|results: MapResults| results.manifest.key));
    let read = &machine(&flow)["States"]["Read"];
    assert_eq!(
        read["ItemReader"],
        json!({
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": { "InputType": "JSON" },
            "Arguments": { "Bucket": "{% $states.input.bucket %}" }
        })
    );
    assert_eq!(
        read["ResultWriter"],
        json!({
            "Resource": "arn:aws:states:::s3:putObject",
            "Arguments": { "Bucket": "{% $states.input.bucket %}" }
        })
    );
    assert_eq!(read["ItemSelector"], Value::Null);
}

#[test]
fn settings_of_distributed_maps_are_refused_on_inline_maps() {
    let body = Body::<u32, u32>::new();
    let one = body.declare("Double");
    body.start_at(&one);
    body.task(&one, double {}).end();
    let flow = FlowBuilder::<Import, Vec<u32>>::new("Inline");
    let all = flow.declare::<Import>("All");
    flow.start_at(&all);
    flow.map(&all, expr!(|import: Import| import.rows), body)
        .label("Mine")
        .end();
    let faults = flow.build().unwrap_err();
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(
        said.join("\n")
            .contains("`.label(..)` belongs to a Distributed Map"),
        "{said:?}"
    );
}

#[test]
fn raw_fields_are_emitted_verbatim() {
    let flow = FlowBuilder::<u32, u32>::new("Raw");
    let state = flow.declare("Double");
    flow.start_at(&state);
    flow.task(&state, double {})
        .raw("Credentials", json!({ "RoleArn": "${RoleArn}" }))
        .without("Output")
        .end();
    let double = &machine(&flow)["States"]["Double"];
    assert_eq!(double["Credentials"]["RoleArn"], "${RoleArn}");
    assert_eq!(double["Output"], Value::Null);
}

/// The item has a name in the ASL if outer values are passed next to it.
#[test]
fn an_unnamed_item_has_the_same_name_in_each_build() {
    let made = || {
        let flow = FlowBuilder::<Import, Vec<String>>::new("Importing");
        let import = flow.parameter("import");
        let all = flow.step("All");
        flow.start_at(&all);
        let body = Body::<u32, String>::new();
        let one = body.step("One");
        body.start_at(&one);
        body.pass(
            &one,
            expr!([import] |_: AnyInput| format!("{}", import.rows.len())),
        )
        .end();
        flow.distributed_map(
            &all,
            expr!([import] || import.rows),
            MachineType::Express,
            body,
        )
        .end();
        machine(&flow)["States"]["All"]["ItemSelector"].clone()
    };
    assert_eq!(made(), made());
    assert_eq!(made()["item_1"], "{% $states.context.Map.Item.Value %}");
}
