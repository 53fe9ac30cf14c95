//! The workflows. `tests/asl.rs` writes their output to `asl/`, where `template.yaml` reads it.

use crate::domain::{Cart, CartError, Need, Offer, Restocked, WarehouseError};
use crate::tasks::{count_stock, price_cart};
use stepwright::prelude::*;

workflow! {
    /// Returns the price of a cart. The web shop waits for the result.
    pub workflow Quote(cart: Cart) -> Offer {
        express;
        timeout 20s;
        lambda_retries;

        task Price {
            let offer = price_cart(cart);
            catch CartError::UnknownArticle { article } => Unknown;
            end offer;
        }

        fail Unknown { "UnknownArticle", format!("there is no article {article}") }
    }

    /// Reorders an article if its stock is too low.
    pub workflow Restock(need: Need) -> Restocked {
        timeout 2d;
        lambda_retries;

        task Count {
            let stock = count_stock(need);
            catch WarehouseError::Closed { until } => WaitUntilOpen;
            next IsEnough;
        }

        wait WaitUntilOpen { timestamp until; next Count; }

        choice IsEnough {
            when stock.pieces >= need.wanted => Enough;
            otherwise => Order;
        }

        task Order {
            service "arn:aws:states:::sqs:sendMessage" {
                QueueUrl: placeholder!("PurchasingQueueUrl"),
                MessageBody: { article: need.article, pieces: need.wanted - stock.pieces }
            };
            next Ordered;
        }

        succeed Enough { Restocked { ordered: 0 } }
        succeed Ordered { Restocked { ordered: need.wanted - stock.pieces } }
    }
}
