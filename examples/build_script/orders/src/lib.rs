//! The workflows of the orders team: a library that the service runs. The service's build script
//! emits its ASL.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

/// The customer's order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order {
    /// The order's number.
    pub id: String,
    /// In euros.
    pub total: f64,
}

/// The customer's receipt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The order's number.
    pub order_id: String,
    /// The paid amount, in euros.
    pub paid: f64,
}

/// The errors of charging a card.
#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    /// The bank declined the charge.
    #[error("declined: {reason}")]
    Declined {
        /// The bank's reason.
        reason: String,
    },
}

/// Charges the customer's card. The function itself is deployed elsewhere, so it has no body here.
#[task]
pub async fn charge_card(order: Order) -> Result<Receipt, PaymentError>;

workflow! {
    /// Charges an order.
    pub workflow Checkout(order: Order) -> Receipt {
        timeout 1h;
        lambda_retries;

        choice Check {
            when order.total > 0.0 => Charge;
            otherwise => Free;
        }

        task Charge {
            let receipt = charge_card(order);
            catch PaymentError::Declined { reason } => Declined;
            next Paid;
        }

        succeed Paid { receipt }
        succeed Free { Receipt { order_id: order.id, paid: 0.0 } }
        fail Declined { "CardDeclined", reason }
    }
}

stepwright::workflows! {
    /// All workflows of this crate.
    pub fn workflows: Checkout
}
