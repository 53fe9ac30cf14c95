//! `asl_file!`: definitions in files, with their tasks bound to functions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    total: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Charge {
    amount: f64,
    reference: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Charged {
    charge_id: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum ChargeError {
    #[error("the card was declined")]
    #[task_error(name = "CardDeclined")]
    Declined,
}

/// It is called by the name in the definition, not by its function's name.
#[task]
async fn charge(charge: Charge) -> Result<Charged, ChargeError> {
    if charge.amount > 5_000.0 {
        return Err(ChargeError::Declined);
    }
    Ok(Charged {
        charge_id: format!("{}: {}", charge.reference, charge.amount),
    })
}

#[task]
async fn call_customer(message: Value) -> Value {
    message
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Done {
    order: String,
    charge: String,
}

asl_file! {
    /// The machine of `examples/asl`, as it is deployed.
    workflow Checkout(order: Order) -> Done = "../examples/asl/checkout.asl.json" {
        Charge => charge;
        "CallCustomer" => call_customer;
    }
}

asl_file! {
    workflow Parent(order: Order) = "tests/asl_file/parent.asl.json" {
        "Check it out" => workflow Checkout;
    }
}

fn order(total: f64) -> Order {
    Order {
        id: "7".into(),
        total,
    }
}

#[tokio::test]
async fn a_definition_in_a_file_runs_with_its_bound_functions() {
    let engine = Engine::builder()
        .register::<Checkout>()
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Checkout>(order(2_000.0)).await.unwrap();
    let done = run.await.unwrap();
    assert_eq!(done.charge, "order-7: 2000");
    let run = engine.start::<Checkout>(order(6_000.0)).await.unwrap();
    let failed = run.await.unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("OrderDeclined"));
}

#[tokio::test]
async fn a_definition_in_a_file_starts_a_rust_workflow() {
    let engine = Engine::builder()
        .register::<Parent>()
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Parent>(order(10.0)).await.unwrap();
    assert_eq!(
        run.await.unwrap(),
        json!({ "order": "7", "charge": "order-7: 10" })
    );
}

#[test]
fn the_definition_equals_the_file() {
    let text = include_str!("../../examples/asl/checkout.asl.json");
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(value(&Checkout::definition().to_json()), value(text));
    let alone = asl_file!("../examples/asl/checkout.asl.json");
    assert_eq!(alone.name(), "checkout");
    assert_eq!(alone.machine(), Checkout::definition().machine());
}

#[test]
fn the_schemas_come_from_the_declared_types() {
    let schemas = Checkout::schemas();
    assert!(schemas.task("Charge").is_some(), "{schemas}");
}
