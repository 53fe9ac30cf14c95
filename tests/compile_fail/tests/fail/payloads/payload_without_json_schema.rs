use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::{Payload, task};

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
pub struct Line {
    pub text: String,
}

#[derive(Serialize, Deserialize, Payload)]
pub struct Ticket {
    pub line: Line,
}

#[task]
async fn print_ticket(ticket: Ticket);

fn main() {}
