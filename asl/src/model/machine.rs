//! The [`StateMachine`].

use std::borrow::Cow;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::json::{Document, Json};
use crate::value_path::ValuePath;

use super::json_text::json_text;
use super::schema::ValueKind;
use super::structure::{Field, ParseContext, Structure, structure, take};
use super::{NumberOrExpression, QueryLanguage, State, Word};

/// States by name, in document order.
pub type States = IndexMap<String, State>;

impl Field for States {
    const KIND: ValueKind = ValueKind::States;

    fn read(json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<Self> {
        let states = take(json, Self::KIND, at, reading, |json| json.as_object())?;
        let read = states.iter().filter_map(|(name, state)| {
            if reading.is_unknown_state(state, &at.key(name)) {
                return None;
            }
            Some((name.clone(), State::read(state, &at.key(name), reading)?))
        });
        Some(read.collect())
    }

    fn write(&self) -> Option<Json> {
        let states = self
            .iter()
            .map(|(name, state)| (name.clone(), state.write()));
        Some(Json::Object(states.collect()))
    }
}

structure! {
    /// A state machine.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html>
    StateMachine {
        /// Description of the machine.
        comment: Option<String> = "Comment",
        /// The query language of states without their own; JSONPath if absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// The version of the language: `1.0`.
        version: Option<String> = "Version",
        /// The maximum duration of an execution in seconds.
        timeout_seconds: Option<NumberOrExpression> = "TimeoutSeconds",
        /// The name of the first state.
        start_at: String = "StartAt" required,
        /// The states.
        states: States = "States" required,
    }
}

impl StateMachine {
    /// Parses a definition from JSON text.
    ///
    /// # Errors
    ///
    /// All locations where the text is not JSON, has a duplicate key, or contains a value of the
    /// wrong type for its field. This function does not validate the definition further.
    pub fn from_json(text: &str) -> Result<StateMachine, Diagnostics> {
        StateMachine::from_document(&Document::parse(text)?)
    }

    /// Parses a definition from YAML text, such as SAM's `.asl.yaml` files; see
    /// [`yaml`](crate::yaml) for its semantics.
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    ///
    /// let machine = StateMachine::from_yaml("
    /// StartAt: Charge
    /// States:
    ///   Charge:
    ///     Type: Task
    ///     Resource: ${ChargeArn}
    ///     End: true
    /// ")?;
    /// assert_eq!(machine.start_at, "Charge");
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`StateMachine::from_json`].
    #[cfg(feature = "yaml")]
    pub fn from_yaml(text: &str) -> Result<StateMachine, Diagnostics> {
        StateMachine::from_document(&Document::parse_yaml(text)?)
    }

    /// Reads a definition from a parsed document. Of [unknown values](Document::is_unknown), a
    /// number or a text is its placeholder, a list or an object is empty, and a state is left out.
    ///
    /// # Errors
    ///
    /// Like [`StateMachine::from_json`].
    pub fn from_document(document: &Document) -> Result<StateMachine, Diagnostics> {
        let mut reading = ParseContext::new(document);
        for duplicate in document.duplicates() {
            reading.push(Diagnostic::duplicate(duplicate));
        }
        let machine =
            <StateMachine as Field>::read(document.json(), &ValuePath::ROOT, &mut reading);
        reading.finish(machine.unwrap_or_default())
    }

    /// Reads a definition from a JSON value, for example a part of another document.
    ///
    /// # Errors
    ///
    /// Like [`StateMachine::from_json`]; lines and columns are those of the value's compact text.
    pub fn from_value(json: &Json) -> Result<StateMachine, Diagnostics> {
        StateMachine::from_json(&json.to_string())
    }

    /// The definition as a JSON value.
    pub fn to_value(&self) -> Json {
        Json::Object(Structure::write(self))
    }

    /// The definition as compact JSON text.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The definition as JSON text, indented by two blanks for each level. Equal machines have
    /// equal texts.
    pub fn to_json_pretty(&self) -> String {
        self.to_value().to_pretty()
    }
}

/// Functions that accept definitions as JSON also accept machines.
impl From<&StateMachine> for Cow<'_, Json> {
    fn from(machine: &StateMachine) -> Self {
        Cow::Owned(machine.to_value())
    }
}

json_text!(StateMachine);
