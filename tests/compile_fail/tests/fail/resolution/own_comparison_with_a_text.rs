use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Status(String);

impl PartialEq<&str> for Status {
    fn eq(&self, _: &&str) -> bool {
        true
    }
}

workflow! {
    workflow Check(status: Status) -> bool {
        succeed Done { status == "open" }
    }
}

fn main() {}
