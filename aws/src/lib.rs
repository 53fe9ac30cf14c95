//! Tasks of [`stepwright`] workflows on AWS: as Lambda functions, in workers of activities, and
//! answers to task tokens.
//!
//! The same `#[task]` functions run here, and in tests with `stepwright-runtime`. A Lambda function
//! is this program:
//!
//! ```no_run
//! #[stepwright::task]
//! async fn charge_card(amount: f64) -> String {
//!     format!("charged {amount}")
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), stepwright_aws::lambda::Error> {
//!     stepwright_aws::lambda::run::<charge_card>().await
//! }
//! ```
//!
//! # What to use
//!
//! | to | use | feature |
//! |---|---|---|
//! | deploy one task as a Lambda function | [`lambda::run`] | `lambda` |
//! | deploy several tasks with one program | [`lambda::Tasks`] | `lambda` |
//! | run tasks on your own machines, as a worker of activities | [`sfn::ActivityWorker`] | `sfn` |
//! | complete or fail a task token | [`sfn::CallbackSender`] | `sfn` |
//! | **run** a whole workflow in process, with or without mocks | `stepwright_runtime::Engine` | |
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `lambda` (on unless `default-features = false`) | the module `lambda`, with the crate `lambda_runtime` |
//! | `sfn` | the module `sfn`, with the crate `aws-sdk-sfn`, which compiles longer |
//!
//! # Calls of tasks
//!
//! - The payload is the task's input. A payload that does not match its type fails with
//!   `Stepwright.InvalidInput`, and the message names the field. The envelope of a
//!   `#[task(context)]` is unwrapped.
//! - A task error has the name that `catch PaymentError::Declined` matches, and a text with the
//!   fields that it binds.
//! - A panic is `Stepwright.TaskPanicked`, and the program accepts the next call.
//!
//! `docs/reference/errors-on-the-wire.md` of the project describes the format completely.
//!
//! # Boundary
//!
//! - It depends on `stepwright` without its macros. It contains no engine, no evaluator and no
//!   database.
//! - It knows single tasks, and not the workflow around them: Step Functions on AWS runs the
//!   workflow.
//! - Each transport is a module behind a feature, over the common `task_function`. Results and
//!   errors are the same in all of them.
//! - A task that panics fails its call, and not the program.

#[cfg(feature = "lambda")]
pub mod lambda;
#[cfg(feature = "sfn")]
pub mod sfn;

#[cfg(any(feature = "lambda", feature = "sfn"))]
mod task_function;

pub use stepwright::task::TaskFailure;

/// The README's example compiles.
#[cfg(all(doctest, feature = "lambda"))]
#[doc = include_str!("../README.md")]
mod readme {}
