//! Tickets that are given back: what somebody would get for one, asked by the app, and the refund itself.

mod domain;
mod tasks;
mod workflows;

pub use domain::{RefundError, Refunded, Terms, Ticket};
pub use tasks::{look_up_terms, refund_payment};
pub use workflows::{RefundTerms, RefundTicket};
