//! The types of the workflows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

/// A request for a price from the web shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Cart {
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Line {
    pub article: String,
    pub pieces: u32,
}

/// The price of a cart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Offer {
    pub cents: u64,
    pub currency: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum CartError {
    #[error("there is no article {article}")]
    UnknownArticle { article: String },
}

/// An article and its target stock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Need {
    pub article: String,
    pub wanted: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Stock {
    pub pieces: u32,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum WarehouseError {
    #[error("the warehouse takes stock until {until}")]
    Closed { until: String },
}

/// The number of ordered pieces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Restocked {
    pub ordered: u32,
}
