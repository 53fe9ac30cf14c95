use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Id(u32);

impl From<Id> for String {
    fn from(_: Id) -> String {
        String::new()
    }
}

workflow! {
    workflow Check(id: Id) -> String {
        succeed Done { String::from(id) }
    }
}

fn main() {}
