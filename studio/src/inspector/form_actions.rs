//! The actions of the fields and buttons of a form, in their attributes.

use stepwright_asl::json::Json;
use stepwright_editor::Operation;

use crate::edit::action::Action;
use crate::edit::field_input::FieldKind;

/// The text that the page replaces by the value of the field.
pub(super) const VALUE: &str = "$value";

/// Writes actions for an attribute `data-actions`.
pub(super) fn written(actions: &[Action]) -> String {
    // Actions have no map with keys that are no strings, so they can be written.
    serde_json::to_string(actions).unwrap_or_default()
}

/// Makes the actions of a form about one definition.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormActions {
    /// The index of the definition.
    pub(super) definition: usize,
}

impl FormActions {
    pub(super) fn edit(self, operation: Operation) -> Action {
        Action::Edit {
            definition: self.definition,
            operation,
        }
    }

    /// Sets a field to a text.
    pub(super) fn set(self, field: &str, kind: FieldKind, input: &str) -> Action {
        Action::Set {
            definition: self.definition,
            field: field.to_owned(),
            kind,
            input: input.to_owned(),
        }
    }

    /// Sets a field to what the user types.
    pub(super) fn set_typed(self, field: &str, kind: FieldKind) -> String {
        written(&[self.set(field, kind, VALUE)])
    }

    /// Renames a state to what the user types.
    pub(super) fn rename_typed(self, state: &str) -> String {
        let state = state.to_owned();
        let name = VALUE.to_owned();
        written(&[self.edit(Operation::RenameState { state, name })])
    }

    pub(super) fn remove(self, field: &str) -> Action {
        let field = field.to_owned();
        self.edit(Operation::RemoveField { field })
    }

    /// Removes an item of a list; the last item with its list.
    pub(super) fn remove_item(self, list: &str, index: usize, count: usize) -> String {
        written(&[match count {
            1 => self.remove(list),
            _ => self.remove(&format!("{list}/{index}")),
        }])
    }

    /// Lets a transition lead to the state that the user chooses. `exists` is whether the
    /// transition is in the definition.
    pub(super) fn retarget_typed(self, transition: &str, exists: bool) -> String {
        let field = transition.to_owned();
        let operation = if exists {
            Operation::Retarget {
                transition: field,
                target: VALUE.to_owned(),
            }
        } else {
            Operation::SetField {
                field,
                value: VALUE.into(),
            }
        };
        written(&[self.edit(operation)])
    }

    /// Removes a transition; the execution then ends after a state with `Next`.
    pub(super) fn remove_transition(self, transition: &str, exists: bool) -> String {
        let mut actions = Vec::new();
        if exists && !transition.ends_with("/End") {
            actions.push(self.remove(transition));
        }
        if let Some(state) = transition.strip_suffix("/Next").filter(|_| exists) {
            actions.push(self.edit(Operation::SetField {
                field: format!("{state}/End"),
                value: Json::Bool(true),
            }));
        }
        written(&actions)
    }
}
