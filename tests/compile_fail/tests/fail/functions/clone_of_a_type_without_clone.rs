use stepwright::function::*;
use stepwright_compile_fail::*;

#[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, stepwright::Payload)]
pub struct Ticket {
    id: String,
}

#[task]
async fn open(id: String) -> Ticket;

#[task]
async fn close(ticket: Ticket);

#[workflow]
async fn orders(order: Order) {
    let ticket = open(order.id).await;
    close(ticket.clone()).await;
    close(ticket).await;
}

fn main() {}
