//! The tasks. Each is idempotent: its requests contain the order's id, so that a repeated request
//! has one effect. So a task that was running when the process ended can run again.

use stepwright::prelude::*;

use super::domain::{Order, Payment, PaymentError};

/// The public address of the service.
#[derive(Debug)]
pub struct Site {
    /// The base URL, for example `http://127.0.0.1:3000`.
    pub url: String,
}

/// Sends the approver a link with the token. In this example, it prints the link.
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

/// Charges the customer's card. A card of `Mallory` is declined.
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

/// Passes the order to the carrier and returns the tracking number.
#[task(idempotent)]
pub async fn ship(order: Order) -> String {
    format!("parcel-{}", order.id)
}

/// Formats an amount for people.
pub fn price(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
