//! The functions. Each is a separate Lambda function; in tests the engine calls them.

use crate::domain::{Cart, CartError, Need, Offer, Stock, WarehouseError};
use stepwright::prelude::*;

/// Adds up the price of a cart.
#[task]
pub async fn price_cart(cart: Cart) -> Result<Offer, CartError> {
    let mut cents = 0;
    for line in cart.lines {
        let price = match line.article.as_str() {
            "loom" => 99_00,
            "yarn" => 4_50,
            _ => {
                return Err(CartError::UnknownArticle {
                    article: line.article,
                });
            }
        };
        cents += price * u64::from(line.pieces);
    }
    Ok(Offer {
        cents,
        currency: "EUR".to_owned(),
    })
}

/// Counts the pieces of an article. A real function would query the warehouse.
#[task]
pub async fn count_stock(need: Need) -> Result<Stock, WarehouseError> {
    match need.article.as_str() {
        "silk" => Err(WarehouseError::Closed {
            until: "2026-11-22T06:00:00Z".to_owned(),
        }),
        article => Ok(Stock {
            pieces: article.len() as u32,
        }),
    }
}
