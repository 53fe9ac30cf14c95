//! The result of an explanation: the fields of a state with their values, and its errors.

use std::borrow::Cow;

use stepwright_asl::redaction::Redaction;

use stepwright_interpreter::value::Value;

/// One field of a state with a path, a template or an expression, and the value that it had in a
/// visit.
///
/// [`Timeline::explain`](crate::timeline::Timeline::explain) returns them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FieldExplanation {
    /// The JSON pointer of the field in the state: `/OutputPath`, `/Arguments/order/id`,
    /// `/Choices/0/Condition`.
    pub field: String,
    /// The path, the expression with its delimiters, or the template as JSON. A rule of a JSONPath
    /// Choice is in readable form.
    pub expression: String,
    /// The result of the evaluation.
    pub outcome: FieldOutcome,
}

impl FieldExplanation {
    /// Returns the explanation without sensitive data: values of redacted fields, and results of
    /// expressions that name such a field.
    ///
    /// ```
    /// # mod stepwright_runtime { pub use stepwright_engine::*; pub use stepwright_history::timeline; }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_asl::StateMachine;
    /// use stepwright_runtime::timeline::{FieldOutcome, Timeline};
    /// use stepwright_runtime::{Engine, MachineType, Redaction, StartOptions};
    ///
    /// let definition = r#"{"StartAt": "Pay", "States": {
    ///     "Pay": {"Type": "Pass", "OutputPath": "$.card.number", "End": true}
    /// }}"#;
    /// let engine = Engine::builder().register_json("m", definition, MachineType::Standard).virtual_time().build()?;
    /// let report = engine.execute_machine("m", json!({"card": {"number": "4111"}}), StartOptions::new()).await?;
    ///
    /// let fields = Timeline::of(&report.history).explain(&StateMachine::from_json(definition)?, 0)?;
    /// let redaction = Redaction::new().path("card.number")?;
    /// assert_eq!(fields[0].redact(&redaction).outcome, FieldOutcome::Value("[redacted]".into()));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn redact(&self, redaction: &Redaction) -> Self {
        if redaction.is_empty() {
            return self.clone();
        }
        let names = self.field.split('/').filter(|name| !name.is_empty());
        let names: Vec<&str> = names
            .map(|name| name.strip_suffix(".$").unwrap_or(name))
            .collect();
        let is_template = ["{", "["]
            .iter()
            .any(|start| self.expression.starts_with(start))
            && !self.expression.starts_with("{%");
        let named = self
            .expression
            .split(|c: char| !c.is_alphanumeric() && c != '_');
        let named: Vec<&str> = named.filter(|name| !name.is_empty()).collect();
        let masked = |value: &Value| {
            if !redaction.has_fields()
                && matches!(redaction.text(&value.to_text()), Cow::Borrowed(_))
            {
                return value.clone();
            }
            let masked = redaction.value_at(&names, &value.to_json());
            Value::from(if is_template {
                masked
            } else {
                redaction.value_at(&named, &masked)
            })
        };
        let outcome = match &self.outcome {
            FieldOutcome::Value(value) => FieldOutcome::Value(masked(value)),
            FieldOutcome::Failed { error, cause } => FieldOutcome::Failed {
                error: redaction.text(error).into_owned(),
                cause: redaction.text(cause).into_owned(),
            },
            FieldOutcome::NotEvaluated { reason } => FieldOutcome::NotEvaluated {
                reason: reason.clone(),
            },
            FieldOutcome::Unknown { reason, recorded } => FieldOutcome::Unknown {
                reason: reason.clone(),
                recorded: recorded.as_ref().map(masked),
            },
        };
        Self {
            field: self.field.clone(),
            expression: redaction.text(&self.expression).into_owned(),
            outcome,
        }
    }
}

/// The result of an expression in a visit.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FieldOutcome {
    /// A value. That of a condition is whether its rule matched; that of an `ItemSelector` has one
    /// value for each item.
    Value(Value),
    /// An error.
    #[non_exhaustive]
    Failed {
        /// The name of the error: `States.Runtime`, `States.QueryEvaluationError`, ...
        error: String,
        /// The cause, without the prefix that names the state.
        cause: String,
    },
    /// It was not evaluated: an earlier field failed, the task has not succeeded, an earlier rule
    /// matched.
    #[non_exhaustive]
    NotEvaluated {
        /// Why it was not evaluated.
        reason: String,
    },
    /// Its value cannot be computed again.
    #[non_exhaustive]
    Unknown {
        /// Why the value cannot be computed.
        reason: String,
        /// The value that the history has for the field, if it has one.
        recorded: Option<Value>,
    },
}

/// The fields of a visit cannot be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// The timeline has fewer visits.
    #[error("there is no visit {index}, because the timeline has {visits}; choose a smaller index")]
    #[non_exhaustive]
    NoVisit {
        /// The index.
        index: usize,
        /// The number of visits.
        visits: usize,
    },
    /// The definition does not have the state of the visit.
    #[error("the definition has no state `{0}` of this type; use the definition of the execution")]
    UnknownState(String),
}
