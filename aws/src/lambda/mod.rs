//! Tasks as Lambda functions (feature `lambda`).
//!
//! The same functions run in process, in tests and on Lambda. A program is one function:
//!
//! ```no_run
//! use stepwright::{TaskError, task};
//!
//! #[derive(Debug, thiserror::Error, TaskError)]
//! enum PaymentError {
//!     #[error("declined: {reason}")]
//!     Declined { reason: String },
//! }
//!
//! #[task]
//! async fn charge_card(amount: f64) -> Result<String, PaymentError> {
//!     if amount > 1_000.0 {
//!         let reason = "over the limit".to_owned();
//!         return Err(PaymentError::Declined { reason });
//!     }
//!     Ok(format!("charged {amount}"))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), stepwright_aws::lambda::Error> {
//!     stepwright_aws::lambda::run::<charge_card>().await
//! }
//! ```
//!
//! or several, of which the environment variable [`STEPWRIGHT_TASK`](TASK_VARIABLE) chooses one.
//! Then all functions of a workflow are built, uploaded and cached as one program:
//!
//! ```no_run
//! # use stepwright::{TaskContext, task};
//! # struct Database;
//! # impl Database { async fn connect() -> Result<Self, std::io::Error> { Ok(Self) } }
//! # #[task] async fn charge_card(context: &TaskContext, amount: f64) -> f64 { let _: Option<&Database> = context.state(); amount }
//! # #[task] async fn refund_card(amount: f64) -> f64 { amount }
//! use stepwright_aws::lambda::{Error, Tasks};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     Tasks::new()
//!         .state(Database::connect().await?) // once for each process, before its first call
//!         .task::<charge_card>()
//!         .task::<refund_card>()
//!         .run()
//!         .await
//! }
//! ```
//!
//! [`Tasks::workflow`] adds all tasks of a workflow that have a body.
//!
//! # Events, results and errors
//!
//! - The event is the task's input. An event that does not match its type fails with
//!   `Stepwright.InvalidInput`, and the message names the field. The envelope of a
//!   `#[task(context)]` is unwrapped.
//! - A task error becomes `{"errorType", "errorMessage"}`: the name that
//!   `catch PaymentError::Declined` matches, and a text with the fields that it binds. Without
//!   this, errors of Rust functions arrive as `alloc::boxed::Box<dyn core::error::Error ...>`, and
//!   no Retry or Catch matches them.
//! - A panic is `Stepwright.TaskPanicked`, and the function accepts the next event.
//!
//! `docs/reference/errors-on-the-wire.md` of the project describes the format completely.
//!
//! # On your own machine
//!
//! Outside of Lambda the program ends with [`NotInLambda`]. `cargo lambda watch` and
//! `sam local invoke` run it as Lambda does. To test the functions and their workflow, use
//! `stepwright-runtime`.
//!
//! # Inside of a task
//!
//! [`TaskContext::state`](stepwright::TaskContext::state) returns the values of [`Tasks::state`],
//! and the invocation's own [`lambda_runtime::Context`] (request id, deadline, ARN). Tasks are not
//! cancelled on Lambda; on a timeout, Lambda stops the process.

mod choose;
mod environment;
mod init_error;
mod service;
mod tasks;

pub use lambda_runtime;
pub use lambda_runtime::Error;
use stepwright::Handler;

pub use self::choose::{ChooseError, TASK_VARIABLE};
pub use self::environment::NotInLambda;
pub use self::service::{FunctionError, TaskService};
pub use self::tasks::Tasks;

/// Serves one task until Lambda ends the process.
///
/// # Errors
///
/// Outside of Lambda, when the Lambda Runtime API cannot be reached, and when
/// [`STEPWRIGHT_TASK`](TASK_VARIABLE) names another task.
pub async fn run<T: Handler>() -> Result<(), Error> {
    Tasks::new().task::<T>().run().await
}
