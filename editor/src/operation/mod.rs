//! Changes of a definition as values that can be sent and repeated.
//!
//! [`Document::edits`] turns an [`Operation`] into text edits. An operation that cannot keep the
//! meaning of the other states is refused with an [`OperationError`].

mod computed;
mod condition;
mod conversion;
mod difference;
mod error;
mod extraction;
mod fields;
mod format;
mod fragment;
mod group;
mod nesting;
mod offers;
mod order;
mod rename;
mod reroute;
mod rounds;
mod states;
mod transitions;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use stepwright_asl::edit::{Edit, EditError};
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_asl::name::check_state;

use crate::{Definition, Document, TextEdit};

pub(crate) use computed::reference;
pub use condition::{Combination, ConditionChange};
pub use error::OperationError;
pub use extraction::Extraction;
pub use nesting::Wrapper;
pub use offers::{Offer, state_machine_placeholder};

/// A change of one definition of a document. Pointers are RFC 6901 pointers into the definition.
///
/// ```
/// use stepwright_editor::{Document, Operation, TextEdit};
///
/// let operation: Operation = serde_json::from_str(
///     r#"{"operation": "renameState", "state": "/States/A", "name": "Charge"}"#,
/// )?;
/// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
/// let document = Document::open("order.asl.json", text, 1);
/// let edits = document.edits(0, &operation)?;
/// let renamed = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Succeed"}}}"#;
/// assert_eq!(TextEdit::apply(text, &edits), renamed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "operation",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Operation {
    /// Renames a state and all transitions to it.
    RenameState {
        /// Pointer to the state.
        state: String,
        /// The new name.
        name: String,
    },
    /// Renames a workflow variable in all states that can read it. Local bindings of JSONata and
    /// variables of other scopes with the same name remain.
    RenameVariable {
        /// Pointer to the member of an `Assign`.
        variable: String,
        /// The new name, without `$`.
        name: String,
    },
    /// Adds a state between the source of a transition and its target, or as the first state.
    AddState {
        /// Pointer to the name of the target: a `Next`, `Default` or `StartAt`. For a state with
        /// `End`, the pointer to `End`. For a body without states, the pointer to its `StartAt`,
        /// which may be absent.
        transition: String,
        /// The name of the new state.
        name: String,
        /// The new state, without `Next` and `End`. A Choice gets a `Default`.
        state: Json,
    },
    /// Adds the states of a fragment between the source of a transition and its target, or as the
    /// first states. Its states with `End` lead to the target.
    AddFragment {
        /// Pointer to the name of the target, as for [`Operation::AddState`].
        transition: String,
        /// An object with `StartAt` and `States`.
        fragment: Json,
    },
    /// Moves a state between the source of another transition and the target of that transition,
    /// also into another body. The transitions to the state lead to its successor.
    RerouteState {
        /// Pointer to the state.
        state: String,
        /// Pointer to the name of the target, as for [`Operation::AddState`].
        transition: String,
    },
    /// Removes a state. The transitions to it lead to its successor.
    RemoveState {
        /// Pointer to the state.
        state: String,
        /// The successor, if the state has transitions to several states.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        successor: Option<String>,
    },
    /// Adds a copy of a state after it.
    DuplicateState {
        /// Pointer to the state.
        state: String,
        /// The name of the copy.
        name: String,
        /// Whether a transition leads to the copy: that of the state, so that the copy follows it.
        /// The copy of a Choice is before the state, which is its `Default`. The copy of a
        /// Succeed or Fail gets one of several transitions to the state.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        connects: bool,
    },
    /// Lets a transition lead to another state of the same body.
    Retarget {
        /// Pointer to the name of the target. For a state with `End`, the pointer to `End`, which
        /// becomes `Next`.
        transition: String,
        /// The name of the new target.
        target: String,
    },
    /// Adds a Retrier before one for all errors.
    AddRetrier {
        /// Pointer to the state.
        state: String,
        /// The names of the errors.
        errors: Vec<String>,
    },
    /// Adds a Catcher before one for all errors.
    AddCatcher {
        /// Pointer to the state.
        state: String,
        /// The names of the errors.
        errors: Vec<String>,
        /// The state that continues after the error.
        target: String,
    },
    /// Adds a rule as the last one of a Choice.
    AddChoiceRule {
        /// Pointer to the Choice.
        state: String,
        /// The condition: an expression in JSONata, a comparison in JSONPath.
        condition: Json,
        /// The state that continues if the condition is true.
        target: String,
    },
    /// Changes a part of the condition of a Choice rule.
    ChangeCondition {
        /// Pointer to the rule.
        rule: String,
        /// The part: the index in each group from the outermost one; 0 in a `Not`. Without an
        /// index, the whole condition.
        part: Vec<usize>,
        /// The change.
        change: ConditionChange,
    },
    /// Sets a field, or adds it if it is absent. Only the parts of the value that differ are
    /// written.
    SetField {
        /// Pointer to the field.
        field: String,
        /// The value.
        value: Json,
    },
    /// Removes a field or an item.
    RemoveField {
        /// Pointer to the field or item.
        field: String,
    },
    /// Moves a state in the text, with its comments. Transitions remain.
    MoveState {
        /// Pointer to the state.
        state: String,
        /// The name of the state of the same body that follows it in the text. Without it, the
        /// state becomes the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    },
    /// Sorts the states in the order of execution: the states on the path without errors first.
    /// States that are never reached come last.
    SortStates {
        /// Pointer to the object with `States`. Without it, all bodies are sorted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// Moves states into a new Parallel or Map. The transitions from outside lead to it.
    WrapStates {
        /// Pointers to the states, which are in the same body.
        states: Vec<String>,
        /// The name of the new state.
        name: String,
        /// The type of the new state.
        wrapper: Wrapper,
    },
    /// Replaces a Map, or a Parallel with one branch, by the states in it.
    UnwrapState {
        /// Pointer to the Map or Parallel.
        state: String,
    },
    /// Replaces states by a call of a new state machine with these states. The text of the new
    /// state machine is in [`Document::extraction`].
    ExtractStates {
        /// Pointers to the states, which are in the same body.
        states: Vec<String>,
        /// The name of the state with the call.
        name: String,
        /// The ARN of the new state machine, or a placeholder of it such as `${Inner}`.
        state_machine: String,
    },
    /// Converts a state from JSONPath to JSONata. The states in it remain as they are.
    ConvertState {
        /// Pointer to the state.
        state: String,
        /// The codes of the differences that are accepted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accept: Vec<String>,
    },
    /// Converts all states from JSONPath to JSONata, except for those with a difference.
    ConvertDefinition {
        /// The codes of the differences that are accepted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accept: Vec<String>,
    },
    /// Writes the whitespace again. Values, comments and the order remain.
    Format {
        /// The range of the file in which whitespace changes. Without it, all whitespace of the
        /// definition changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        range: Option<Range<usize>>,
        /// One level of indentation. Without it, the most frequent one of the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        indentation: Option<String>,
    },
}

impl Document {
    /// The text edits of an operation on a definition, in text order.
    ///
    /// ```
    /// use stepwright_editor::{Document, OperationError, TextEdit};
    ///
    /// let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let after = |operation: &str| -> Result<String, OperationError> {
    ///     let operation = serde_json::from_str(operation).expect("it is an operation");
    ///     Ok(TextEdit::apply(text, &document.edits(0, &operation)?))
    /// };
    /// assert_eq!(
    ///     after(r#"{"operation": "addState", "transition": "/States/A/Next", "name": "C", "state": {"Type": "Pass"}}"#)?,
    ///     r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}"#,
    /// );
    /// assert_eq!(
    ///     after(r#"{"operation": "removeState", "state": "/States/A"}"#)?,
    ///     r#"{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}"#,
    /// );
    /// assert_eq!(
    ///     after(r#"{"operation": "moveState", "state": "/States/B", "before": "A"}"#)?,
    ///     r#"{"StartAt": "A", "States": {"B": {"Type": "Succeed"}, "A": {"Type": "Pass", "Next": "B"}}}"#,
    /// );
    /// assert_eq!(after(r#"{"operation": "sortStates"}"#)?, text);
    /// assert_eq!(
    ///     after(r#"{"operation": "wrapStates", "states": ["/States/A"], "name": "M", "wrapper": "Map"}"#)?,
    ///     r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}, "Next": "B"}, "B": {"Type": "Succeed"}}}"#,
    /// );
    /// # Ok::<(), OperationError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the definition lacks what the operation names, the result would not be what it says, or
    /// the text cannot be edited there.
    pub fn edits(
        &self,
        definition: usize,
        operation: &Operation,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let target = self.target(definition)?;
        let edits = match operation {
            Operation::RenameState { state, name } => target.rename_state(state, name)?,
            // The places of a variable are parts of texts, so they are edited as text.
            Operation::RenameVariable { variable, name } => {
                return target.rename_variable(definition, variable, name);
            }
            Operation::AddState {
                transition,
                name,
                state,
            } => target.add_state(transition, name, state)?,
            Operation::AddFragment {
                transition,
                fragment,
            } => target.add_fragment(transition, fragment)?,
            Operation::RerouteState { state, transition } => {
                return target.reroute_state(definition, state, transition);
            }
            Operation::RemoveState { state, successor } => {
                target.remove_state(state, successor.as_deref())?
            }
            Operation::DuplicateState {
                state,
                name,
                connects,
            } => return target.duplicate_state(definition, state, name, *connects),
            Operation::Retarget {
                transition,
                target: to,
            } => target.retarget(transition, to)?,
            Operation::AddRetrier { state, errors } => target.add_retrier(state, errors)?,
            Operation::AddCatcher {
                state,
                errors,
                target: to,
            } => target.add_catcher(state, errors, to)?,
            Operation::AddChoiceRule {
                state,
                condition,
                target: to,
            } => target.add_choice_rule(state, condition, to)?,
            Operation::ChangeCondition { rule, part, change } => {
                return target.change_condition(definition, rule, part, change);
            }
            Operation::SetField { field, value } => target.set_field(field, value),
            Operation::RemoveField { field } => target.remove_field(field)?,
            Operation::MoveState { state, before } => {
                target.move_state(state, before.as_deref())?
            }
            Operation::SortStates { body } => {
                return target.sort_states(definition, body.as_deref());
            }
            Operation::WrapStates {
                states,
                name,
                wrapper,
            } => return target.wrap_states(definition, states, name, *wrapper),
            Operation::UnwrapState { state } => return target.unwrap_state(definition, state),
            Operation::ExtractStates {
                states,
                name,
                state_machine,
            } => {
                let extraction = target.extract_states(definition, states, name, state_machine)?;
                return Ok(extraction.edits);
            }
            Operation::ConvertState { state, accept } => {
                return target.convert_state(definition, state, accept);
            }
            Operation::ConvertDefinition { accept } => {
                return target.convert_definition(definition, accept);
            }
            Operation::Format { range, indentation } => {
                return target.format(definition, range.as_ref(), indentation.as_deref());
            }
        };
        Ok(self.rounds(definition, edits)?)
    }

    fn target(&self, definition: usize) -> Result<OperationTarget<'_>, OperationError> {
        let found = self
            .definitions()
            .get(definition)
            .ok_or_else(|| OperationError::missing(format!("the definition {definition}")))?;
        Ok(OperationTarget {
            document: self,
            definition: found,
            graph: found.graph(),
        })
    }

    /// The text edits of edits that may touch each other: first all replacements, then the others
    /// one after the other. Their pointers must remain right in this order.
    fn rounds(&self, definition: usize, edits: Vec<Edit>) -> Result<Vec<TextEdit>, EditError> {
        let is_replacement = |edit: &Edit| matches!(edit, Edit::Replace { .. });
        let (replacements, others): (Vec<_>, Vec<_>) = edits.into_iter().partition(is_replacement);
        let first = replacements.first().or(others.first());
        let first = first.map_or("", Edit::pointer);
        self.in_rounds(definition, first, |rounds| {
            rounds.apply(&replacements)?;
            others
                .iter()
                .try_for_each(|edit| rounds.apply(std::slice::from_ref(edit)))
        })
    }
}

