//! AWS Step Functions workflows as type-checked Rust.
//!
//! A workflow is declared with [`workflow!`], its tasks are async functions under
//! [`#[task]`](macro@task), and its ASL comes from [`Workflow::definition`]. The build checks
//! names, transitions, payload types and error names.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//! use stepwright::prelude::*;
//!
//! #[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
//! #[serde(rename_all = "camelCase")]
//! pub struct Order {
//!     order_id: String,
//!     total: f64,
//! }
//!
//! #[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
//! pub struct Receipt {
//!     order: String,
//!     payment: String,
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
//! /// Charges the customer's card.
//! #[task]
//! pub async fn charge_card(total: f64) -> Result<String, PaymentError> {
//!     if total > 10_000.0 {
//!         return Err(PaymentError::Declined { reason: "above the limit".to_owned() });
//!     }
//!     Ok("charge-1".to_owned())
//! }
//!
//! workflow! {
//!     /// Charges an order.
//!     pub workflow Checkout(order: Order) -> Receipt {
//!         task Charge {
//!             let payment = charge_card(order.total);
//!             retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3);
//!             catch PaymentError::Declined { reason } => Reject;
//!             next Done;
//!         }
//!         succeed Done { Receipt { order: order.order_id, payment } }
//!         fail Reject { "OrderRejected", reason }
//!     }
//! }
//!
//! let definition = Checkout::definition();
//! assert_eq!(definition.name(), "Checkout");
//! assert!(definition.to_json().contains("{% $states.context.Execution.Input.orderId %}"));
//! ```
//!
//! The crate `stepwright-runtime` runs the same definition in process. This crate contains no async
//! runtime, so that a build script can emit ASL with it.
//!
//! # What to use
//!
//! | to | use |
//! |---|---|
//! | declare a workflow as a graph of states | [`workflow!`] |
//! | write a workflow as an async function | [`#[workflow]`](macro@function::workflow) of [`function`] |
//! | declare a task: a function, or a resource of AWS | [`#[task]`](macro@task) |
//! | declare payload types and errors | [`derive(Payload)`](macro@Payload), [`derive(TaskError)`](macro@TaskError) |
//! | get the ASL | [`Workflow::definition`], [`Definition::to_json_pretty`] |
//! | compute workflows, in a loop or from configuration | [`builder`] |
//! | write files for deployment, from a build script, a program or a test | [`mod@emit`], [`emit!`], [`workflows!`] |
//! | call AWS services with types | [`services`] |
//! | use an existing definition file | [`asl_file!`] |
//! | call functions in expressions | [`functions`] |
//! | read and change definitions in a tool | [`asl`], the crate `stepwright-asl` |
//! | **run** a workflow, with or without mocks | `stepwright_runtime::Engine`, `stepwright_runtime::testing` |
//! | run its tasks on AWS: as Lambda functions, in workers of activities | `stepwright_aws` |
//! | **evaluate** one path, intrinsic function or JSONata expression | `stepwright_runtime::evaluate` |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `macros` (on unless `default-features = false`) | [`workflow!`], [`#[task]`](macro@task) and the derives |
//! | `policy` | `Workflow::policy`: the least-privilege IAM policy of a workflow; its types are in `policy` |
//! | `diagram` | the picture of each workflow in the documentation that rustdoc writes for it; it needs Rust 1.95 |
//! | `chrono`, `rust_decimal`, `url`, `uuid` | [`Payload`] for the types of that crate |
//!
//! A field may have a type of another crate with `#[payload(opaque)]`, if the type has serde's and
//! schemars' derives. `#[payload(redact)]` masks the value of a field in messages, in the engine's
//! log and in pictures.
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl`, with the feature `macros` on `stepwright-macros`, and with the
//!   feature `policy` on `stepwright-tools`.
//! - It writes definitions, calls single tasks, and runs functions as plain Rust. It has no async
//!   runtime, no engine and no evaluator, so that build scripts compile quickly. Only [`mod@emit`]
//!   and [`Definition::write`] write files.
//! - All front ends create the flow tree of `flow`, and `lower` converts only that tree. So each
//!   field of ASL is written in one place.
//! - A lowered expression has the value that Rust computes. An expression that ASL cannot express
//!   is a diagnostic of the build.
//! - The names in the hidden module `__` are for the code of the macros, and change without notice.

// The macros' code refers to `::stepwright`; this makes it work in this crate's own tests.
extern crate self as stepwright;

#[doc(hidden)]
pub mod __;
pub mod builder;
pub mod emit;
// The re-export is hidden in the documentation, but not for rustc.
#[doc(hidden)]
pub use crate::__::requirements;
#[doc(hidden)]
pub mod expr;
#[doc(hidden)]
pub mod flow;
pub mod function;
pub mod functions;
mod lower;
mod map_run;
pub mod prelude;
mod rules;
mod sealed;
pub mod services;
pub mod shape;
pub mod snapshot;
pub mod task;
mod type_block;
pub mod workflow;

pub use crate::flow::Fragment;
pub use crate::map_run::{Batch, Manifest, MapResults, NoInput, S3Object};
pub use crate::shape::Payload;
pub use crate::task::{
    Address, CallOutcome, Deploy, ErrorOutput, ErrorVariant, Handler, NoError, Task, TaskBinder,
    TaskContext, TaskError,
};
#[doc(hidden)]
pub use crate::workflow::StateSources;
pub use crate::workflow::{
    Binder, Definition, InvalidWorkflow, Schemas, SourceLocation, TaskSchemas, Workflow,
    WorkflowDiagnostic, WorkflowLocation,
};
#[doc(inline)]
pub use stepwright_asl as asl;
pub use stepwright_asl::model::{MachineType, QueryLanguage};
pub use stepwright_asl::{Diagnostic, Severity};
#[cfg(feature = "macros")]
#[doc(inline)]
pub use stepwright_macros::{Payload, TaskError, asl_file, expr, expression, task, workflow};
#[cfg(feature = "policy")]
#[doc(inline)]
pub use stepwright_tools::policy;
