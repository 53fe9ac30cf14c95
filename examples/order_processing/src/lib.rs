//! An e-commerce team's orders: validated, reviewed by a human where they are large, charged,
//! fulfilled, and refunded when fulfilment fails.

mod domain;
pub mod function;
mod orders;
mod tasks;
mod workflow;

pub use domain::*;
pub use orders::{Fate, orders};
pub use tasks::{
    ReviewRequest, Services, charge_card, pack_item, refund_card, request_review, send_invoice,
    validate_order,
};
pub use workflow::OrderProcessing;
