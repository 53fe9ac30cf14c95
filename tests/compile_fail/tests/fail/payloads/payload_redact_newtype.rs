use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct CardNumber(#[payload(redact)] String);

fn main() {}
