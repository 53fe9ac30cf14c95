//! Reports a field whose value AWS does not accept: a wrong JSON type or an unknown word.

use crate::edit::InsertPosition;
use crate::jsonata;
use crate::model::{FieldInfo, ProcessorMode, ValueKind};
use crate::path::Path;
use crate::validate::delimiters::mended;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals::{self, in_quotes};
use crate::validate::rules::tasks::unknown_resource::{LAMBDA, PLACEHOLDER};
use crate::words;

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
            .service(ServiceText::WrongType("Object"))
            .choices(|| {
                let title = "replace it with a machine with one state";
                let machine = state_fixes::container("Start");
                [Fix::choice(title, [Edit::replace("", machine)])]
            });
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
    if matches!(field.kind, ValueKind::Bool) && value.as_str().is_some_and(is_substitution) {
        return;
    }
    if !field.kind.accepts(value) {
        return report_other_type(definition, part, field, value, report);
    }
    match (field.kind, value) {
        // Another rule checks this field.
        (ValueKind::Word(_), _) if field.name == "JitterStrategy" => {}
        (ValueKind::Word(words), Json::String(word)) => {
            check_word(part, field, words, word, report);
        }
        (ValueKind::Number, Json::String(text)) => check_number(part, field, text, report),
        (ValueKind::Template, _) if field.name == "Items" => {
            check_items(part, field, value, report);
        }
        (ValueKind::Structures(_), Json::Array(items)) => {
            check_structures(part, field, items, report);
        }
        (ValueKind::States, Json::Object(states)) => {
            check_states(definition, part, states, report);
        }
        _ => {}
    }
}

/// Reports a value whose type the field does not accept.
fn report_other_type<'d>(
    definition: &Definition<'d>,
    part: &DefinitionPart<'d>,
    field: &'static FieldInfo,
    value: &'d Json,
    report: &mut Report<'_>,
) {
    let pointer = || part.at(field.name);
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
        .fix(fix)
        .choices(|| {
            let converted = converted(field.kind, value).into_iter();
            // Another language or mode needs other fields, and `"End": false` a `Next`.
            let is_free = |value: &Json| match field.name {
                "QueryLanguage" | "Mode" => false,
                "End" => value.as_bool() == Some(true) && !part.has("Next"),
                _ => true,
            };
            let converted = converted.filter(is_free);
            let converted = converted.map(|value| field_fixes::set(part, field.name, value));
            let removed = (!is_needed(part, field)).then(|| field_fixes::remove(part, field.name));
            let values = usual(definition, part, field.name).into_iter();
            let usual = values.map(|value| field_fixes::set(part, field.name, value));
            let usual = usual.filter(|_| removed.is_none());
            converted
                .chain(usual)
                .chain(removed.clone())
                .collect::<Vec<_>>()
        });
}

/// Checks one of several words.
fn check_word(
    part: &DefinitionPart<'_>,
    field: &'static FieldInfo,
    words: &[&str],
    word: &str,
    report: &mut Report<'_>,
) {
    let pointer = || part.at(field.name);
    if words.contains(&word) || is_substitution(word) {
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
        .fix_meant(|meant| Some(proposals::replace(&pointer(), word, meant)))
        .choices(|| {
            // A Distributed Map needs further fields.
            let is_complete = |word: &&&str| {
                field.name != "QueryLanguage"
                    && (**word != ProcessorMode::Distributed.as_str() || part.has("ExecutionType"))
            };
            let words = words.iter().filter(is_complete);
            words.map(|word| field_fixes::replace(pointer(), *word))
        });
}

/// Checks a string where a number is expected: only an expression is one.
fn check_number(
    part: &DefinitionPart<'_>,
    field: &'static FieldInfo,
    text: &str,
    report: &mut Report<'_>,
) {
    let pointer = || part.at(field.name);
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
            .fix(fix)
            .choices(|| {
                let number = text.trim().parse::<Json>().ok();
                let number = number.filter(|json| json.as_number().is_some());
                let set = number.map(|number| field_fixes::set(part, field.name, number));
                let path = format!("{}Path", field.name);
                let is_path = Path::parse(text).is_ok_and(|path| path.is_definite())
                    && part.schema.has(&path);
                let path = is_path.then(|| field_fixes::rename(part, field.name, &path));
                let path = path
                    .flatten()
                    .filter(|_| part.language == QueryLanguage::JsonPath);
                let removed = field_fixes::remove(part, field.name);
                set.into_iter()
                    .chain(path)
                    .chain((!is_needed(part, field)).then_some(removed))
                    .collect::<Vec<_>>()
            });
    }
}

