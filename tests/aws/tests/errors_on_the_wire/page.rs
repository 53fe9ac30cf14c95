//! The code of docs/reference/errors-on-the-wire.md, and the page itself.

#![allow(unreachable_pub, reason = "as the page has it")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::{Payload, TaskError, task, workflow};

/// The page.
pub(crate) fn page() -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/errors-on-the-wire.md"
    );
    std::fs::read_to_string(path).expect("the page")
}

/// The block after a mark.
pub(crate) fn block(mark: &str) -> String {
    let page = page();
    let (_, rest) = page
        .split_once(&format!("<!-- {mark} -->"))
        .expect("a mark");
    let (_, rest) = rest.split_once("```").expect("a block");
    let (_, rest) = rest.split_once('\n').expect("its first line");
    let (block, _) = rest.split_once("\n```").expect("its end");
    block.to_owned()
}

/// The order to charge.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order {
    pub id: String,
    pub total: f64,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    #[task_error(name = "CardDeclined")]
    Declined {
        reason: String,
        limit: f64,
        #[task_error(skip)]
        card: String,
    },
}

#[task]
pub async fn charge_card(order: Order) -> Result<String, PaymentError> {
    if order.total < 0.0 {
        return Err(PaymentError::GatewayTimeout);
    }
    if order.total > 1_000.0 {
        return Err(PaymentError::Declined {
            reason: "over the limit".to_owned(),
            limit: 1_000.0,
            card: "4242".to_owned(),
        });
    }
    Ok(format!("receipt of {}", order.id))
}

workflow! {
    pub workflow Orders(order: Order) -> String {
        task Charge {
            let receipt = charge_card(order);
            catch PaymentError::Declined { reason, limit, .. } => Reject;
            catch PaymentError::GatewayTimeout => Late;
            next Done;
        }
        succeed Done { receipt }
        succeed Late { "the gateway is slow".to_owned() }
        succeed Reject { format!("{reason}, at most {limit}") }
    }
}

workflow! {
    /// The same by an activity.
    pub workflow ByActivity(order: Order) -> String {
        deploy activity;
        task Charge {
            let receipt = charge_card(order);
            catch PaymentError::Declined { reason, limit, .. } => Reject;
            catch PaymentError::GatewayTimeout => Late;
            next Done;
        }
        succeed Done { receipt }
        succeed Late { "the gateway is slow".to_owned() }
        succeed Reject { format!("{reason}, at most {limit}") }
    }
}

/// Requests a charge, whose result is sent with the token.
#[task]
pub async fn ask_to_charge(order: Order, task_token: String) -> Result<(), PaymentError>;

workflow! {
    /// The same by a token.
    pub workflow ByToken(order: Order) -> String {
        task Charge {
            let receipt: String = wait_for_task_token ask_to_charge(order, task_token);
            catch PaymentError::Declined { reason, limit, .. } => Reject;
            catch PaymentError::GatewayTimeout => Late;
            next Done;
        }
        succeed Done { receipt }
        succeed Late { "the gateway is slow".to_owned() }
        succeed Reject { format!("{reason}, at most {limit}") }
    }
}

/// A declaration of the task, which is implemented elsewhere.
pub(crate) mod declared {
    use super::{Order, PaymentError};
    use stepwright::{task, workflow};

    #[task]
    async fn charge_card(order: Order) -> Result<String, PaymentError>;

    workflow! {
        pub(crate) workflow Declared(order: Order) -> String {
            task Charge {
                let receipt = charge_card(order);
                catch PaymentError::Declined { reason, limit, .. } => Reject;
                catch PaymentError::GatewayTimeout => Late;
                next Done;
            }
            succeed Done { receipt }
            succeed Late { "the gateway is slow".to_owned() }
            succeed Reject { format!("{reason}, at most {limit}") }
        }
    }
}
