use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Name(String);

impl std::ops::Deref for Name {
    type Target = String;
    fn deref(&self) -> &String {
        &self.0
    }
}

impl Name {
    fn len(&self) -> usize {
        1
    }
}

workflow! {
    workflow Check(name: Name) -> bool {
        succeed Done { name.is_empty() }
    }
}

fn main() {}
