//! The validator: reports everything that AWS's `ValidateStateMachineDefinition` reports, and more,
//! in one pass.
//!
//! Each [`Rule`] is a small unit with an id, AWS's code, a requirement and the function that checks
//! it. [`RULES`] lists the built-in rules; a [`CustomRule`] is user-defined.
//!
//! ```
//! use stepwright_asl::json::Document;
//! use stepwright_asl::validate::{MachineType, validate};
//!
//! let document = Document::parse(r#"{"StartAt": "A", "States": {
//!   "A": {"Type": "Pass", "Next": "Dnoe"},
//!   "Done": {"Type": "Succeed"}
//! }}"#)?;
//! let diagnostics = validate(&document, MachineType::Standard);
//! assert_eq!(diagnostics.to_string(), concat!(
//!     "2:33: SW020 MISSING_TRANSITION_TARGET: Missing 'Next' target: Dnoe at /States/A/Next; ",
//!     "did you mean `Done`?",
//! ));
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod custom;
mod definition;
mod delimiters;
mod expression;
mod flow;
mod history;
mod known_names;
mod language;
mod machine_name;
mod page;
mod report;
mod rule;
mod rule_example;
mod rule_id;
mod rules;
mod service_diagnostic;
mod silence;
mod template;
mod unknown;
mod validator;
mod variables;
mod walk;

pub use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
pub use crate::model::MachineType;
pub use custom::{CustomRule, MachineView, StateView};
pub use machine_name::validate_name;
pub use page::{explain, rules_page};
pub use rule::{Evidence, Rule};
pub use rule_id::RuleIdError;
pub use rules::{RULES, rule};
pub use service_diagnostic::{ServiceDiagnostic, ServiceDiagnostics, service_diagnostics};
pub(crate) use silence::allow_in_comment;
pub use validator::Validator;
#[doc(hidden)]
pub use variables::{EvaluatedRead, evaluated_reads};
pub use variables::{VariablePlace, variable_places, variable_references};

use crate::json::Document;
use crate::model::StateMachine;
use std::borrow::Cow;

/// The input of a validation: a `&Document`, parsed from a text, or a `&StateMachine`. Diagnostics
/// of a `StateMachine` have a pointer but no position: their line and column are 1.
#[derive(Debug, Clone)]
pub struct Subject<'d>(Cow<'d, Document>);

impl<'d> From<&'d Document> for Subject<'d> {
    fn from(document: &'d Document) -> Subject<'d> {
        Subject(Cow::Borrowed(document))
    }
}

impl From<&StateMachine> for Subject<'_> {
    fn from(machine: &StateMachine) -> Self {
        Subject(Cow::Owned(Document::of_value(machine.to_value())))
    }
}

/// Checks a definition with every rule. The diagnostics of a [`Document`] have lines and columns;
/// those of a [`StateMachine`] do not.
///
/// ```
/// use stepwright_asl::model::StateMachine;
/// use stepwright_asl::validate::{MachineType, validate};
///
/// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 0.5, "End": true}}}"#;
/// let machine = StateMachine::from_json(text)?;
/// let diagnostics = validate(&machine, MachineType::Standard);
/// assert_eq!(diagnostics.iter().next().map(|diagnostic| &*diagnostic.location.pointer), Some("/States/A/Seconds"));
/// # Ok::<(), stepwright_asl::Diagnostics>(())
/// ```
pub fn validate<'d>(definition: impl Into<Subject<'d>>, machine_type: MachineType) -> Diagnostics {
    Validator::new(machine_type).check(definition)
}

/// Checks the text of a definition with every rule. Invalid JSON is reported as a diagnostic, too.
pub fn validate_text(text: &str, machine_type: MachineType) -> Diagnostics {
    Validator::new(machine_type).check_text(text)
}

#[cfg(test)]
mod tests;
