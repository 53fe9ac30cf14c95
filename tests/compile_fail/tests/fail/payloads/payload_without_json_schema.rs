use stepwright::{task, Payload};

#[derive(serde::Serialize, serde::Deserialize, Payload)]
pub struct Ticket {
    pub id: String,
}

#[task]
async fn print_ticket(ticket: Ticket);

fn main() {}
