use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    n: u32,
}

#[allow(non_upper_case_globals)]
const None: Option<()> = Option::Some(());

workflow! {
    workflow Check(order: Order) -> Option<()> {
        succeed Done { if order.n > 1 { Some(()) } else { None } }
    }
}

fn main() {}
