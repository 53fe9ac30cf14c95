use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, Payload)]
struct Money(u32);

impl std::ops::Add<u32> for Money {
    type Output = u32;
    fn add(self, _: u32) -> u32 {
        3
    }
}

workflow! {
    workflow Check(money: Money) -> u32 {
        succeed Done { money + 1 }
    }
}

fn main() {}
