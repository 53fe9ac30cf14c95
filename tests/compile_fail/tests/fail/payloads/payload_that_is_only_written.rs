use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    #[serde(skip_deserializing)]
    total: f64,
}

fn main() {}
