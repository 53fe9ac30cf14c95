//! The validator: what AWS's `ValidateStateMachineDefinition` reports, and more, all in one pass.
//!
//! A rule is one small unit, a [`Rule`]: its id, AWS's code, what it asks for and the function that checks it. [`RULES`] has them all.
//!
//! ```
//! use stepwright_asl::json::Document;
//! use stepwright_asl::validate::{MachineType, validate};
//!
//! let document = Document::parse(r#"{"StartAt": "A", "States": {
//!   "A": {"Type": "Pass", "Next": "Dnoe"},
//!   "Done": {"Type": "Succeed"}
//! }}"#)?;
//! let findings = validate(&document, MachineType::Standard);
//! assert_eq!(findings.to_string(), concat!(
//!     "2:33: SW020 MISSING_TRANSITION_TARGET: Missing 'Next' target: Dnoe at /States/A/Next; ",
//!     "did you mean `Done`?",
//! ));
//! # Ok::<(), stepwright_asl::json::SyntaxError>(())
//! ```

mod definition;
mod report;
mod rule;
mod rules;
mod template;

pub use crate::finding::{Finding, Findings, Severity};
pub use crate::model::MachineType;
pub use rule::{Known, Rule};
pub use rules::RULES;

use crate::json::Document;
use definition::Definition;
use report::Report;

/// Checks a definition by every rule.
pub fn validate(document: &Document, machine_type: MachineType) -> Findings {
    Validator::new(machine_type).check(document)
}

/// Checks a definition's text by every rule; a text that is no JSON is a finding too.
pub fn validate_text(text: &str, machine_type: MachineType) -> Findings {
    Validator::new(machine_type).check_text(text)
}

/// Checks definitions by a choice of rules.
#[derive(Debug, Clone)]
pub struct Validator {
    machine_type: MachineType,
    off: Vec<String>,
}

impl Validator {
    /// Every rule, for machines of a type.
    pub fn new(machine_type: MachineType) -> Validator {
        Validator {
            machine_type,
            off: Vec::new(),
        }
    }

    /// The same without the rule of this id. An id that no rule has changes nothing.
    #[must_use]
    pub fn without(mut self, id: impl Into<String>) -> Validator {
        self.off.push(id.into());
        self
    }

    /// Checks a text.
    pub fn check_text(&self, text: &str) -> Findings {
        if text.trim().is_empty() {
            let document = Document::empty(text);
            return self.check(&document);
        }
        match Document::parse(text) {
            Ok(document) => self.check(&document),
            Err(error) => Findings::from_iter([Finding::not_json(&error)]),
        }
    }

    /// Checks a definition.
    pub fn check(&self, document: &Document) -> Findings {
        let definition = Definition::read(document, self.machine_type);
        let mut report = Report::new(document);
        for rule in RULES {
            if !self.off.iter().any(|id| id == rule.id) {
                report.begin(rule);
                (rule.check)(&definition, &mut report);
            }
        }
        report.finish()
    }
}

#[cfg(test)]
mod tests;
