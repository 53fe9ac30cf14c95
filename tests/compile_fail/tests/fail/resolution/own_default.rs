use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Limits {
    most: u32,
}

impl Limits {
    fn default() -> Limits {
        Limits { most: 7 }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { most: 1 }
    }
}

workflow! {
    workflow Check(_n: u32) -> Limits {
        succeed Done { Limits::default() }
    }
}

fn main() {}
