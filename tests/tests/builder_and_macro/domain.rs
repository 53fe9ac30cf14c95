//! The types and tasks of the workflows in `docs/reference/language.md`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::asl::json::Json;
use stepwright::builder::BuiltWorkflow;
use stepwright::prelude::*;

macro_rules! payloads {
    ($($name:ident { $($field:ident: $of:ty),* })+) => {$(
        #[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Payload)]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $(pub $field: $of),* }
    )+};
}

payloads! {
    Customer { vip: bool }
    Item { sku: String }
    Order { id: String, total: f64, items: Vec<Item>, customer: Customer, ship_at: String, delay: u32 }
    Checked { id: String, total: f64, card: String, items: Vec<Item>, customer: Customer }
    Charge { amount: f64, card: String }
    Paid { id: String }
    Receipt { order_id: String }
    Quote { amount: f64 }
    Job { id: String, delay: u32 }
    JobState { finished: bool }
    Answer { approved: bool, reviewer: String }
    Row { key: String }
    Source { rows: Vec<Row>, table_name: String, bucket: String, key: String, limit: u32, share: f64 }
    Target { table: String }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub enum Decision {
    Approved { by: String },
    Refused { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
pub enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    Declined { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
pub enum OrderError {
    #[error("invalid: {reason}")]
    Invalid { reason: String },
}

#[task]
pub async fn validate_order(order: Order) -> Result<Checked, OrderError>;
#[task]
pub async fn charge_card(payment: Charge) -> Result<Paid, PaymentError>;
#[task]
pub async fn quote(order: Order) -> Quote;
#[task]
pub async fn job_state(id: String) -> JobState;
#[task]
pub async fn request_review(order: Order, task_token: String);
#[task]
pub async fn ask_reviewer(order: Order, task_token: String);
#[task]
pub async fn pack(items: Vec<Item>) -> Vec<String>;
#[task]
pub async fn pack_item(item: Item, order_id: String) -> String;
#[task]
pub async fn send_invoice(order: Order) -> String;
#[task]
pub async fn store(row: Row, table: String) -> String;
#[task]
pub async fn store_all(rows: Batch<Row, Target>) -> u32;

/// Asserts that both are the same text.
#[track_caller]
pub fn same<W: Workflow, In, Out>(built: &BuiltWorkflow<In, Out>) {
    assert_eq!(
        without_labels(&built.to_json_pretty()),
        without_labels(&W::definition().to_json_pretty()),
        "left the builder's, right the macro's"
    );
    assert!(built.warnings().is_empty(), "{:?}", built.warnings());
}

/// A definition without the comments of Choice rules: the conditions in Rust, which the macro alone
/// knows.
pub fn without_labels(definition: &str) -> String {
    let mut json: Json = definition.parse().expect("is JSON");
    remove_labels(&mut json);
    json.to_pretty()
}

fn remove_labels(json: &mut Json) {
    match json {
        Json::Object(members) => {
            if let Some(Json::Array(rules)) = members.get_mut("Choices") {
                for rule in rules {
                    if let Json::Object(rule) = rule {
                        rule.shift_remove("Comment");
                    }
                }
            }
            members.values_mut().for_each(remove_labels);
        }
        Json::Array(items) => items.iter_mut().for_each(remove_labels),
        _ => {}
    }
}
