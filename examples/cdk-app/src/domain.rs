//! The types of the workflows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    pub id: String,
    pub show: String,
    pub cents: u64,
}

/// The refund for a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Terms {
    pub cents: u64,
    /// Why the refund is less than the price.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Refunded {
    pub transfer: String,
    pub cents: u64,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum RefundError {
    #[error("the bank is closed")]
    BankClosed,
    #[error("account {account} is gone")]
    AccountGone { account: String },
}
