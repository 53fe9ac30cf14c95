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
    workflow Weigh(amounts: Vec<Option<Amount>>) -> Vec<bool> {
        pass Which {
            end amounts.iter().map(|amount| match amount {
                Some(Amount::Whole { .. }) => true,
                _ => false,
            }).collect::<Vec<_>>();
        }
    }
}

fn main() {}
