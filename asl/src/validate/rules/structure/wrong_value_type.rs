use crate::jsonata;
use crate::model::{FieldInfo, ValueKind};
use crate::validate::delimiters::mended;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals::{self, in_quotes};

use super::is_misplaced;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
        report
            .add(Pointer::ROOT, format!("expected an object, found {found}"))
            .service(ServiceText::WrongType("Object"));
    }
    for part in &definition.parts {
        for (_, value, field) in part.members() {
            if let Some(field) = field {
                check_type(definition, part, field, value, report);
            }
        }
    }
}

/// Fields with any text, so that the digits of a number are a valid value. `Version` is `1.0`,
/// which is a number in YAML.
const FREE_TEXTS: &[&str] = &["Cause", "Comment", "Error", "Version"];

/// Numbers that need not be whole.
const DECIMALS: &[&str] = &["BackoffRate", "ToleratedFailurePercentage"];

fn check_type<'d>(
    definition: &Definition<'d>,
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
        report
            .add(pointer(), message)
            .service(ServiceText::WrongType(service_type(field)))
            .suggest(suggestion)
            .fix(fix);
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
                    .service(ServiceText::WrongType(service_type(field)))
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
                    report
                        .add(pointer().index(index), message)
                        .service(ServiceText::WrongType("Object"));
                }
            }
        }
        (ValueKind::States, Json::Object(states)) => {
            for (name, state) in states {
                if definition.unknown.contains(state) {
                    continue;
                }
                if is_misplaced(name, state.as_object()) {
                    let message = format!("`{name}` is not a state: it belongs one level up");
                    report
                        .add(pointer().key(name), message)
                        .at_key()
                        .suggest(format!("move `{name}` out of `States`"));
                } else if state.as_object().is_none() {
                    let message = format!("expected an object, found {}", state.noun());
                    report
                        .add(pointer().key(name), message)
                        .service(ServiceText::WrongType("Object"));
                }
            }
        }
        _ => {}
    }
}

/// AWS's name of the type that a field requires.
fn service_type(field: &FieldInfo) -> &'static str {
    match field.kind {
        ValueKind::Text | ValueKind::Word(_) | ValueKind::Path => "String",
        ValueKind::Bool => "Boolean",
        ValueKind::Number if DECIMALS.contains(&field.name) => "Float",
        ValueKind::Number => "Integer",
        ValueKind::Texts | ValueKind::Structures(_) => "Array",
        ValueKind::Template
        | ValueKind::Templates
        | ValueKind::Structure(_)
        | ValueKind::States => "Object",
    }
}
