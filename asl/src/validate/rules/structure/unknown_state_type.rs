//! Reports a state without a valid `Type`, and offers the types that fit its fields.

use crate::model::StateKind;
use crate::similar::nearest;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

use super::is_misplaced;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW015",
    name: "unknown-state-type",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A state's `Type` is missing, or is not one of the eight types.",
    doc: "The eight types are Task, Pass, Choice, Wait, Succeed, Fail, Parallel and Map. They are case-sensitive. Without a type nothing else about the state can be checked.",
    source: source::STATES,
    check: state_type,
};

fn state_type(definition: &Definition<'_>, report: &mut Report<'_>) {
    for state in definition
        .graph
        .states()
        .iter()
        .filter(|state| state.kind.is_none())
    {
        match state.object.get("Type") {
            None => {
                if is_misplaced(state.name, Some(state.object)) {
                    continue;
                }
                let is_type = |key: &&String| nearest(key, ["Type"]).is_some();
                let misspelt = state.object.keys().find(is_type);
                let fix = misspelt.map(|key| {
                    let edit = Edit::rename(state.pointer.key(key), "Type");
                    Fix::safe(format!("rename `{key}` to `Type`"), edit)
                });
                report
                    .add(&state.pointer, "These fields are required: [Type]")
                    .at_key()
                    .suggest(misspelt.map(|key| format!("write `{key}` as `Type`")))
                    .fix(fix)
                    .choices(|| {
                        let add = |kind: StateKind| {
                            let title = format!("add `\"Type\": \"{kind}\"`");
                            let edit = Edit::Insert {
                                pointer: field_fixes::member(&state.pointer, "Type"),
                                value: kind.as_str().into(),
                                position: field_fixes::first(state.object),
                            };
                            Fix::choice(title, [edit])
                        };
                        fitting(state.object).into_iter().map(add)
                    });
            }
            Some(Json::String(word)) if is_substitution(word) => {}
            Some(Json::String(word)) => {
                let words: Vec<&str> = StateKind::ALL.iter().map(|kind| kind.as_str()).collect();
                let message = format!(
                    "The field 'Type' should have one of these values: [{}]",
                    words.join(", ")
                );
                let pointer = state.pointer.key("Type");
                report
                    .add(&pointer, message)
                    .meant(word, words)
                    .fix_meant(|meant| Some(proposals::replace(&pointer, word, meant)))
                    .choices(|| {
                        let fitting = fitting(state.object).into_iter();
                        fitting.map(|kind| field_fixes::replace(&pointer, kind.as_str()))
                    });
            }
            Some(other) => {
                let message = format!("expected a string, found {}", other.noun());
                let pointer = state.pointer.key("Type");
                report
                    .add(&pointer, message)
                    .service(ServiceText::WrongType("String"))
                    .choices(|| {
                        let fitting = fitting(state.object).into_iter();
                        fitting.map(|kind| field_fixes::replace(&pointer, kind.as_str()))
                    });
            }
        }
    }
}

/// The types that have all fields of an object, and whose required fields it has.
fn fitting(object: &Object) -> Vec<StateKind> {
    let has_next = object.contains_key("Next") || object.contains_key("End");
    let waits = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
    let fits = |kind: &StateKind| {
        let schema = kind.schema();
        let mut required = schema.fields.iter().filter(|field| field.required);
        let is_complete = required.all(|field| object.contains_key(field.name));
        let has_all = object.keys().all(|key| schema.has(key) || key == "Comment");
        let waited = waits.iter().filter(|field| object.contains_key(**field));
        is_complete
            && has_all
            && has_next == state_fixes::takes_next(Some(*kind))
            && match kind {
                StateKind::Wait => waited.count() == 1,
                StateKind::Map => {
                    object.contains_key("ItemProcessor") != object.contains_key("Iterator")
                }
                _ => true,
            }
    };
    StateKind::ALL.iter().copied().filter(fits).collect()
}
