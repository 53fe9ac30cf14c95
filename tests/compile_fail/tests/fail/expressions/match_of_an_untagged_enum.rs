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
        choice Which {
            match amount {
                Amount::Whole { .. } => Count,
                Amount::Parts { grams } => Done,
            }
        }
        pass Count { let grams = 0.0; next Done; }
        succeed Done { grams }
    }
}

fn main() {}
