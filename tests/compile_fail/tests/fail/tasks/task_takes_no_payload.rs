use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Ticket {
    number: u32,
}

#[task]
async fn print(ticket: Ticket) -> u32 {
    ticket.number
}

fn main() {}
