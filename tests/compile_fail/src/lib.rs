//! An order domain, as a user's crate would have it, for the mistakes in `tests/fail` to be made with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::{Payload, TaskError, task};

/// An order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order {
    /// Its number.
    pub id: String,
    /// What it costs.
    pub total: f64,
    /// Whether the customer is a special one.
    pub vip: bool,
    /// What is in it.
    pub items: Vec<Item>,
}

/// One line of an order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Item {
    /// What it is.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// A payment that went through.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Charge {
    /// Its number.
    pub id: String,
}

/// A packed item.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Parcel {
    /// Where it is.
    pub tracking: String,
}

/// The customer's receipt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Receipt {
    /// The order's number.
    pub order_id: String,
    /// The payment's number.
    pub charge_id: String,
}

/// What a reviewer says.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub enum Decision {
    /// Go on.
    Approved,
    /// Stop.
    Refused {
        /// Why.
        reason: String,
    },
}

/// How an order is wrong.
#[derive(Debug, thiserror::Error, TaskError)]
pub enum OrderError {
    /// It makes no sense.
    #[error("invalid: {reason}")]
    Invalid {
        /// Why.
        reason: String,
    },
}

/// How a payment fails.
#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    /// Nobody answered.
    #[error("the gateway did not answer")]
    GatewayTimeout,
    /// The bank declined the charge.
    #[error("declined: {reason}")]
    Declined {
        /// Why.
        reason: String,
    },
}

/// Rejects malformed orders.
#[task]
pub async fn validate_order(order: Order) -> Result<Order, OrderError>;

/// Charges the customer.
#[task]
pub async fn charge_card(order: Order) -> Result<Charge, PaymentError>;

/// Packs one item.
#[task]
pub async fn pack_item(item: Item) -> Parcel;

/// Gives the money back.
#[task]
pub async fn refund(charge: Charge);

/// Asks a reviewer.
#[task]
pub async fn request_review(order: Order, task_token: String);

/// A function that is no task.
pub async fn plain_function(order: Order) -> Order {
    order
}

/// How a workflow of orders fails.
#[derive(Debug, thiserror::Error, TaskError)]
pub enum OrderFailed {
    /// The order is refused.
    #[error("rejected: {reason}")]
    Rejected {
        /// Why.
        reason: String,
    },
    /// The payment was returned.
    #[error("refunded")]
    Refunded,
    /// The order is malformed. It keeps its name.
    #[error(transparent)]
    #[task_error(transparent)]
    Malformed(#[from] OrderError),
    /// The payment failed. The error gets a new name.
    #[error("the payment failed")]
    Unpaid(#[from] PaymentError),
}
