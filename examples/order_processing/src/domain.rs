//! The data of the states: orders, decisions, payments, parcels, and the errors of the tasks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

/// An order as the shop's front end sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub id: String,
    pub customer: Customer,
    pub items: Vec<Item>,
    pub card: Card,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Customer {
    pub name: String,
    pub vip: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    pub sku: String,
    pub quantity: u32,
    pub unit_price: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Card {
    pub number: String,
}

/// An order that passed validation; the total is computed once, here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct CheckedOrder {
    pub id: String,
    pub total: f64,
    pub customer: Customer,
    pub items: Vec<Item>,
    pub card: Card,
}

/// A reviewer's decision.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Decision {
    Approved { by: String },
    Refused { reason: String },
}

/// A request to the payment gateway.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Payment {
    pub amount: f64,
    pub card: Card,
}

/// A payment that went through.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Charge {
    pub charge_id: String,
    pub amount: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Parcel {
    pub tracking: String,
    pub sku: String,
}

/// The result that the customer receives.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub order_id: String,
    pub payment: Charge,
    pub parcels: Vec<Parcel>,
    pub invoice: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum OrderError {
    #[error("not a valid order: {reason}")]
    Invalid { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    #[task_error(name = "CardDeclined")]
    Declined { reason: String },
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum WarehouseError {
    #[error("{sku} is out of stock")]
    OutOfStock { sku: String },
}
