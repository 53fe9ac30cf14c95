use schemars::JsonSchema;
use serde::Deserialize;
use stepwright::function::*;

#[derive(Deserialize, JsonSchema, Payload)]
pub struct Ticket {
    pub id: String,
}

#[task]
async fn print_ticket(ticket: Ticket, copies: u32) -> Ticket {
    let _ = copies;
    ticket
}

#[workflow]
async fn tickets(ticket: Ticket) -> Ticket {
    print_ticket(ticket, 2).await
}

fn main() {}
