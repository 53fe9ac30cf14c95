use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(into = "f64")]
struct Total {
    cents: u32,
}

impl From<Total> for f64 {
    fn from(total: Total) -> f64 {
        f64::from(total.cents) / 100.0
    }
}

fn main() {}
