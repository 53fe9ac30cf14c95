//! A shop's stock: the price of a cart, which the web shop requests, and the reordering of
//! articles, which runs each night and whenever an article was sold.

mod domain;
mod tasks;
mod workflows;

pub use domain::{Cart, CartError, Line, Need, Offer, Restocked, Stock, WarehouseError};
pub use tasks::{count_stock, price_cart};
pub use workflows::{Quote, Restock};
