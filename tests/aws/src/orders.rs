//! Tasks and workflows that run in process, on Lambda and in activity workers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::{Payload, TaskContext, TaskError, task, workflow};
use stepwright_aws::lambda::lambda_runtime;

/// An order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Its id.
    pub order_id: String,
    /// Its price.
    pub total: f64,
    /// Its items.
    pub items: Vec<Item>,
}

/// An item of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Item {
    /// Its article number.
    pub sku: String,
    /// How many.
    pub count: u32,
}

impl Order {
    /// An order with this total.
    #[must_use]
    pub fn of(total: f64) -> Self {
        Self {
            order_id: "o-1".to_owned(),
            total,
            items: Vec::new(),
        }
    }
}

/// Why a card is not charged.
#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    /// The gateway is slow.
    #[error("the gateway did not answer")]
    GatewayTimeout,
    /// The bank declines.
    #[error("declined: {reason}")]
    Declined {
        /// The bank's reason.
        reason: String,
        /// The highest amount that the bank would accept.
        limit: f64,
        /// Only for the log.
        #[task_error(skip)]
        card: String,
    },
}

/// Charges a card.
#[task]
pub async fn charge_card(order: Order) -> Result<String, PaymentError> {
    if order.total < 0.0 {
        return Err(PaymentError::GatewayTimeout);
    }
    if order.total > 1_000.0 {
        return Err(PaymentError::Declined {
            reason: "over the \"limit\" ✋".to_owned(),
            limit: 1_000.0,
            card: "4242".to_owned(),
        });
    }
    Ok(format!("receipt of {}", order.order_id))
}

/// Panics.
#[task]
pub async fn fall_over(order: Order) -> String {
    panic!("order {} fell over", order.order_id);
}

/// How often the state of a process was created, and how many calls it has counted.
#[derive(Debug, Default)]
pub struct Counter(std::sync::atomic::AtomicU32);

/// Counts its calls in the state that all calls of a process share, and returns the name of the called Lambda function.
#[task]
pub async fn count_calls(context: &TaskContext, id: String) -> Result<String, PaymentError> {
    let counter = context
        .state::<Counter>()
        .ok_or(PaymentError::GatewayTimeout)?;
    let calls = counter.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
    let request = context.state::<lambda_runtime::Context>();
    let request = request.map_or("", |request| request.request_id.as_str());
    Ok(format!("{id} {calls} {request}"))
}

/// Returns the context of the call.
#[task(context)]
pub async fn tell_caller(context: &TaskContext, id: String) -> String {
    format!(
        "{id}: {} {} {} {}",
        context.execution().unwrap_or("-"),
        context.state_name().unwrap_or("-"),
        context
            .attempt()
            .map_or("-".to_owned(), |attempt| attempt.to_string()),
        context.start_time().unwrap_or("-"),
    )
}

/// Doubles a number.
#[task(name = "TwoTimes")]
pub async fn double(number: u32, plus: Option<u32>) -> u32 {
    number * 2 + plus.unwrap_or_default()
}

/// Numbers of several types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Numbers {
    /// 64 bits.
    pub signed: i64,
    /// 64 bits, up to twice as large.
    pub unsigned: u64,
    /// A float.
    pub float: f64,
    /// 128 bits.
    #[payload(opaque)]
    pub wide: i128,
}

/// Returns the numbers that it sees.
#[task]
pub async fn same_numbers(numbers: Numbers) -> Numbers {
    numbers
}

/// Requests an answer, which is sent with the token.
#[task]
pub async fn ask_bank(order: Order, task_token: String);

workflow! {
    /// Charges a card that is a Lambda function.
    pub workflow LambdaOrders(order: Order) -> String {
        task Charge {
            let receipt = charge_card(order);
            catch PaymentError::Declined { reason, limit, .. } => Reject;
            catch PaymentError::GatewayTimeout => Late;
            next Done;
        }
        succeed Done { receipt }
        succeed Late { "late".to_owned() }
        succeed Reject { format!("{reason} / {limit}") }
    }
}

workflow! {
    /// Charges a card by an activity.
    pub workflow ActivityOrders(order: Order) -> String {
        deploy activity;
        task Charge {
            let receipt = charge_card(order);
            catch PaymentError::Declined { reason, limit, .. } => Reject;
            catch PaymentError::GatewayTimeout => Late;
            next Done;
        }
        succeed Done { receipt }
        succeed Late { "late".to_owned() }
        succeed Reject { format!("{reason} / {limit}") }
    }
}
