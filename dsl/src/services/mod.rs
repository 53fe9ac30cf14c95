//! Typed calls of AWS services, for the [typed builder](crate::builder).
//!
//! Each action is a function that takes the required parameters and returns a [`Request`], whose
//! methods set the optional ones. rustc checks the type of each parameter (a text, a number, any
//! JSON). An argument is a value, a [`placeholder`], or an [`expr!`](macro@crate::expr) over the
//! state's input.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//! use stepwright::builder::FlowBuilder;
//! use stepwright::services::{placeholder, sqs};
//! use stepwright::{Payload, expr};
//!
//! #[derive(Serialize, Deserialize, JsonSchema, Payload)]
//! struct Order { id: String, total: f64 }
//!
//! let flow = FlowBuilder::<Order, String>::new("Notify");
//! let send = flow.declare::<Order>("Send");
//! flow.start_at(&send);
//! let message = sqs::send_message(placeholder("QueueUrl"), expr!(|order: Order| order)).delay_seconds(5);
//! flow.call(&send, message)
//!     .output(expr!(|_: Order, sent: sqs::SendMessageAnswer| sent.message_id))
//!     .end();
//! let asl = flow.build().unwrap().to_json();
//! assert!(asl.contains(r#""Resource":"arn:aws:states:::sqs:sendMessage""#));
//! assert!(asl.contains(r#""QueueUrl":"${QueueUrl}","MessageBody":"{% $states.input %}","DelaySeconds":5"#));
//! assert!(asl.contains("$states.result.MessageId"));
//! ```
//!
//! # Patterns
//!
//! | pattern | method of the request | output of the state |
//! |---|---|---|
//! | request-response | none | the service's result |
//! | `.sync`: waits for the job | [`sync`](Request::sync) | the finished job |
//! | `.sync:2`, only for `states:startExecution` | [`sync_2`](Request::sync_2) | the finished execution, with an output of your type |
//! | `.waitForTaskToken` | [`wait_for_task_token`](Request::wait_for_task_token), with arguments of the input and the token | the token's output, of your type |
//!
//! A pattern that an action does not support does not compile:
//!
//! ```compile_fail,E0277
//! use stepwright::services::sqs;
//! let request = sqs::send_message::<u32>("url", "body").sync(); // `SendMessage` has no `.sync`
//! ```
//!
//! ```compile_fail,E0277
//! use stepwright::expr;
//! use stepwright::services::dynamodb;
//! let key = expr!(|id: String, token: String| (id, token));
//! let request = dynamodb::get_item("table", key).wait_for_task_token::<bool>(); // Step Functions cannot pass a task token to `GetItem`
//! ```
//!
//! An argument of the wrong type, or a missing one, does not compile:
//!
//! ```compile_fail,E0277
//! # use stepwright::services::sqs;
//! let request = sqs::send_message::<u32>("url", "body").delay_seconds("soon"); // a number, or an `expr!` of one
//! ```
//!
//! ```compile_fail,E0061
//! # use stepwright::services::sqs;
//! let request = sqs::send_message::<u32>("url");
//! ```
//!
//! # Services
//!
//! | service | actions | resource |
//! |---|---|---|
//! | [`apigateway`], [`athena`], [`batch`], [`bedrock`], [`dynamodb`], [`ecs`], [`events`], [`glue`], [`http`], [`lambda`], [`sagemaker`], [`sns`], [`sqs`], [`states`] | all optimized integrations | `arn:aws:states:::sqs:sendMessage` |
//! | [`s3`] | actions on objects | `arn:aws:states:::aws-sdk:s3:getObject` |
//!
//! For every other service and action use [`Body::service`](crate::builder::Body::service), or
//! `service ".."` in `workflow!`. For a parameter that AWS has added since use [`Request::with`].
//!
//! In `workflow!` the result types are types for `let`:
//! `let sent: sqs::SendMessageAnswer = service "arn:aws:states:::sqs:sendMessage" { .. };`. There,
//! names, patterns and arguments are checked against AWS's tables.
//!
//! A test compares this module with the tables of [`asl::integrations`](crate::asl::integrations):
//! actions, patterns, required and optional parameters. The results of Lambda, SQS, SNS, DynamoDB,
//! EventBridge, API Gateway and Step Functions are recorded; the others follow AWS's documentation.

mod action;
#[macro_use]
mod action_macro;
#[macro_use]
mod answer;
mod argument;
mod request;

pub mod apigateway;
pub mod athena;
pub mod batch;
pub mod bedrock;
pub mod dynamodb;
pub mod ecs;
pub mod events;
pub mod glue;
pub mod http;
pub mod lambda;
pub mod s3;
pub mod sagemaker;
pub mod sns;
pub mod sqs;
pub mod states;

pub use self::action::{Action, HasSync, HasSync2, HasTaskToken};
pub use self::argument::{Argument, Flag, Json, Number, Placeholder, Text, placeholder};
pub(crate) use self::request::call;
pub use self::request::{Calls, Request, TokenRequest};

#[cfg(test)]
mod tests;
