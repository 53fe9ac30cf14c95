use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    #[serde(rename(serialize = "total", deserialize = "sum"))]
    total: f64,
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Line {
    #[payload(hidden)]
    sku: String,
}

fn main() {}