/// Checks the `Items` of a Map.
fn check_items(
    part: &DefinitionPart<'_>,
    field: &'static FieldInfo,
    value: &Json,
    report: &mut Report<'_>,
) {
    let pointer = || part.at(field.name);
    let is_collection = match value {
        Json::Array(_) | Json::Object(_) => true,
        // Another rule reports an unclosed expression.
        Json::String(text) => text.trim_start().starts_with("{%") || is_substitution(text),
        _ => false,
    };
    if !is_collection {
        let found = value.noun();
        let message = format!("expected an array, an object or an expression, found {found}");
        let text = value.as_str();
        let mended = text.and_then(mended);
        report
            .add(pointer(), message)
            .suggest(mended.map(|text| format!("write `{text}`")))
            .fix(text.and_then(|text| proposals::delimit(&pointer(), text)))
            .choices(|| [field_fixes::remove(part, field.name)]);
    }
}

/// Checks that all items of a list are objects.
fn check_structures(
    part: &DefinitionPart<'_>,
    field: &'static FieldInfo,
    items: &[Json],
    report: &mut Report<'_>,
) {
    let pointer = || part.at(field.name);
    for (index, item) in items.iter().enumerate() {
        if item.as_object().is_none() {
            let message = format!("expected an object, found {}", item.noun());
            report
                .add(pointer().index(index), message)
                .service(ServiceText::WrongType("Object"))
                .choices(|| {
                    // Most lists must not be empty.
                    let edit = Edit::remove(pointer().index(index));
                    let removed = Fix::choice("remove this item", [edit]);
                    let rule = json!({"Variable": "$.value", "IsPresent": true});
                    let rule = field_fixes::replace(pointer().index(index), rule);
                    let is_rule = matches!(field.name, "And" | "Or");
                    match (items.len() > 1, is_rule) {
                        (true, _) => vec![removed],
                        (false, true) => vec![rule],
                        (false, false) => Vec::new(),
                    }
                });
        }
    }
}

/// Checks that all members of `States` are states.
fn check_states(
    definition: &Definition<'_>,
    part: &DefinitionPart<'_>,
    states: &Object,
    report: &mut Report<'_>,
) {
    let pointer = || part.at("States");
    for (name, state) in states {
        if definition.unknown.contains(state) {
            continue;
        }
        if is_misplaced(name, state.as_object()) {
            let message = format!("`{name}` is not a state: it belongs one level up");
            report
                .add(pointer().key(name), message)
                .at_key()
                .suggest(format!("move `{name}` out of `States`"))
                .choices(|| {
                    if name == "States" {
                        return unnested(part, states, state);
                    }
                    let edits = [
                        Edit::remove(pointer().key(name)),
                        Edit::Insert {
                            pointer: field_fixes::member(&part.pointer, name),
                            value: state.clone(),
                            position: InsertPosition::Before("States".to_owned()),
                        },
                    ];
                    let title = format!("move `{name}` out of `States`");
                    (!part.has(name)).then(|| Fix::choice(title, edits))
                });
        } else if state.as_object().is_none() {
            let message = format!("expected an object, found {}", state.noun());
            report
                .add(pointer().key(name), message)
                .service(ServiceText::WrongType("Object"))
                .choices(|| {
                    let pass = json!({"Type": "Pass", "End": true});
                    let title = "replace it with a Pass state";
                    [Fix::choice(
                        title,
                        [Edit::replace(pointer().key(name), pass)],
                    )]
                });
        }
    }
}

