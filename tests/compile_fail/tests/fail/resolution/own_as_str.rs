use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Status(String);

impl Status {
    fn as_str(&self) -> &str {
        "open"
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    status: Status,
}

workflow! {
    workflow Check(order: Order) -> bool {
        succeed Done { order.status.as_str() == "open" }
    }
}

fn main() {}
