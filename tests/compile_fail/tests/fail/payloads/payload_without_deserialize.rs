use schemars::JsonSchema;
use serde::Serialize;
use stepwright::{Payload, task, workflow};

#[derive(Serialize, JsonSchema, Payload)]
pub struct Ticket {
    pub id: String,
}

#[task]
async fn print_ticket(ticket: Ticket, copies: u32) -> Ticket;

workflow! {
    workflow Tickets(ticket: Ticket) -> Ticket {
        task Print { let printed = print_ticket(ticket, 2); end printed; }
    }
}

fn main() {}
