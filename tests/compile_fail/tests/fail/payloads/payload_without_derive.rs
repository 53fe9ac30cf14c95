use stepwright::{task, workflow};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Ticket {
    pub id: String,
}

#[task]
async fn print_ticket(ticket: Ticket);

workflow! {
    workflow Tickets(ticket: Ticket) {
        task Print { print_ticket(ticket); end; }
    }
}

fn main() {}
