//! The workflow as an async function. It differs from `workflow.rs` in its errors: they are values
//! of the type `OrderFailed`, and the Fail states have the names of its variants.

use super::domain::{Decision, Order, OrderError, Payment, PaymentError, Receipt};
use super::tasks::{
    charge_card, pack_item, refund_card, request_review, send_invoice, validate_order,
};
use stepwright::function::*;

/// The errors of an order that is not fulfilled.
#[derive(Debug, thiserror::Error, TaskError)]
pub enum OrderFailed {
    #[error("{reason}")]
    #[task_error(name = "OrderRejected")]
    Rejected { reason: String },
    #[error("no decision in time")]
    #[task_error(name = "ReviewExpired")]
    Expired,
    #[error("the card was refunded")]
    #[task_error(name = "FulfilmentFailed")]
    Refunded,
    /// The gateway did not answer, also not after the retries.
    #[error(transparent)]
    #[task_error(transparent)]
    Payment(#[from] PaymentError),
}

/// Validates, charges and fulfils an order; refunds the card when fulfilment fails.
#[workflow(timeout = days(7), lambda_retries)]
pub async fn order_processing(order: Order) -> Result<Receipt, OrderFailed> {
    // Rejects malformed orders before any money moves.
    let checked = match validate_order(&order).await {
        Ok(checked) => checked,
        Err(OrderError::Invalid { reason }) => return Err(OrderFailed::Rejected { reason }),
    };

    // A human decides about large orders.
    #[state(Triage)]
    if checked.total > 1_000.0 && !checked.customer.vip {
        #[state(Decide)]
        match request_review(&checked, task_token())
            .timeout(days(3))
            .heartbeat(days(1))
            .named("Review")
            .await
        {
            Ok(Decision::Approved { .. }) => {}
            Ok(Decision::Refused { reason }) => return Err(OrderFailed::Rejected { reason }),
            Err(Failed::Timeout) => return Err(OrderFailed::Expired),
            Err(Failed::Task(never)) => match never {},
        }
    }

    let payment = match charge_card(Payment {
        amount: checked.total,
        card: checked.card.clone(),
    })
    .retry(
        |e| matches!(e, PaymentError::GatewayTimeout),
        every(secs(2)).times(3).backoff(2.0),
    )
    .await
    {
        Ok(payment) => payment,
        Err(PaymentError::Declined { reason }) => return Err(OrderFailed::Rejected { reason }),
        Err(e) => return Err(e.into()),
    };

    // Packs every item and sends the invoice, at the same time.
    match try_join!(
        map(&checked.items, async |item| pack_item(item, &checked.id)
            .await)
        .concurrency(10)
        .named("PackItems"),
        send_invoice(&payment),
    )
    .named("FulfillOrder")
    .await
    {
        Ok((parcels, invoice)) => Ok(Receipt {
            order_id: checked.id,
            payment,
            parcels,
            invoice,
        }),
        Err(_) => {
            refund_card(&payment).named("RefundCustomer").await;
            Err(OrderFailed::Refunded)
        }
    }
}
