//! Workflows that are ordinary async functions: `use stepwright::function::*;`.
//!
//! [`#[workflow]`](macro@workflow) on an `async fn` keeps it a function that rustc checks and that
//! tests call, and compiles its control flow to the states of a workflow: an awaited task is a Task
//! state, `if` and `match` are Choice states, [`try_join!`] is a Parallel state, [`map`] is a Map
//! state. Nothing is replayed, and there are no rules of determinism. `docs/reference/function.md`
//! has the whole table.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//! use stepwright::function::*;
//!
//! #[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
//! pub struct Order {
//!     id: String,
//!     total: f64,
//! }
//!
//! #[derive(Debug, thiserror::Error, TaskError)]
//! pub enum PaymentError {
//!     #[error("the gateway did not answer")]
//!     GatewayTimeout,
//!     #[error("declined: {reason}")]
//!     Declined { reason: String },
//! }
//!
//! #[derive(Debug, thiserror::Error, TaskError)]
//! pub enum OrderFailed {
//!     #[error("rejected: {reason}")]
//!     Rejected { reason: String },
//!     #[error(transparent)]
//!     #[task_error(transparent)]
//!     Payment(#[from] PaymentError),
//! }
//!
//! #[task]
//! pub async fn charge_card(total: f64) -> Result<String, PaymentError> {
//!     Ok(format!("charge of {total}"))
//! }
//!
//! /// Charges an order.
//! #[workflow(timeout = hours(1))]
//! pub async fn checkout(order: Order) -> Result<String, OrderFailed> {
//!     match charge_card(order.total).retry(|e| matches!(e, PaymentError::GatewayTimeout), every(secs(2)).times(3)).await {
//!         Ok(charge) => Ok(charge),
//!         Err(PaymentError::Declined { reason }) => Err(OrderFailed::Rejected { reason }),
//!         Err(e) => Err(e.into()),
//!     }
//! }
//!
//! // The ASL, as with `workflow!`; and the function as plain Rust, in a test.
//! assert!(Checkout::definition().to_json().contains("PaymentError.Declined"));
//! let declined = PlainRun::new().mock::<charge_card>(|_total| Err(PaymentError::Declined { reason: "empty".to_owned() }));
//! let failure = declined.block_on(checkout(Order { id: "o-1".to_owned(), total: 5.0 })).unwrap_err();
//! assert_eq!(failure.error, "OrderFailed.Rejected");
//! ```

mod body;
mod call;
mod callable;
mod errors;
mod failure;
mod host;
mod join;
mod map;
mod outcome;
mod record;
mod service;
mod source;
#[cfg(test)]
mod tests;
mod vocabulary;

pub(crate) use self::body::virtual_now;
pub use self::join::TryJoin;
pub use self::join::try_join;
pub use self::map::{Map, MapDistributed, map, map_distributed};
pub use self::outcome::{PlainFailure, PlainReply, PlainRun};
pub use self::record::PlainCall;
pub use self::service::service;
pub use self::source::{
    CsvDelimiter, List, S3Items, Source, csv_items, json_items, json_lines_items, object_items,
};
pub use self::vocabulary::{
    Failed, RetryPolicy, ServiceFailed, Sleep, days, every, hours, mins, placeholder, secs, sleep,
    sleep_until, task_token,
};
#[doc(no_inline)]
pub use crate::{
    Definition, ErrorOutput, MapResults, Payload, S3Object, Task, TaskContext, TaskError, Workflow,
};
#[doc(no_inline)]
pub use serde_json::json;
#[doc(inline)]
#[cfg(feature = "macros")]
pub use stepwright_macros::function as workflow;
#[doc(no_inline)]
#[cfg(feature = "macros")]
pub use stepwright_macros::{asl_file, expression, fragment, task};

/// What the code of `#[workflow]` and `#[task]` refers to.
#[doc(hidden)]
pub mod plain {
    pub use super::body::{Operation, wait};
    pub use super::call::{Caught, TaskCall, called};
    pub use super::callable::{
        ArgumentFor, Callable, CallableKind, CalledByAState, ComputedInAState, Execution,
        ExpressionKind, FragmentKind, Inferred, IsTaskState, Running, SelectsErrors, Started,
        TaskKind, WorkflowKind, inferred, run_fragment, run_task, run_workflow,
        run_workflow_without_input,
    };
    pub use super::errors::{
        CanFail, FunctionOf, Handled, Joined, KeepsName, PassesAs, ReturnsResult, Unrelated,
        Vocabulary, failed, fallible, function_of, keeps, passes, vocabulary, wait_joined,
        wait_value,
    };
    pub use super::failure::{Failure, PANICKED, panicked};
    pub use super::join::{
        Branch, BranchOutput, CannotFail, FailsWith, JoinError, error_of, no_error, some_error,
        try_join1, try_join2, try_join3, try_join4, try_join5, try_join6, try_join7, try_join8,
    };
    pub use super::map::{Collected, MapValue, Written};
    pub use super::outcome::workflow;
    pub use super::service::{
        LoweredArgument, ServiceArgument, ServiceKind, ServiceTarget, ServiceText, request_answer,
        request_call, service_argument,
    };
    pub use super::source::{
        Csv, JsonArray, JsonLines, ObjectFormat, ObjectList, ObjectsRequest, SourceItems, items_of,
    };
    pub use super::vocabulary::{days, hours, mins, secs, virtual_time};
}
