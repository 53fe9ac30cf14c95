//! A shop's stock: what a cart costs, asked by the web shop, and whether an article is to be ordered again, asked at night and whenever
//! something was sold.

mod domain;
mod tasks;
mod workflows;

pub use domain::{Cart, CartError, Line, Need, Offer, Restocked, Stock, WarehouseError};
pub use tasks::{count_stock, price_cart};
pub use workflows::{Quote, Restock};
