//! Returned tickets: the terms of a refund, which the app requests, and the refund itself.

mod domain;
mod tasks;
mod workflows;

pub use domain::{RefundError, Refunded, Terms, Ticket};
pub use tasks::{look_up_terms, refund_payment};
pub use workflows::{RefundTerms, RefundTicket};