/// Replaces `States` by the `States` in it, with the other fields of the container in it.
fn unnested(part: &DefinitionPart<'_>, states: &Object, inner: &Json) -> Option<Fix> {
    let mut edits = vec![Edit::replace(part.at("States"), inner.clone())];
    for (name, value) in states.iter().filter(|(name, _)| *name != "States") {
        if part.has(name) || !part.schema.has(name) {
            return None;
        }
        edits.push(Edit::Insert {
            pointer: field_fixes::member(&part.pointer, name),
            value: value.clone(),
            position: InsertPosition::Before("States".to_owned()),
        });
    }
    // Two insertions at one position are not possible.
    (edits.len() <= 2).then(|| Fix::choice("move `States` one level up", edits))
}

/// The usual values of a required field, as placeholders.
fn usual(definition: &Definition<'_>, part: &DefinitionPart<'_>, field: &str) -> Vec<Json> {
    let graph = &definition.graph;
    let own =
        |container: &&crate::graph::Container<'_>| std::ptr::eq(container.object, part.object);
    let container = || {
        graph
            .containers()
            .iter()
            .position(|container| own(&container))
    };
    let of_state = || {
        let state = part.state?;
        let container = graph.states()[state].container;
        Some(state_fixes::targets(definition, container, Some(state)))
    };
    let texts = |texts: Vec<&str>| texts.into_iter().map(Json::from).collect();
    let start = || match part.text("StartAt") {
        Some(name) => name.to_owned(),
        None => state_fixes::fresh_name(definition, "Start"),
    };
    match field {
        "StartAt" => {
            let container = container();
            let targets = container.map(|index| state_fixes::targets(definition, index, None));
            texts(targets.unwrap_or_default())
        }
        "Next" | "Default" => texts(of_state().unwrap_or_default()),
        "Seconds" => vec![60.into()],
        "Resource" if part.is("Task") => texts(vec![LAMBDA, PLACEHOLDER]),
        "Variable" => vec!["$.value".into()],
        "ErrorEquals" => vec![["States.TaskFailed"].into()],
        "States" => vec![Json::Object(state_fixes::placeholder(&start()))],
        "ItemProcessor" | "Iterator" => {
            let name = state_fixes::fresh_name(definition, "Process item");
            vec![state_fixes::container(&name)]
        }
        "Branches" => {
            let name = state_fixes::fresh_name(definition, "Branch");
            vec![[state_fixes::container(&name)].into()]
        }
        "Choices" if part.language == QueryLanguage::JsonPath => {
            let default = part.text("Default").map(str::to_owned);
            let first = || Some((*of_state()?.first()?).to_owned());
            let target = default.or_else(first);
            let rule = |target| json!({"Variable": "$.value", "IsPresent": true, "Next": target});
            target
                .map(|target| [rule(target)].into())
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The value in the type that a field requires.
fn converted(kind: ValueKind, value: &Json) -> Vec<Json> {
    let text = match value {
        Json::String(text) => Some(text.trim().to_ascii_lowercase()),
        _ => None,
    };
    match kind {
        ValueKind::Bool => match text.as_deref() {
            Some("true" | "yes" | "1") => vec![true.into()],
            Some("false" | "no" | "0") => vec![false.into()],
            _ => vec![true.into(), false.into()],
        },
        ValueKind::Texts if value.as_str().is_some() => vec![[value.clone()].into()],
        ValueKind::Structures(_) if value.as_object().is_some_and(|value| !value.is_empty()) => {
            vec![[value.clone()].into()]
        }
        ValueKind::Word(words) => words.iter().map(|word| Json::from(*word)).collect(),
        _ => Vec::new(),
    }
}

/// Whether a part is invalid without a field.
fn is_needed(part: &DefinitionPart<'_>, field: &FieldInfo) -> bool {
    let fields = words![
        Next End Seconds Timestamp RoleArn ItemProcessor Iterator Branches Choices Resource
        ExecutionType
    ];
    field.required || fields.contains(&field.name) || part.is("ChoiceRule")
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
