//! The tasks: ordinary async functions. In the cloud each is a Lambda function; here the engine
//! calls them.

use std::sync::Mutex;

use tokio::sync::mpsc::UnboundedSender;

use super::domain::{
    Charge, CheckedOrder, Item, Order, OrderError, Parcel, Payment, PaymentError, WarehouseError,
};
use stepwright::prelude::*;
use stepwright_runtime::clock::{Clock, Hold};

/// Resources that the tasks share: clients and queues, like the database pool of a service.
#[derive(Debug)]
pub struct Services {
    /// The queue of requests for a human decision.
    pub reviews: UnboundedSender<ReviewRequest>,
    /// The engine's clock.
    pub clock: Clock,
    /// Cards whose first charge has already timed out.
    pub slow_cards: Mutex<Vec<String>>,
}

/// A request to a human reviewer, who sends the decision with the token.
#[derive(Debug)]
pub struct ReviewRequest {
    pub order: CheckedOrder,
    pub task_token: String,
    /// Stops virtual time until the request is handled.
    pub hold: Hold,
}

/// Rejects malformed orders and computes the total.
#[task]
pub async fn validate_order(order: Order) -> Result<CheckedOrder, OrderError> {
    if order.items.is_empty() {
        let reason = format!("order {} has no items", order.id);
        return Err(OrderError::Invalid { reason });
    }
    if let Some(item) = order.items.iter().find(|item| item.unit_price < 0.0) {
        let reason = format!("{} has a negative price", item.sku);
        return Err(OrderError::Invalid { reason });
    }
    let total = order
        .items
        .iter()
        .map(|item| item.unit_price * f64::from(item.quantity))
        .sum();
    Ok(CheckedOrder {
        id: order.id,
        total,
        customer: order.customer,
        items: order.items,
        card: order.card,
    })
}

/// Requests a human review of the order. The result follows later, with the token.
#[task]
pub async fn request_review(context: &TaskContext, order: CheckedOrder, task_token: String) {
    if let Some(services) = context.state::<Services>() {
        // Without a reader of the queue, the state times out.
        let hold = services.clock.hold();
        let _ = services.reviews.send(ReviewRequest {
            order,
            task_token,
            hold,
        });
    }
}

/// Charges a card. Cards ending in 0002 are declined; those ending in 0004 time out once.
#[task]
pub async fn charge_card(context: &TaskContext, payment: Payment) -> Result<Charge, PaymentError> {
    let number = payment.card.number;
    if number.ends_with("0002") {
        return Err(PaymentError::Declined {
            reason: "insufficient funds".to_owned(),
        });
    }
    if number.ends_with("0004")
        && let Some(services) = context.state::<Services>()
        && let Ok(mut slow) = services.slow_cards.lock()
        && !slow.contains(&number)
    {
        slow.push(number);
        return Err(PaymentError::GatewayTimeout);
    }
    Ok(Charge {
        charge_id: format!("ch_{}", &number[number.len().saturating_sub(4)..]),
        amount: payment.amount,
    })
}

/// Packs one item of an order.
#[task]
pub async fn pack_item(item: Item, order_id: String) -> Result<Parcel, WarehouseError> {
    if item.sku == "unicorn" {
        return Err(WarehouseError::OutOfStock { sku: item.sku });
    }
    Ok(Parcel {
        tracking: format!("{order_id}-{}", item.sku),
        sku: item.sku,
    })
}

/// Sends the invoice and returns its number.
#[task]
pub async fn send_invoice(payment: Charge) -> String {
    format!("inv_{}", payment.charge_id)
}

/// Refunds the payment.
#[task]
pub async fn refund_card(payment: Charge) {
    let _ = payment;
}
