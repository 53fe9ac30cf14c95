//! The validator: what AWS's `ValidateStateMachineDefinition` reports, and more, all in one pass.
//!
//! A rule is one small unit, a [`Rule`]: its id, AWS's code, what it requires and the function that checks it. [`RULES`] has them all.
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
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod definition;
mod expression;
mod flow;
mod history;
mod language;
mod machine_name;
mod page;
mod report;
mod rule;
mod rules;
mod template;
mod variables;
mod walk;

pub use crate::finding::{Finding, Findings, Severity};
pub use crate::model::MachineType;
pub use machine_name::validate_name;
pub use page::rules_page;
pub use rule::{Known, Rule};
pub use rules::{RULES, rule};

use crate::json::Document;
use crate::model::StateMachine;
use definition::Definition;
use report::Report;
use std::borrow::Cow;

/// What can be checked: a `&Document` that was read from a text, or a `&StateMachine`, whose findings have a pointer and no
/// place: their line and column are 1.
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

/// Checks a definition by every rule: a [`Document`], whose findings have lines and columns, or a [`StateMachine`].
///
/// ```
/// use stepwright_asl::model::StateMachine;
/// use stepwright_asl::validate::{MachineType, validate};
///
/// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 0.5, "End": true}}}"#;
/// let machine = StateMachine::from_json(text)?;
/// let findings = validate(&machine, MachineType::Standard);
/// assert_eq!(findings.iter().next().map(|finding| &*finding.pointer), Some("/States/A/Seconds"));
/// # Ok::<(), stepwright_asl::Findings>(())
/// ```
pub fn validate<'d>(definition: impl Into<Subject<'d>>, machine_type: MachineType) -> Findings {
    Validator::new(machine_type).check(definition)
}

/// Checks a definition's text by every rule; a text that is no JSON is a finding too.
pub fn validate_text(text: &str, machine_type: MachineType) -> Findings {
    Validator::new(machine_type).check_text(text)
}

/// Checks definitions, with a say in what the rules count for.
///
/// ```
/// use stepwright_asl::validate::{MachineType, Validator};
///
/// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": false, "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
/// let validator = Validator::new(MachineType::Standard);
/// assert!(!validator.check_text(text).has_errors());
/// assert!(validator.clone().deny("SW029").check_text(text).has_errors());
/// assert!(validator.allow("SW029").check_text(text).is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct Validator {
    machine_type: MachineType,
    off: Vec<String>,
    denied: Vec<String>,
    allowed: Vec<String>,
}

impl Validator {
    /// Every rule, for machines of a type.
    pub fn new(machine_type: MachineType) -> Validator {
        Validator {
            machine_type,
            off: Vec::new(),
            denied: Vec::new(),
            allowed: Vec::new(),
        }
    }

    /// Counts the findings of this rule as errors. Ids are taken in upper or lower case; [`rule`] says whether there is such a rule.
    #[must_use]
    pub fn deny(mut self, id: impl Into<String>) -> Validator {
        self.denied.push(id.into());
        self
    }

    /// Silences the warnings of this rule. An error cannot be silenced, because AWS refuses the definition all the same; a rule that is denied too stays denied.
    #[must_use]
    pub fn allow(mut self, id: impl Into<String>) -> Validator {
        self.allowed.push(id.into());
        self
    }

    /// The same without the rule of this id, its errors included. An id that no rule has changes nothing.
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
            Err(error) => error.into(),
        }
    }

    /// Checks a definition: a [`Document`] or a [`StateMachine`].
    pub fn check<'d>(&self, definition: impl Into<Subject<'d>>) -> Findings {
        let Subject(document) = definition.into();
        let document = document.as_ref();
        let definition = Definition::read(document, self.machine_type);
        let mut report = Report::new(document);
        for rule in RULES {
            if !names(&self.off, rule.id) {
                report.begin(rule.heading());
                (rule.check)(&definition, &mut report);
            }
        }
        let truncated = report.is_truncated();
        let mut findings = report.finish();
        findings.retain_mut(|finding| {
            if finding.severity == Severity::Error {
                return true;
            }
            if names(&self.denied, finding.rule) {
                finding.severity = Severity::Error;
                return true;
            }
            !names(&self.allowed, finding.rule)
        });
        Findings::of(findings, truncated)
    }
}

fn names(ids: &[String], id: &str) -> bool {
    ids.iter().any(|named| named.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests;
