use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Line {
    sku: String,
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    line: Line,
}

fn main() {}
