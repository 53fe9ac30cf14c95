//! The data of the states.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

/// An order as the shop sends it. Amounts are in cents.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order {
    /// Also the name of its execution: an order that is sent twice is one order.
    pub id: String,
    pub customer: String,
    pub article: String,
    pub cents: u64,
}

/// A person's decision about a large order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Decision {
    Approved { by: String },
    Refused { reason: String },
}

/// A payment that went through.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Payment {
    pub charge: String,
    pub cents: u64,
}

/// The result that the shop receives.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Receipt {
    pub order: String,
    pub payment: Payment,
    pub tracking: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    Declined { reason: String },
}
