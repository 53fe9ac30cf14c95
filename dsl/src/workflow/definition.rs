//! A workflow as ASL.

use super::SourceLocation;
use super::answer::AnswerType;
use super::invalid_workflow::{InvalidWorkflow, WorkflowLocation};
use crate::shape::Shape;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use stepwright_asl::json::Document;
use stepwright_asl::model::MachineType;
use stepwright_asl::model::StateMachine;
use stepwright_asl::placeholder::{self, Addresses, Placeholder};
use stepwright_asl::redaction::Redaction;
use stepwright_asl::source::StateSources;
use stepwright_asl::validate::{validate, validate_text};
use stepwright_asl::{Diagnostic, Diagnostics};

/// The ASL of a workflow, with its name and type.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    name: String,
    machine_type: MachineType,
    machine: StateMachine,
    /// The states that call tasks and workflows by placeholders; `None` if only the text is known.
    addresses: Option<Addresses>,
    /// The types of task tokens' outputs, by the names of the states that wait for them.
    answers: BTreeMap<String, AnswerType>,
    results: Results,
    redaction: Redaction,
    sources: StateSources,
}

/// The types of the results of service integrations, by state. Tests generate samples from them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results(BTreeMap<String, fn() -> Shape>);

impl Results {
    pub(crate) fn insert(&mut self, state: String, shape: fn() -> Shape) {
        self.0.insert(state, shape);
    }
}

/// The types affect only samples, so definitions that differ only in them are equal.
impl PartialEq for Results {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Definition {
    pub(crate) fn new(
        name: String,
        machine_type: MachineType,
        machine: StateMachine,
    ) -> Definition {
        Definition {
            name,
            machine_type,
            machine,
            addresses: None,
            answers: BTreeMap::new(),
            results: Results::default(),
            redaction: Redaction::new(),
            sources: StateSources::default(),
        }
    }

    /// Sets the meaning of the placeholders that its states call.
    pub(crate) fn calling(self, addresses: Addresses) -> Definition {
        Definition {
            addresses: Some(addresses),
            ..self
        }
    }

    /// Sets the types of the task tokens' outputs that its states wait for.
    pub(crate) fn answered(self, answers: BTreeMap<String, AnswerType>) -> Definition {
        Definition { answers, ..self }
    }

    /// Sets the types of the results of service integrations.
    pub(crate) fn resulting(self, results: Results) -> Definition {
        Definition { results, ..self }
    }

    /// Sets the fields whose values are masked in output for people.
    pub(crate) fn redacting(self, redaction: Redaction) -> Definition {
        Definition { redaction, ..self }
    }

    /// Sets where its states are declared.
    pub(crate) fn declared_at(self, sources: StateSources) -> Definition {
        Definition { sources, ..self }
    }

    /// Parses and validates the text of a definition.
    ///
    /// ```
    /// use stepwright::{Definition, MachineType};
    ///
    /// let text = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
    /// let definition = Definition::from_json("Small", MachineType::Standard, text)?;
    /// assert_eq!(definition.machine().start_at, "Done");
    /// # Ok::<(), stepwright::InvalidWorkflow>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns every error that the validator finds, with its line and column.
    pub fn from_json(
        name: &str,
        machine_type: MachineType,
        text: &str,
    ) -> Result<Definition, InvalidWorkflow> {
        let fault = |diagnostic: &Diagnostic| {
            let mut fault = diagnostic
                .clone()
                .relocated(|_| WorkflowLocation::default());
            fault.message = format!("{}: {}", diagnostic.location, diagnostic.message);
            fault
        };
        let refused =
            |found: &Diagnostics| InvalidWorkflow::new(name, found.errors().map(fault).collect());
        let Ok(document) = Document::parse(text) else {
            return Err(refused(&validate_text(text, machine_type)));
        };
        let found = validate(&document, machine_type);
        if found.has_errors() {
            return Err(refused(&found));
        }
        match StateMachine::from_document(&document) {
            Ok(machine) => Ok(Definition::new(name.to_owned(), machine_type, machine)),
            Err(found) => Err(refused(&found)),
        }
    }

    /// The workflow's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The state machine.
    pub fn machine(&self) -> &StateMachine {
        &self.machine
    }

    /// Returns Standard or Express. Templates need it; it is not part of the ASL.
    pub fn machine_type(&self) -> MachineType {
        self.machine_type
    }

    /// Lists the placeholders that a template must replace: each `${Name}` of the ASL, the meaning
    /// of its value, and the states that use it.
    ///
    /// In a definition that was parsed from a text, a `Resource` that is a placeholder counts as a
    /// function, because the text does not distinguish it from an activity.
    ///
    /// ```
    /// use stepwright::asl::placeholder::SubstitutedValue;
    /// use stepwright::prelude::*;
    ///
    /// workflow! {
    ///     workflow Telling(order: String) {
    ///         task Tell {
    ///             service "arn:aws:states:::sns:publish" { TopicArn: placeholder!("TopicArn"), Message: order };
    ///             end;
    ///         }
    ///     }
    /// }
    ///
    /// let definition = Telling::definition();
    /// let found = definition.placeholders();
    /// assert_eq!((found[0].name(), found[0].stands_for()), ("TopicArn", SubstitutedValue::Value));
    /// assert_eq!(found[0].states(), ["Tell"]);
    /// ```
    pub fn placeholders(&self) -> Vec<Placeholder> {
        placeholder::in_machine_with(&self.machine, self.addresses.as_ref())
    }

