//! Values of unknown type, which a template engine fills in.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::json::{Document, Json, Object};
use crate::substitution::{is_substitution, open_members};

/// The fields with states and assignments of variables. A state of unknown type may assign
/// variables, too.
const SCOPES: &[&str] = &[
    "Assign",
    "Branches",
    "Catch",
    "Choices",
    "ItemProcessor",
    "Iterator",
    "States",
    "Type",
];

/// The values of a definition that are [placeholders without quotes](Document::is_unknown), by
/// their addresses.
#[derive(Debug, Default)]
pub(super) struct UnknownValues(HashSet<usize>);

impl UnknownValues {
    pub(super) fn of(document: &Document) -> UnknownValues {
        UnknownValues(document.unknown_addresses())
    }

    /// Whether a value is unknown.
    pub(super) fn contains(&self, json: &Json) -> bool {
        !self.0.is_empty() && self.0.contains(&(std::ptr::from_ref(json) as usize))
    }

    /// Whether a value is unknown, or contains an unknown value.
    pub(super) fn is_in(&self, json: &Json) -> bool {
        let is_inside = || match json {
            Json::Array(items) => items.iter().any(|item| self.is_in(item)),
            Json::Object(members) => members.values().any(|value| self.is_in(value)),
            _ => false,
        };
        !self.0.is_empty() && (self.contains(json) || is_inside())
    }

    /// Whether a state may have transitions that are unknown.
    pub(super) fn has_transition_in(&self, state: &Object) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let is_unknown = |value: &Json| {
            let object = value.as_object();
            self.contains(value) || object.is_some_and(has_open_members)
        };
        let lists = ["Choices", "Catch"]
            .iter()
            .filter_map(|key| state.get(*key));
        has_open_members(state)
            || lists.into_iter().any(|list| {
                is_unknown(list) || list.as_array().into_iter().flatten().any(is_unknown)
            })
    }

    /// Whether states or assignments of variables may be unknown anywhere in a definition.
    pub(super) fn may_assign(&self, definition: &Json) -> bool {
        !self.0.is_empty() && self.has_scope_in(definition, "", true)
    }

    /// `key` is the key of the nearest member; `is_scope` is whether an unknown value here may
    /// contain states or assignments.
    fn has_scope_in(&self, json: &Json, key: &str, is_scope: bool) -> bool {
        if self.contains(json) {
            return is_scope;
        }
        match json {
            Json::Array(items) => items
                .iter()
                .any(|item| self.has_scope_in(item, key, is_scope)),
            Json::Object(members) => members.iter().any(|(name, value)| {
                let is_state = key == "States";
                let is_scope = is_state || SCOPES.contains(&name.as_str()) || is_substitution(name);
                self.has_scope_in(value, name, is_scope)
            }),
            _ => false,
        }
    }

    /// Whether a diagnostic is about an unknown value, or about a member that unknown members may
    /// add.
    pub(super) fn explains(&self, document: &Document, diagnostic: &Diagnostic) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let pointer = &diagnostic.location.pointer;
        let is_at_value = || {
            let position = document.position(pointer);
            position.is_some_and(|position| position.offset == diagnostic.location.offset)
        };
        let object = || document.json().pointer(pointer).and_then(Json::as_object);
        document.is_unknown(pointer) && is_at_value() || object().is_some_and(has_open_members)
    }
}

/// Whether an object has unknown members.
pub(super) fn has_open_members(object: &Object) -> bool {
    open_members(object).is_some()
}
