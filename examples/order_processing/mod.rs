//! An e-commerce team's orders: validated, reviewed by a human where they are large, charged, fulfilled, and refunded when fulfilment fails.

mod domain;
mod orders;
mod tasks;
mod workflow;

pub use domain::*;
pub use orders::{Fate, orders};
pub use tasks::{ReviewRequest, Services};
pub use workflow::OrderProcessing;