    /// Returns the least-privilege IAM policy of the state machine. The meaning of the placeholders
    /// is known, so that an activity is not taken for a function.
    ///
    /// ```
    /// use stepwright::policy::PolicyOptions;
    /// use stepwright::{Definition, MachineType};
    ///
    /// let text = r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "End": true,
    ///     "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ///     "Parameters": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/asks", "MessageBody.$": "$$.Task.Token"}}}}"#;
    /// let definition = Definition::from_json("Asking", MachineType::Standard, text)?;
    /// let policy = definition.policy_with(&PolicyOptions::new("Asking").logging(true));
    /// assert_eq!(policy.statements()[1].resources, ["arn:aws:sqs:eu-west-1:123456789012:asks"]);
    /// # Ok::<(), stepwright::InvalidWorkflow>(())
    /// ```
    #[cfg(feature = "policy")]
    pub fn policy_with(
        &self,
        options: &stepwright_tools::policy::PolicyOptions,
    ) -> stepwright_tools::policy::Policy {
        let mut options = options.clone();
        if self.addresses.is_some() {
            options = options.addresses(self.addresses.clone());
        }
        stepwright_tools::policy::Policy::of(&self.machine, &options)
    }

    /// The states that call tasks and workflows by placeholders; `None` if only the text is known.
    #[doc(hidden)]
    pub fn addresses(&self) -> Option<&Addresses> {
        self.addresses.as_ref()
    }

    /// The types of task tokens' outputs, by the names of the states that wait for them; empty for
    /// a definition that was parsed from a text.
    #[doc(hidden)]
    pub fn answers(&self) -> &BTreeMap<String, AnswerType> {
        &self.answers
    }

    /// The types of the results of service integrations, by state; empty for a definition that was
    /// parsed from a text.
    #[doc(hidden)]
    pub fn results(&self) -> impl Iterator<Item = (&str, fn() -> Shape)> {
        let results = self.results.0.iter();
        results.map(|(state, shape)| (state.as_str(), *shape))
    }

    /// The fields of the workflow's payloads with `#[payload(redact)]`; empty for a definition that
    /// was parsed from a text.
    ///
    /// ```
    /// use stepwright::prelude::*;
    ///
    /// #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Payload)]
    /// struct Card {
    ///     holder: String,
    ///     #[payload(redact)]
    ///     number: String,
    /// }
    ///
    /// workflow! {
    ///     workflow Check(card: Card) -> String {
    ///         succeed Done { card.holder }
    ///     }
    /// }
    ///
    /// let card = serde_json::json!({ "holder": "Ada", "number": "4111 1111" });
    /// assert_eq!(Check::definition().redaction().value(&card)["number"], "[redacted]");
    /// ```
    pub fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Returns where a state is declared in Rust; `None` for a state that does not exist, and for a
    /// definition that was parsed from a text.
    ///
    /// ```
    /// use stepwright::prelude::*;
    ///
    /// workflow! {
    ///     workflow Greet(name: String) -> String {
    ///         succeed Done { name }
    ///     }
    /// }
    ///
    /// let done = Greet::definition().source_location("Done").expect("it is declared here");
    /// assert!(done.line() > 1);
    /// ```
    pub fn source_location(&self, state: &str) -> Option<SourceLocation> {
        self.sources.of(state)
    }

    /// Where all its states are declared.
    #[doc(hidden)]
    pub fn sources(&self) -> &StateSources {
        &self.sources
    }

    /// Returns the ASL on one line.
    pub fn to_json(&self) -> String {
        self.machine.to_json()
    }

    /// Returns the ASL, indented by two blanks. The same workflow always produces the same text.
    pub fn to_json_pretty(&self) -> String {
        self.machine.to_json_pretty()
    }

    /// Writes the indented ASL to a file, with a line feed at its end. Creates missing directories.
    ///
    /// # Errors
    ///
    /// Returns errors of the file system.
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, self.to_json_pretty() + "\n")
    }
}

/// The indented ASL.
impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json_pretty())
    }
}

#[cfg(test)]
mod tests {
    use crate::flow::{Flow, State};

    #[test]
    fn a_definition_file_is_indented_and_ends_with_a_line_feed() {
        let flow = Flow::new("Small").state(State::succeed("Done"));
        let definition = flow.lower().unwrap();
        let directory = std::env::temp_dir().join(format!("stepwright-{}", std::process::id()));
        let file = directory.join("asl/small.asl.json");
        definition.write(&file).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        assert_eq!(text, format!("{definition}\n"));
        assert_eq!(definition.name(), "Small");
    }
}
