//! Calls of AWS services with types, for the [typed builder](crate::builder).
//!
//! Each action is a function that takes what the service cannot do without, and gives a [`Request`], whose methods are its other parameters. What a
//! parameter is (a text, a number, any JSON) rustc checks; it is given as a value, as a [`placeholder`], or as an [`expr!`](macro@crate::expr) of the state's
//! input.
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
//! | pattern | of a request | what the state gives |
//! |---|---|---|
//! | request-response | as it is | the service's answer |
//! | `.sync`: waits for the job | [`sync`](Request::sync) | the job as it ended |
//! | `.sync:2`, of `states:startExecution` alone | [`sync_2`](Request::sync_2) | the execution as it ended, its output a type of yours |
//! | `.waitForTaskToken` | [`wait_for_task_token`](Request::wait_for_task_token), with arguments of the input and the token | the answer, a type of yours |
//!
//! A pattern that an action does not have does not compile:
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
//! let request = dynamodb::get_item("table", key).wait_for_task_token::<bool>(); // Step Functions hands no token to `GetItem`
//! ```
//!
//! Nor does an argument of another type, or a missing one:
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
//! # What is where
//!
//! | service | actions | resource |
//! |---|---|---|
//! | [`apigateway`], [`athena`], [`batch`], [`bedrock`], [`dynamodb`], [`ecs`], [`events`], [`glue`], [`http`], [`lambda`], [`sagemaker`], [`sns`], [`sqs`], [`states`] | all optimized ones | `arn:aws:states:::sqs:sendMessage` |
//! | [`s3`] | those on objects | `arn:aws:states:::aws-sdk:s3:getObject` |
//!
//! Every other service, and every other action, is [`Body::service`](crate::builder::Body::service) and the `service ".."` of `workflow!`. A parameter that AWS
//! has added since is [`Request::with`].
//!
//! In `workflow!` the answers are types for its `let`: `let sent: sqs::SendMessageAnswer = service "arn:aws:states:::sqs:sendMessage" { .. };`. Names, patterns and
//! arguments are checked there against AWS's tables.
//!
//! A test holds this module against the tables of [`asl::integrations`](crate::asl::integrations): actions, patterns, required and optional parameters. Answers
//! are recorded for Lambda, SQS, SNS, DynamoDB, EventBridge, API Gateway and Step Functions; those of the others are what AWS documents.

#[macro_use]
mod action;
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
pub use self::request::{Calls, Request, Waiting};

#[cfg(test)]
mod tests;
