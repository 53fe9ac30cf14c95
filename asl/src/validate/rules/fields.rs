//! Known fields and their types.

use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::fix::Fix;
use crate::json::{Json, Pointer};
use crate::jsonata;
use crate::model::{FieldInfo, Operator, QueryLanguage, StateKind, ValueKind};
use crate::similar::nearest;
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::delimiters::mended;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use super::container::is_misplaced;
use super::proposals;
pub(super) use crate::substitution::is_substitution;

pub(super) const UNKNOWN_FIELD: Rule = Rule {
    id: "SW014",
    name: "unknown-field",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A machine, a state or a part of one has an unknown field.",
    doc: "AWS rejects unknown fields on the machine, on states, and on retriers, catchers, choice rules and the other objects with named fields. `Comment` is allowed everywhere. Payload templates may have any fields.",
    source: source::STATES,
    check: unknown_field,
};

fn unknown_field(definition: &Definition<'_>, report: &mut Report<'_>) {
    for part in &definition.parts {
        for (key, _, field) in part.members() {
            let known = field.is_some() || part.schema.has(key) || key == "Comment";
            if known || has_own_rule(part, key) || is_substitution(key) {
                continue;
            }
            let fields = part.schema.fields.iter().map(|field| field.name);
            let operators = Operator::ALL.iter().map(|operator| operator.name());
            let names = fields.chain(operators.filter(|name| part.schema.has(name)));
            report
                .add(part.at(key), format!("Field '{key}' is not supported"))
                .at_key()
                .meant(key, names)
                .fix_meant(|meant| proposals::correct_field(part, key, meant));
        }
    }
}

/// Whether another rule reports this field in more detail.
fn has_own_rule(part: &DefinitionPart<'_>, key: &str) -> bool {
    match key {
        "Next" | "End" => part.is_state(),
        "InputPath" | "OutputPath" => part.is("Fail"),
        _ => false,
    }
}

pub(super) const STATE_TYPE: Rule = Rule {
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
                    .fix(fix);
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
                    .fix_meant(|meant| Some(proposals::replace(&pointer, word, meant)));
            }
            Some(other) => {
                let message = format!("expected a string, found {}", other.noun());
                report.add(state.pointer.key("Type"), message);
            }
        }
    }
}

pub(super) const WRONG_TYPE: Rule = Rule {
    id: "SW017",
    name: "wrong-value-type",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A field has a value of the wrong JSON type, or a word that is not one of its allowed words.",
    doc: "Instead of a number, a JSONata state also takes an expression in a string, except in a retrier. `Items` is an array, an object or an expression. A `${substitution}` that a template engine fills in is accepted everywhere. The words of fields with a fixed set of words, such as `Mode`, are case-sensitive.",
    source: source::STATES,
    check: wrong_type,
};

fn wrong_type(definition: &Definition<'_>, report: &mut Report<'_>) {
    if !matches!(definition.document.json(), Json::Object(_) | Json::Null) {
        let found = definition.document.json().noun();
        report.add(Pointer::ROOT, format!("expected an object, found {found}"));
    }
    for part in &definition.parts {
        for (_, value, field) in part.members() {
            if let Some(field) = field {
                check_type(part, field, value, report);
            }
        }
    }
}

/// Fields with any text, so that the digits of a number are a valid value. `Version` is `1.0`, which is a number in YAML.
const FREE_TEXTS: &[&str] = &["Cause", "Comment", "Error", "Version"];

fn check_type<'d>(
    part: &DefinitionPart<'d>,
    field: &'static FieldInfo,
    value: &'d Json,
    report: &mut Report<'_>,
) {
    if field.language.is_some_and(|only| only != part.language) {
        return;
    }
    let pointer = || part.at(field.name);
    if matches!(field.kind, ValueKind::Bool) && value.as_str().is_some_and(is_substitution) {
        return;
    }
    if !field.kind.accepts(value) {
        let message = format!("expected {}, found {}", field.kind.noun(), value.noun());
        let is_text = matches!(field.kind, ValueKind::Text | ValueKind::Word(_));
        let suggestion = is_text.then(|| in_quotes(value)).flatten();
        let is_free = match field.kind {
            ValueKind::Word(words) => words.contains(&value.to_string().as_str()),
            _ => FREE_TEXTS.contains(&field.name),
        };
        let fix = proposals::quote(&pointer(), value).filter(|_| is_text && is_free);
        report.add(pointer(), message).suggest(suggestion).fix(fix);
        return;
    }
    match (field.kind, value) {
        // Another rule checks this field.
        (ValueKind::Word(_), _) if field.name == "JitterStrategy" => {}
        (ValueKind::Word(words), Json::String(word)) => {
            if words.contains(&word.as_str()) || is_substitution(word) {
                return;
            }
            let message = format!(
                "The field '{}' should have one of these values: [{}]",
                field.name,
                words.join(", ")
            );
            report
                .add(pointer(), message)
                .meant(word, words.iter().copied())
                .fix_meant(|meant| Some(proposals::replace(&pointer(), word, meant)));
        }
        (ValueKind::Number, Json::String(text)) => {
            let may_be_expression = part.language == QueryLanguage::Jsonata
                && field.is_evaluated(part.schema)
                && jsonata::strip(text).is_some();
            if !may_be_expression && !is_substitution(text) {
                let mended = mended(text).filter(|_| part.language == QueryLanguage::Jsonata);
                let fix = mended
                    .as_ref()
                    .and_then(|_| proposals::delimit(&pointer(), text));
                report
                    .add(pointer(), "expected a number, found a string")
                    .suggest(mended.map(|text| format!("write `{text}`")))
                    .fix(fix);
            }
        }
        (ValueKind::Template, _) if field.name == "Items" => {
            let is_collection = match value {
                Json::Array(_) | Json::Object(_) => true,
                // Another rule reports an unclosed expression.
                Json::String(text) => text.trim_start().starts_with("{%") || is_substitution(text),
                _ => false,
            };
            if !is_collection {
                let found = value.noun();
                let message =
                    format!("expected an array, an object or an expression, found {found}");
                let text = value.as_str();
                let mended = text.and_then(mended);
                report
                    .add(pointer(), message)
                    .suggest(mended.map(|text| format!("write `{text}`")))
                    .fix(text.and_then(|text| proposals::delimit(&pointer(), text)));
            }
        }
        (ValueKind::Structures(_), Json::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                if item.as_object().is_none() {
                    let message = format!("expected an object, found {}", item.noun());
                    report.add(pointer().index(index), message);
                }
            }
        }
        (ValueKind::States, Json::Object(states)) => {
            for (name, state) in states {
                if is_misplaced(name, state.as_object()) {
                    let message = format!("`{name}` is not a state: it belongs one level up");
                    report
                        .add(pointer().key(name), message)
                        .at_key()
                        .suggest(Some(format!("move `{name}` out of `States`")));
                } else if state.as_object().is_none() {
                    let message = format!("expected an object, found {}", state.noun());
                    report.add(pointer().key(name), message);
                }
            }
        }
        _ => {}
    }
}

/// The suggestion for a number or boolean where a string is required. YAML turns `1.0` and `yes` into these.
pub(super) fn in_quotes(value: &Json) -> Option<String> {
    matches!(value, Json::Number(_) | Json::Bool(_)).then(|| "put it in quotes".to_owned())
}
