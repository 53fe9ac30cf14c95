//! The tasks. Each is idempotent: what it asks for bears the order's id, so that asking twice does it once. So a task that was at work
//! when the process ended simply runs again.

use stepwright::prelude::*;

use super::domain::{Order, Payment, PaymentError};

/// Where the service is reached from outside.
#[derive(Debug)]
pub struct Site {
    /// Such as `http://127.0.0.1:3000`.
    pub url: String,
}

/// Sends the approver a link that answers the token. Here, "sends" means "prints".
#[task(idempotent)]
pub async fn ask_approver(context: &TaskContext, order: Order, task_token: String) {
    let url = context.state::<Site>().map_or("", |site| &site.url);
    let Order {
        id,
        customer,
        article,
        cents,
    } = order;
    println!(
        "to the approver: {customer} orders {article} for {}: {url}/orders/{id}/approval/{task_token}",
        price(cents)
    );
}

/// Charges the customer's card. One of `Mallory` is declined.
#[task(idempotent)]
pub async fn charge_card(order: Order) -> Result<Payment, PaymentError> {
    if order.customer == "Mallory" {
        let reason = "no such card".to_owned();
        return Err(PaymentError::Declined { reason });
    }
    Ok(Payment {
        charge: format!("charge-{}", order.id),
        cents: order.cents,
    })
}

/// Hands the order to the carrier and gives the number under which it travels.
#[task(idempotent)]
pub async fn ship(order: Order) -> String {
    format!("parcel-{}", order.id)
}

/// An amount as people write it.
pub fn price(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
