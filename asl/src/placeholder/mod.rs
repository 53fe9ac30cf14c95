//! Placeholders: `${TopicArn}` in a definition, for which a template engine (SAM, CDK,
//! CloudFormation, Terraform) substitutes a value on deployment.
//!
//! ```
//! use stepwright_asl::StateMachine;
//! use stepwright_asl::placeholder::{SubstitutedValue, in_machine};
//!
//! let machine = StateMachine::from_json(r#"{"StartAt": "Tell", "States": {"Tell": {
//!     "Type": "Task",
//!     "Resource": "arn:aws:states:::sns:publish",
//!     "Parameters": {"TopicArn": "${TopicArn}", "Message": "done"},
//!     "End": true
//! }}}"#)?;
//! let found = in_machine(&machine);
//! assert_eq!((found[0].name(), found[0].stands_for()), ("TopicArn", SubstitutedValue::Value));
//! assert_eq!(found[0].states(), ["Tell"]);
//! # Ok::<(), stepwright_asl::Diagnostics>(())
//! ```

mod address;
mod fill;
mod list;
mod meaning;
mod mismatch;
mod syntax;
mod text_location;
mod unknown_value;

pub use address::{Addresses, SubstitutedValue};
pub use fill::{FilledMachine, fill};
pub use list::{NamedPlaceholder, Placeholder, by_name, in_machine, in_machine_with, to_json};
pub use meaning::ValueMeaning;
pub use mismatch::{Mismatch, mismatches};
pub use syntax::{is_name, names, resource_name, text, whole};
pub use unknown_value::{KnownPart, UnknownValue, known_part};

#[cfg(test)]
mod tests;
