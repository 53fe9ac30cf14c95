use stepwright::{task, Payload};

#[derive(serde::Deserialize, schemars::JsonSchema, Payload)]
pub struct Ticket {
    pub id: String,
}

#[task]
async fn print_ticket(ticket: Ticket);

fn main() {}
