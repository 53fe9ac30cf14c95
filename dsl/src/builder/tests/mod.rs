//! The ASL of each call of the builder, and the faults of `build`.

mod asl;
mod faults;
mod rules;
mod variables;

use super::*;
use crate::workflow::WorkflowDiagnostic;
use crate::{Payload, QueryLanguage, TaskError, errors, expr, task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    total: f64,
    items: Vec<Item>,
    wait_for: u32,
    ship_at: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Item {
    sku: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Charge {
    charge_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Decision {
    Approved,
    Refused,
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    Declined { reason: String, code: u32 },
}

#[task]
async fn charge_card(order: Order) -> Result<Charge, PaymentError>;

#[task]
async fn pack_item(item: Item, order_id: String) -> String;

#[task]
async fn pack(item: Item) -> String;

#[task]
async fn tick() -> u32;

#[task]
async fn ask(order: Order, task_token: String);

/// The ASL of one state of a built workflow.
fn state<In: Payload, Out: Payload>(flow: &FlowBuilder<In, Out>, name: &str) -> Value {
    let built = flow.build().unwrap_or_else(|faults| panic!("{faults:#?}"));
    let machine: Value = serde_json::from_str(&built.to_json()).unwrap();
    machine["States"][name].clone()
}

fn faults<In: Payload, Out: Payload>(flow: &FlowBuilder<In, Out>) -> Vec<String> {
    let faults = flow.build().unwrap_err();
    faults.iter().map(state_and_message).collect()
}

/// A diagnostic without its line of Rust and its code.
fn state_and_message(diagnostic: &WorkflowDiagnostic) -> String {
    let mut text = match &diagnostic.location.state {
        Some(state) => format!("in state `{state}`: {}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("; {help}"));
    }
    text
}
