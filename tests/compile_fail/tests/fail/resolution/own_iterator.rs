use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Pages(u32);

impl Iterator for Pages {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        None
    }
}

workflow! {
    workflow Check(pages: Pages) -> Vec<u32> {
        succeed Done { pages.map(|n| n + 1).collect() }
    }
}

fn main() {}
