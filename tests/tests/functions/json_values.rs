//! `json!` of `serde_json` as a value of functions and of `workflow!`: the states build the JSON
//! that Rust builds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::function::*;
use stepwright::services::dynamodb;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    lines: Vec<Line>,
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    note: Option<String>,
    #[serde(rename = "Ratio")]
    ratio: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Line {
    name: String,
    note: Option<String>,
}

#[task]
async fn echo(value: Value) -> Value {
    value
}

#[expression]
fn attribute(text: &str) -> Value {
    json!({ "S": text })
}

#[workflow]
async fn values(order: Order) -> Value {
    let table = "orders";
    let first = echo(json!({
        "id": { "S": order.id },
        "several": [order.ratio, null, order.limit, {}, [], order.note, true],
        "order": order,
        "{% $x %}": "$y",
    }))
    .await;
    let second =
        echo(serde_json::json!({ "call": echo(json!(3)).named("Inner").await, "first": first }))
            .named("Second")
            .await;
    let lines = order
        .lines
        .iter()
        .map(|line| json!({ "name": line.name, "note": line.note, "of": order.id }))
        .collect::<Vec<_>>();
    let nothing = json!(null);
    json!({
        "second": second,
        "lines": lines,
        "table": table,
        "nothing": nothing,
        "attribute": attribute(&order.id),
        "nested": json!([1, "x", -2.5]),
        "chosen": if order.ratio > 1.0 { json!({ "a": 1 }) } else { json!([]) },
    })
}

#[workflow]
async fn save(order: Order) -> Value {
    let item =
        json!({ "id": attribute(&order.id), "lines": { "N": order.lines.len().to_string() } });
    match service(dynamodb::put_item("orders", &item)).await {
        Ok(_) => item,
        Err(_) => json!({ "failed": order.id }),
    }
}

mod graph {
    use super::{Order, echo};
    use stepwright::prelude::*;

    workflow! {
        pub(super) workflow Graph(order: Order) -> serde_json::Value {
            pass Make {
                let made = json!({
                    "id": { "S": order.id },
                    "lines": order.lines.iter().map(|line| json!({ "n": line.name, "of": order.id })).collect::<Vec<_>>(),
                });
                next Send;
            }
            task Send {
                let sent = echo(json!([made, null, order.limit]));
                next Done;
            }
            succeed Done { json!({ "sent": sent }) }
        }
    }
}

fn orders() -> Vec<Order> {
    let line = |note: Option<&str>| Line {
        name: "n".to_owned(),
        note: note.map(ToOwned::to_owned),
    };
    let lines = [vec![], vec![line(None)], vec![line(Some("x")), line(None)]];
    let notes = [None, Some("y".to_owned()), Some(String::new())];
    lines
        .into_iter()
        .zip(notes)
        .zip([None, Some(0), Some(-3)])
        .map(|((lines, note), limit)| Order {
            id: "o-1".to_owned(),
            ratio: lines.len() as f64 + 0.5,
            lines,
            limit,
            note,
        })
        .collect()
}

async fn on_the_engine<W: Workflow<Input = Order, Output = Value>>(order: &Order) -> Value {
    let engine = Engine::builder()
        .register::<W>()
        .virtual_time()
        .build()
        .expect("the workflow can be run");
    let run = engine.start::<W>(order.clone()).await.expect("it starts");
    run.await.expect("it succeeds")
}

#[tokio::test]
async fn a_function_builds_the_json_of_rust() {
    for order in orders() {
        let plain = PlainRun::new().block_on(values(order.clone()));
        let output = on_the_engine::<Values>(&order).await;
        assert_eq!(output, plain.expect("it succeeds"), "{order:?}");
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Stay {
    from: chrono::DateTime<chrono::Utc>,
    nights: Vec<chrono::NaiveDate>,
    id: uuid::Uuid,
}

#[workflow]
async fn stays(stay: Stay) -> Value {
    let sent = echo(json!({
        "from": stay.from,
        "parts": [stay.id, json!([stay.nights])],
        "list": vec![stay.id],
        "stay": stay,
    }))
    .await;
    let from = json!(stay.from);
    json!([sent, from, { "S": stay.id }])
}

#[tokio::test]
async fn json_has_the_spelling_of_serde() {
    let input = json!({
        "from": "2026-01-02T03:04:05.5000Z",
        "nights": ["2026-01-02", "2026-1-3"],
        "id": "67E55044-10B1-426F-9247-BB680E5FE0C8",
    });
    let stay: Stay = serde_json::from_value(input.clone()).expect("serde reads it");
    let plain = PlainRun::new().block_on(stays(stay));
    let engine = Engine::builder()
        .register::<Stays>()
        .virtual_time()
        .build()
        .expect("the workflow can be run");
    let start = engine.start_machine(Stays::NAME, input, stepwright_runtime::StartOptions::new());
    let output = start.await.expect("it starts").await.expect("it succeeds");
    assert_eq!(output.to_json(), plain.expect("it succeeds"));
}

#[tokio::test]
async fn a_workflow_of_states_builds_the_json_of_rust() {
    for order in orders() {
        let lines: Vec<Value> = order
            .lines
            .iter()
            .map(|line| json!({ "n": line.name, "of": order.id }))
            .collect();
        let made = json!({ "id": { "S": order.id }, "lines": lines });
        let expected = json!({ "sent": [made, null, order.limit] });
        assert_eq!(on_the_engine::<graph::Graph>(&order).await, expected);
    }
}

#[test]
fn an_argument_of_a_service_is_json_with_values() {
    let asl = Save::definition().to_json();
    assert!(asl.contains(r#""lines":{"N":"{% $string($count("#), "{asl}");
    let order = orders().swap_remove(0);
    let run = PlainRun::new().service::<dynamodb::PutItem>(|arguments| {
        assert_eq!(arguments["Item"]["id"]["S"], "o-1");
        Ok(json!({}))
    });
    let saved = run.block_on(save(order)).expect("it succeeds");
    assert_eq!(
        saved,
        json!({ "id": { "S": "o-1" }, "lines": { "N": "0" } })
    );
}
