use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Choice {
    None,
    Some(u32),
}

use Choice::None;

workflow! {
    workflow Check(option: Option<u32>) -> bool {
        succeed Done { option == None }
    }
}

fn main() {}
