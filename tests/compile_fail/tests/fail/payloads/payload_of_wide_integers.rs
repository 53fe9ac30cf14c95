use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::Payload;

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
pub struct Ticket {
    pub id: u128,
}

fn main() {}
