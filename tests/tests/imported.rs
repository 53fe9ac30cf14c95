//! Sources that `stepwright import` wrote: they compile, and emit the definitions that they came
//! from.

#![allow(unreachable_pub)] // as they are written

#[path = "imported/checkout.rs"]
mod checkout;
#[path = "imported/discount.rs"]
mod discount;
#[path = "imported/odds.rs"]
mod odds;
#[path = "imported/order_processing.rs"]
pub(crate) mod order_processing;
#[path = "imported/page.rs"]
mod page;
#[path = "imported/shapes.rs"]
mod shapes;

use serde_json::{Value, json};
use stepwright::Definition;
use stepwright_runtime::Engine;

fn assert_same(file: &str, imported: &Definition) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let value = |json: &str| serde_json::from_str::<Value>(json).unwrap();
    assert_eq!(value(&imported.to_json()), value(&text), "{file}");
}

#[test]
fn imported_workflows_emit_their_original_definitions() {
    assert_same(
        "../examples/asl/checkout.asl.json",
        &checkout::Checkout::definition(),
    );
    assert_same(
        "../examples/asl/discount.asl.json",
        &discount::Discount::definition(),
    );
    assert_same("tests/imported/odds.asl.json", &odds::Odds::definition());
    assert_same(
        "tests/imported/order_processing.asl.json",
        &order_processing::OrderProcessing::definition(),
    );
    assert_same(
        "tests/imported/shapes.asl.json",
        &shapes::Shapes::definition(),
    );
}

#[tokio::test]
async fn an_imported_workflow_runs() {
    let engine = Engine::builder()
        .register::<discount::Discount>()
        .virtual_time()
        .build()
        .unwrap();
    let input =
        json!({ "customer": "Ada", "orders": 12, "lines": [{ "price": 100, "quantity": 2 }] });
    let run = engine.start::<discount::Discount>(input).await.unwrap();
    let output = run.await.unwrap();
    assert_eq!(
        output,
        json!({ "customer": "Ada", "discount": 20, "toPay": 180 })
    );
}
