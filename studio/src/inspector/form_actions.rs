//! The actions of the fields and buttons of a form, in their attributes.

use stepwright_asl::json::Json;
use stepwright_editor::Operation;

use crate::action::Action;
use crate::field_input::FieldKind;

/// The text that the page replaces by the value of the field.
const VALUE: &str = "$value";

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

    /// Lets a transition lead to a state, or to the end without one. `exists` is whether the
    /// transition is in the definition.
    pub(super) fn retarget(self, transition: &str, target: Option<&str>, exists: bool) -> String {
        let field = transition.to_owned();
        let is_end = transition.ends_with("/End");
        let actions = match target {
            Some(target) if exists => vec![self.edit(Operation::Retarget {
                transition: field,
                target: target.to_owned(),
            })],
            Some(target) => vec![self.edit(Operation::SetField {
                field,
                value: target.into(),
            })],
            None if is_end || !exists => Vec::new(),
            None => match transition.strip_suffix("/Next") {
                Some(state) => vec![
                    self.remove(transition),
                    self.edit(Operation::SetField {
                        field: format!("{state}/End"),
                        value: Json::Bool(true),
                    }),
                ],
                None => vec![self.remove(transition)],
            },
        };
        written(&actions)
    }
}
