use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, Payload)]
struct Money(f64);

impl<'a> std::iter::Sum<&'a Money> for f64 {
    fn sum<I: Iterator<Item = &'a Money>>(_: I) -> f64 {
        3.0
    }
}

workflow! {
    workflow Check(list: Vec<Money>) -> f64 {
        succeed Done { list.iter().sum::<f64>() }
    }
}

fn main() {}
