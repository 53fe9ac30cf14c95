use stepwright::function::*;

pub struct Ticket {
    pub id: String,
}

#[task]
async fn print_ticket(id: String) -> Ticket {
    Ticket { id }
}

#[workflow]
async fn tickets(id: String) -> String {
    let ticket = print_ticket(id).await;
    ticket.id
}

fn main() {}
