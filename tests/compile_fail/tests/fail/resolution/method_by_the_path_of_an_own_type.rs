use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Status(String);

impl Status {
    fn as_str(&self) -> &str {
        "open"
    }
}

workflow! {
    workflow Check(list: Vec<Status>) -> String {
        succeed Done { list.iter().map(Status::as_str).collect::<Vec<_>>().concat() }
    }
}

fn main() {}
