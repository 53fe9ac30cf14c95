use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    #[serde(alias = "sum")]
    total: f64,
}

fn main() {}
