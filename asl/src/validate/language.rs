//! The query language of machines and states, including definitions where a template engine fills
//! it in.

use crate::graph::Graph;
use crate::json::{Json, Object};
use crate::model::{QueryLanguage, Schema, StateKind, ValueKind};
use crate::substitution::open_members;

/// The query language of the machine. If the field has a placeholder such as `${QueryLanguage}`,
/// the language is inferred from the states.
pub(super) fn of_machine(machine: &Json, graph: &Graph<'_>) -> QueryLanguage {
    let Some(word) = word(machine.as_object()) else {
        return QueryLanguage::JsonPath;
    };
    QueryLanguage::from_word(word).unwrap_or_else(|| {
        let mut inherits = None;
        for state in graph.states() {
            match (QueryLanguage::of(state.object), state.kind) {
                // JSONPath states are not allowed in a JSONata machine.
                (Some(QueryLanguage::JsonPath), _) => return QueryLanguage::JsonPath,
                (None, Some(kind)) if inherits.is_none() => {
                    inherits = evidence(state.object, kind.schema());
                }
                _ => {}
            }
        }
        inherits.unwrap_or(QueryLanguage::JsonPath)
    })
}

/// The query language of a state.
pub(super) fn of_state(state: &Object, kind: StateKind, machine: QueryLanguage) -> QueryLanguage {
    match word(Some(state)) {
        None => machine,
        Some(word) => QueryLanguage::from_word(word)
            .or_else(|| evidence(state, kind.schema()))
            .unwrap_or(machine),
    }
}

/// The word for the language, or the placeholder of members among which it may be.
fn word(object: Option<&Object>) -> Option<&str> {
    let object = object?;
    match object.get("QueryLanguage") {
        Some(language) => language.as_str(),
        None => open_members(object),
    }
}

/// Infers the query language: from a field that only one language has, from an expression, or from
/// a key that ends in `.$`.
fn evidence(object: &Object, schema: &Schema) -> Option<QueryLanguage> {
    object.iter().find_map(|(key, value)| {
        let field = schema.field(key)?;
        field.language.or_else(|| match field.kind {
            ValueKind::Structure(inner) => evidence(value.as_object()?, inner()),
            ValueKind::Structures(inner) => {
                let mut items = value.as_array()?.iter();
                items.find_map(|item| evidence(item.as_object()?, inner()))
            }
            // Nested states may have a different language.
            ValueKind::States => None,
            _ => in_template(value),
        })
    })
}

fn in_template(value: &Json) -> Option<QueryLanguage> {
    match value {
        Json::String(text) => text.starts_with("{%").then_some(QueryLanguage::Jsonata),
        Json::Array(items) => items.iter().find_map(in_template),
        Json::Object(members) => members.iter().find_map(|(key, value)| {
            let is_path = key.ends_with(".$");
            is_path
                .then_some(QueryLanguage::JsonPath)
                .or_else(|| in_template(value))
        }),
        _ => None,
    }
}
