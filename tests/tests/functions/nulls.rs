//! `null` as the single argument of a task and of a nested workflow arrives as `null`, although
//! Lambda and StartExecution replace it by `{}`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Numbers {
    one: Option<i64>,
    list: Vec<Option<i64>>,
    text: Option<String>,
    order: Option<Order>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Optional {
    note: Option<String>,
}

#[task]
async fn number(n: Option<i64>) -> String {
    format!("{n:?}")
}

#[task]
async fn text(value: Option<String>) -> String {
    format!("{value:?}")
}

#[task]
async fn order(value: Option<Order>) -> String {
    value.map_or("no order".to_owned(), |order| order.id)
}

#[task]
async fn unit(nothing: ()) -> String {
    format!("{nothing:?}")
}

#[workflow]
async fn tasks(input: Numbers) -> Vec<String> {
    let one = number(input.one).await;
    let none = number(None).named("NumberOfNone").await;
    let text = text(&input.text).await;
    let order = order(&input.order).await;
    let nothing = unit(()).await;
    let mut all = map(&input.list, async |n| number(n).named("InMap").await).await;
    all.extend(vec![one, none, text, order, nothing]);
    all
}

#[workflow]
async fn child(n: Option<i64>) -> String {
    if let Some(n) = n {
        format!("some {n}")
    } else {
        "none".to_owned()
    }
}

#[workflow]
async fn unit_child(nothing: ()) -> String {
    unit(nothing).await
}

#[workflow]
async fn text_child(value: Option<String>) -> String {
    value.unwrap_or("none".to_owned())
}

#[workflow]
async fn order_child(value: Option<Order>) -> String {
    value.map_or("none".to_owned(), |order| order.id)
}

#[workflow(express)]
async fn express_child(n: Option<i64>) -> i64 {
    n.unwrap_or(-1)
}

#[workflow]
async fn parent(input: Numbers) -> Vec<String> {
    let one = child(input.one).await;
    let none = child(None).named("ChildOfNone").await;
    let text = text_child(&input.text).await;
    let order = order_child(&input.order).await;
    let nothing = unit_child(()).await;
    let quick = express_child(input.one).await;
    let mut all = map(&input.list, async |n| child(n).named("InMap").await).await;
    all.extend(vec![one, none, text, order, nothing, format!("{quick}")]);
    all
}

fn inputs() -> [Value; 3] {
    [
        json!({"one": null, "list": [null, 1, null], "text": null, "order": null}),
        json!({"one": 5, "list": [], "text": "t", "order": {"id": "o", "note": null}}),
        json!({"one": 0, "list": [1], "text": "", "order": {"id": "null", "note": "n"}}),
    ]
}

async fn outputs<W: stepwright::Workflow<Input = Numbers>>(engine: &Engine, input: &Value) -> Value
where
    W::Output: Serialize,
{
    let input: Numbers = serde_json::from_value(input.clone()).unwrap();
    let run = engine.start::<W>(input).await.unwrap();
    serde_json::to_value(run.await.unwrap()).unwrap()
}

#[tokio::test]
async fn null_arrives_as_the_argument_of_a_task() {
    let engine = Engine::builder().register::<Tasks>().virtual_time();
    let engine = engine.build().unwrap();
    for input in inputs() {
        let plain = tasks_in_rust(&input);
        assert_eq!(outputs::<Tasks>(&engine, &input).await, plain);
    }
}

fn tasks_in_rust(input: &Value) -> Value {
    let input: Numbers = serde_json::from_value(input.clone()).unwrap();
    serde_json::to_value(PlainRun::new().block_on(tasks(input)).unwrap()).unwrap()
}

#[tokio::test]
async fn null_arrives_as_the_input_of_a_nested_workflow() {
    let engine = Engine::builder()
        .register::<Parent>()
        .register::<Child>()
        .register::<TextChild>()
        .register::<OrderChild>()
        .register::<UnitChild>()
        .register::<ExpressChild>()
        .virtual_time()
        .build()
        .unwrap();
    for input in inputs() {
        let numbers: Numbers = serde_json::from_value(input.clone()).unwrap();
        let plain = PlainRun::new().block_on(parent(numbers)).unwrap();
        assert_eq!(outputs::<Parent>(&engine, &input).await, json!(plain));
    }
}

#[task]
async fn any(value: Value) -> bool {
    value.is_null()
}

#[task]
async fn table(value: Option<BTreeMap<String, i64>>) -> bool {
    value.is_some()
}

#[task]
async fn optional(value: Option<Optional>) -> bool {
    value.is_some()
}

#[workflow]
async fn sends_any(value: Value) -> bool {
    any(value).await
}

#[workflow]
async fn sends_a_table(value: Option<BTreeMap<String, i64>>) -> bool {
    table(value).await
}

#[workflow]
async fn sends_an_optional_struct(value: Option<Optional>) -> bool {
    optional(value).await
}

/// These arguments are never `null`.
#[workflow]
async fn sends_values(value: BTreeMap<String, i64>) -> bool {
    let first = table(Some(value)).await;
    let second = optional(Some(Optional { note: None })).await;
    first && second
}

#[test]
fn a_null_that_would_become_another_value_is_refused() {
    let faults = [
        SendsAny::build().unwrap_err().to_string(),
        SendsATable::build().unwrap_err().to_string(),
        SendsAnOptionalStruct::build().unwrap_err().to_string(),
    ];
    for fault in faults {
        assert!(fault.contains("may be `null`"), "{fault}");
        assert!(fault.contains("a struct with a field `value`"), "{fault}");
    }
}

#[tokio::test]
async fn a_value_that_is_never_null_is_sent() {
    let engine = Engine::builder().register::<SendsValues>().virtual_time();
    let engine = engine.build().unwrap();
    let run = engine.start::<SendsValues>(BTreeMap::new()).await.unwrap();
    assert!(run.await.unwrap());
}
