//! The API of Step Functions for your own programs (feature `sfn`): workers of activities, and
//! answers to task tokens.
//!
//! An [`ActivityWorker`] runs a workflow's tasks on a machine of your choice: with a GPU, behind a
//! firewall, or for longer than a Lambda function may run.
//!
//! ```no_run
//! use std::time::Duration;
//! use stepwright::{TaskError, task};
//! use stepwright_aws::sfn::{ActivityWorker, WorkerError, aws_sdk_sfn};
//!
//! #[derive(Debug, thiserror::Error, TaskError)]
//! enum PaymentError {
//!     #[error("declined: {reason}")]
//!     Declined { reason: String },
//! }
//!
//! #[task(activity)]
//! async fn charge_card(amount: f64) -> Result<String, PaymentError> {
//!     Ok(format!("charged {amount}"))
//! }
//!
//! # async fn config() -> aws_sdk_sfn::Config { aws_sdk_sfn::Config::builder().build() }
//! # async fn main_() -> Result<(), WorkerError> {
//! // With the crate `aws-config`:
//! // let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
//! // let client = aws_sdk_sfn::Client::new(&config);
//! let client = aws_sdk_sfn::Client::from_conf(config().await);
//! ActivityWorker::new(&client)
//!     .activity::<charge_card>("arn:aws:states:us-east-1:123456789012:activity:charge")
//!     .concurrency(16)
//!     .heartbeat_timeout(Duration::from_secs(60)) // HeartbeatSeconds of the state
//!     .run() // until SIGTERM
//!     .await
//! # }
//! ```
//!
//! A [`CallbackSender`] answers the token of a `.waitForTaskToken` state: with an output, with a
//! typed error that `catch` matches, or with a heartbeat.
//!
//! ```no_run
//! # #[derive(Debug, thiserror::Error, stepwright::TaskError)]
//! # enum ReviewError { #[error("no reviewer is available")] NobodyThere }
//! # use stepwright_aws::sfn::{CallbackError, CallbackSender, aws_sdk_sfn};
//! # async fn answer(client: aws_sdk_sfn::Client, token: &str, approved: Option<bool>) -> Result<(), CallbackError> {
//! let sender = CallbackSender::new(&client);
//! match approved {
//!     Some(approved) => sender.send_task_success(token, &approved).await,
//!     None => sender.send_task_failure(token, ReviewError::NobodyThere).await,
//! }
//! # }
//! ```
//!
//! `docs/reference/errors-on-the-wire.md` of the project describes how errors are encoded.
//!
//! # The client
//!
//! You create the client of the AWS SDK: region, credentials, endpoint, proxies and retries are its
//! settings. This feature compiles the SDK without an HTTPS client, so that you choose one. With
//! `aws-config` and its default features there is nothing to do; without it, add `aws-sdk-sfn` with
//! the features `default-https-client` and `rt-tokio`. `aws_sdk_sfn` is reexported here, in the
//! version that these types use.

mod backoff;
mod callback_sender;
mod error;
mod heartbeats;
mod poller;
mod result_limits;
mod signals;
mod task_runner;
mod worker;
mod worker_stage;

pub use aws_sdk_sfn;

pub use self::callback_sender::CallbackSender;
pub use self::error::{CallbackError, WorkerError};
pub use self::worker::ActivityWorker;
