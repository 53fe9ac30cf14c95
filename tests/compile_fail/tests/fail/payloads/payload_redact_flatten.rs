use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Card {
    number: String,
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    #[serde(flatten)]
    #[payload(redact)]
    card: Card,
}

fn main() {}
