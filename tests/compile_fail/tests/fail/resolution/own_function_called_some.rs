use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    n: u32,
}

#[allow(non_snake_case)]
fn Some<T>(_: T) -> Option<T> {
    None
}

workflow! {
    workflow Check(order: Order) -> Option<u32> {
        succeed Done { Some(order.n) }
    }
}

fn main() {}
