//! Service integrations: the valid values of a Task's `Resource`.
//!
//! The tables contain the optimized integrations with their patterns, parameters, error prefixes
//! and required permissions, and the services and actions of the AWS SDK integrations. [`lookup`]
//! finds a resource in them.
//!
//! ```
//! use stepwright_asl::MachineType;
//! use stepwright_asl::integrations::{IntegrationPattern, ResourcePart, lookup};
//!
//! let found = lookup("arn:aws:states:::sqs:sendMessage.waitForTaskToken")?;
//! assert_eq!((found.service(), found.action(), found.pattern()), ("sqs", "sendMessage", IntegrationPattern::WaitForTaskToken));
//! assert_eq!(found.error_prefix(), Some("SQS"));
//! assert!(!found.runs_in(MachineType::Express));
//!
//! let found = lookup("arn:aws:states:::aws-sdk:dynamodb:query")?;
//! assert_eq!(found.error_prefix(), Some("DynamoDb"));
//!
//! let unknown = lookup("arn:aws:states:::dynamodb:query").unwrap_err();
//! assert_eq!(unknown.what, ResourcePart::Action);
//! assert_eq!(unknown.suggestion.as_deref(), Some("did you mean `arn:aws:states:::aws-sdk:dynamodb:query`?"));
//! # Ok::<(), stepwright_asl::integrations::UnknownResource>(())
//! ```
//!
//! The tables are text files in this folder, parsed at the first lookup. `derive.py` generates
//! those of the SDK's services and of IAM's actions from botocore and from copies of AWS's service
//! authorization reference. The optimized integrations are written by hand, each with its page of
//! the [Step Functions developer
//! guide](https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html).
//! [`tables_date`] returns their date. AWS often adds services and actions. So an unknown name is
//! [in doubt](UnknownResource::doubt), unless it is similar to a known name.

mod argument_values;
mod arguments;
mod lookup;
mod optimized;
mod permission;
mod service;
mod unknown;

pub use crate::resource::IntegrationPattern;
pub use argument_values::{ArgumentValueFault, ArgumentValueFaultKind, check_argument_values};
pub use arguments::{ArgumentFault, ArgumentFaultKind};
#[doc(hidden)]
pub use lookup::find;
pub use lookup::{Integration, ResolvedResource, lookup, lookup_item_reader, lookup_result_writer};
pub use optimized::{OptimizedAction, ResourceField, optimized};
pub use permission::{Permission, PermissionCondition};
pub use service::{Service, services};
pub use unknown::{ResourcePart, UnknownResource};

/// The rows of a table in CSV: the lines after the comments and the names of the columns. No column
/// contains a comma or a quote.
fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1)
}

/// The date of the tables, and the versions of the packages from which they are generated.
const VERSION: &str = include_str!("version.txt");

/// The date of the tables, such as `2026-11-17`. Later additions of AWS are missing.
pub fn tables_date() -> &'static str {
    VERSION.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
