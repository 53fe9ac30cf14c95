use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Bag(Vec<u32>);

impl IntoIterator for Bag {
    type Item = u32;
    type IntoIter = std::vec::IntoIter<u32>;

    fn into_iter(self) -> Self::IntoIter {
        vec![7].into_iter()
    }
}

workflow! {
    workflow Check(bags: Vec<Bag>) -> Vec<u32> {
        pass First { let all: Vec<u32> = bags.into_iter().flat_map(|bag| bag).collect(); next Done; }
        succeed Done { bags.into_iter().flatten().chain(all.into_iter()).collect::<Vec<_>>() }
    }
}

fn main() {}
