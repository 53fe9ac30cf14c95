use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(untagged)]
enum Amount {
    Whole { units: u32 },
    Parts { grams: f64 },
}

workflow! {
    workflow Weigh(amount: Amount) -> f64 {
        pass Which {
            end match amount {
                Amount::Whole { .. } => 1.0,
                Amount::Parts { grams } => grams,
            };
        }
    }
}

fn main() {}