/// The definition that an operation changes.
struct OperationTarget<'d> {
    document: &'d Document,
    definition: &'d Definition,
    graph: Graph<'d>,
}

impl OperationTarget<'_> {
    /// The state at exactly this pointer.
    fn state(&self, pointer: &str) -> Result<usize, OperationError> {
        let state = self.graph.state_at(pointer);
        state
            .filter(|state| self.graph.states()[*state].pointer.to_string() == pointer)
            .ok_or_else(|| OperationError::missing(format!("a state at `{pointer}`")))
    }

    /// Whether the value of a state has all that its text has: no comment, and no tag such as
    /// `!Ref`.
    fn is_plain(&self, state: usize) -> bool {
        let pointer = self.graph.states()[state].pointer.to_string();
        !self.definition.tree().has_comment(&pointer) && self.computed(&pointer).is_empty()
    }

    /// Refuses a name for a state of a container that AWS refuses, or that another state has.
    fn check_new_name(&self, container: usize, name: &str) -> Result<(), OperationError> {
        check_state(name).map_err(|error| OperationError::refused(error.to_string()))?;
        // Names are unique in the whole definition.
        let mut states = self.graph.states().iter();
        if let Some(other) = states.find(|state| state.name == name) {
            let place = if other.container == container {
                ""
            } else {
                " in another body"
            };
            return Err(OperationError::refused(format!(
                "there is already a state `{name}`{place}; names are unique in a definition"
            )));
        }
        Ok(())
    }
}
