//! Files with embedded definitions: CloudFormation and SAM templates, `serverless.yml`, and the
//! output of `aws stepfunctions describe-state-machine`.
//!
//! [`machines`] finds every `AWS::StepFunctions::StateMachine` and `AWS::Serverless::StateMachine`
//! of a template. The definition may be an object (`Definition`), a string (`DefinitionString`,
//! also with `Fn::Sub`, `Fn::Join` and `Fn::ToJsonString`), or in another file (`DefinitionUri`,
//! `DefinitionS3Location`). A value that the template computes (`Ref`, `Fn::GetAtt`, ..) is read as
//! a `${substitution}`. Of `Fn::If`, the first value is read. YAML's short forms (`!Sub`,
//! `!GetAtt`, `!If`, ..) are supported. Diagnostics have their positions in the file.
//!
//! ```
//! use stepwright_asl::template::{machines, read};
//! use stepwright_asl::validate::{MachineType, Validator};
//!
//! let template = read("template.yaml", r#"
//! Resources:
//!   Orders:
//!     Type: AWS::StepFunctions::StateMachine
//!     Properties:
//!       StateMachineType: EXPRESS
//!       DefinitionString: !Sub |
//!         {
//!           "StartAt": "Charge",
//!           "States": {"Charge": {"Type": "Task", "Resource": "${ChargeFunction.Arn}", "Next": "Dnoe"},
//!                      "Done": {"Type": "Succeed"}}
//!         }
//! "#)?;
//! let found = machines(&template).expect("it is a template");
//! assert_eq!((&*found[0].name, found[0].machine_type), ("Orders", MachineType::Express));
//!
//! let validator = Validator::new(MachineType::Standard);
//! let diagnostics = found[0].check(&template, &validator).expect("the definition is in the template");
//! let error = diagnostics.errors().next().expect("there is no state `Dnoe`");
//! assert_eq!((error.code, error.location.line), (Some("SW020"), 10));
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```
//!
//! [`supplies`] finds the values that such a template defines for the placeholders of its machines
//! (`DefinitionSubstitutions`, the variables of `Fn::Sub`), and reports missing, misspelt and
//! unused ones.

mod definition;
mod find;
mod joined;
mod literal_values;
mod other_file;
mod placeholder_values;
mod rewrite;
mod serverless;
mod string_edit;
mod sub_arguments;
#[cfg(feature = "terraform")]
pub mod terraform;
mod text;

#[doc(hidden)]
pub use definition::place;
pub(crate) use definition::placed;
pub use definition::{Embedded, EmbeddedDefinition, parse_text};
pub use find::{is_definition, machines, read, read_for_evaluation, read_recovering};
#[doc(hidden)]
pub use joined::{JoinedPart, JoinedText, JoinedValue, NameMeaning, name_meaning};
pub use other_file::OtherFile;
pub use placeholder_values::{NameUse, PlaceholderValues, supplies};
pub use rewrite::UNEDITABLE;
#[doc(hidden)]
pub use rewrite::{ReplacedStrings, replace_strings};
pub use serverless::inserted_definition;

#[cfg(test)]
mod tests;
