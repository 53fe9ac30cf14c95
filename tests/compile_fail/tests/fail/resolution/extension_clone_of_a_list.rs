use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    lines: Vec<u32>,
}

trait Copies {
    fn clone(self) -> Vec<u32>;
}

impl Copies for Vec<u32> {
    fn clone(self) -> Vec<u32> {
        vec![7]
    }
}

workflow! {
    workflow Check(order: Order) -> Vec<u32> {
        succeed Done { order.lines.clone() }
    }
}

fn main() {}
