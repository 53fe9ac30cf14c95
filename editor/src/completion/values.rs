//! Completion of values.

use std::collections::BTreeSet;
use std::ops::Range;

use stepwright_asl::errors;
use stepwright_asl::graph::Graph;
use stepwright_asl::integrations::{ResourceField, lookup};
use stepwright_asl::json::Json;
use stepwright_asl::model::{QueryLanguage, StateKind, ValueKind};
use stepwright_asl::words::first_of;

use super::insertion::InsertionPoint;
use super::required_arguments::ArgumentsLayout;
use super::{Completion, CompletionKind, expressions, resources};
use crate::Definition;
use crate::hover::MOST_NAMES;
use crate::nested_call::called_arn;
use crate::structure::{DefinitionPart, PartKind};
use crate::workspace::Callees;

pub(super) fn values(
    definition: &Definition,
    point: &InsertionPoint,
    part: &DefinitionPart,
    pointer: &str,
    offset: usize,
    callees: Callees<'_>,
) -> Vec<Completion> {
    let InsertionPoint::Value {
        range,
        in_text,
        notation,
        ..
    } = point
    else {
        return Vec::new();
    };
    if *in_text {
        let inside = expressions::expressions(definition, part, pointer, offset, callees);
        if let Some(inside) = inside {
            return inside;
        }
    }
    let write = |text: &str| notation.string(text);
    let name = |kind, text: &str| word(kind, text, range, write);
    let key = pointer.rsplit('/').next().unwrap_or_default();
    match part.kind {
        PartKind::Field(schema, field) => match (field.name, field.kind) {
            ("Next" | "Default" | "StartAt", _) => targets(definition, pointer)
                .into_iter()
                .map(|target| name(CompletionKind::State, &target))
                .collect(),
            ("Resource", _) => {
                let place = match schema.name {
                    "ItemReader" => ResourceField::ItemReader,
                    "ResultWriter" => ResourceField::ResultWriter,
                    _ => ResourceField::Task,
                };
                let typed = definition.json().pointer(pointer).and_then(Json::as_str);
                let typed = typed.unwrap_or_default();
                let mut found = resources::resources(place, typed, range, write);
                let state = part.state.as_deref();
                let state = state.and_then(|state| definition.json().pointer(state));
                let has = |field| state.is_some_and(|state| state.get(field).is_some());
                if place == ResourceField::Task && !has("Arguments") && !has("Parameters") {
                    let layout = ArgumentsLayout::of(definition, pointer, part.language, notation);
                    // The models of all services need much time and memory.
                    for completion in &mut found {
                        if resources::is_typed(typed, &completion.label) {
                            layout.add_required(completion);
                        }
                    }
                }
                found
            }
            ("ErrorEquals", _) => {
                let mut found: Vec<Completion> = error_names(definition, part)
                    .into_iter()
                    .map(|(error, detail)| name(CompletionKind::Error, &error).detail(detail))
                    .collect();
                explain_nested_errors(&mut found, definition, part, callees);
                found
            }
            (_, ValueKind::Word(words)) => words
                .iter()
                .map(|text| name(CompletionKind::Word, text))
                .collect(),
            (_, ValueKind::Bool) => literals(&["true", "false"], range),
            (_, ValueKind::Path) => literals(&["null"], range)
                .into_iter()
                .chain([name(CompletionKind::Word, "$")])
                .collect(),
            (_, ValueKind::Number | ValueKind::Template)
                if part.language == QueryLanguage::Jsonata && !*in_text =>
            {
                vec![expression_snippet(notation, range)]
            }
            _ => Vec::new(),
        },
        // The type is no field of the table of a state.
        PartKind::Other if key == "Type" && part.state.is_some() => StateKind::ALL
            .iter()
            .map(|kind| {
                let detail = crate::reference::state_type(*kind);
                name(CompletionKind::Word, kind.as_str()).detail(detail)
            })
            .collect(),
        PartKind::Operand => literals(&["true", "false"], range),
        _ => Vec::new(),
    }
}

fn word(
    kind: CompletionKind,
    text: &str,
    range: &Range<usize>,
    write: impl Fn(&str) -> String,
) -> Completion {
    let mut completion = Completion::new(kind, text, range.clone());
    completion.text = write(text);
    completion.filter = completion.text.clone();
    completion
}

fn literals(words: &[&str], range: &Range<usize>) -> Vec<Completion> {
    let words = words.iter();
    words
        .map(|word| Completion::new(CompletionKind::Word, *word, range.clone()))
        .collect()
}

/// `{% … %}`.
fn expression_snippet(notation: &super::insertion::Notation, range: &Range<usize>) -> Completion {
    let mut completion =
        Completion::new(CompletionKind::Word, "{% .. %}", range.clone()).detail("an expression");
    let text = notation.string("{% CURSOR %}");
    completion.text = super::escaped(&text).replace("CURSOR", "$1");
    completion.is_snippet = true;
    completion.filter = text;
    completion
}

/// The names of the states to which a transition may lead: those of its body.
fn targets(definition: &Definition, pointer: &str) -> Vec<String> {
    let graph = definition.graph();
    let container = container_of(&graph, pointer);
    let own = container.map(|container| &graph.containers()[container].states);
    let names = own.into_iter().flatten();
    names
        .map(|state| graph.states()[*state].name.to_owned())
        .collect()
}

/// The container of the transitions at a pointer.
fn container_of(graph: &Graph<'_>, pointer: &str) -> Option<usize> {
    let mut containers = graph.containers().iter();
    let started =
        containers.position(|container| container.pointer.key("StartAt").to_string() == pointer);
    started.or_else(|| Some(graph.states()[graph.state_at(pointer)?].container))
}

/// The errors that can be named: those of the service, those of the task that is called, and the
/// names that the file uses already.
fn error_names(definition: &Definition, part: &DefinitionPart) -> Vec<(String, &'static str)> {
    let mut names: Vec<(String, &'static str)> = Vec::new();
    let mut known = BTreeSet::new();
    let mut add = |name: String, detail: &'static str| {
        if known.insert(name.clone()) {
            names.push((name, detail));
        }
    };
    for name in errors::RESERVED
        .iter()
        .filter(|name| **name != errors::RUNTIME)
    {
        add((*name).to_owned(), "predefined");
    }
    let state = part.state.as_deref();
    let state = state.and_then(|state| definition.json().pointer(state));
    let resource = state.and_then(|state| state.get("Resource")?.as_str());
    if let Some(prefix) = resource.and_then(|resource| lookup(resource).ok()?.error_prefix()) {
        for name in modeled_errors(resource.unwrap_or_default(), prefix) {
            add(name, "an error of this action");
        }
    }
    let graph = definition.graph();
    for state in graph.states() {
        if state.kind == Some(StateKind::Fail)
            && let Some(error) = state.object.get("Error").and_then(Json::as_str)
            && !error.starts_with("{%")
        {
            add(error.to_owned(), "raised in this file");
        }
        for field in ["Retry", "Catch"] {
            let items = state.object.get(field).and_then(Json::as_array);
            for item in items.into_iter().flatten() {
                let equals = item.get("ErrorEquals").and_then(Json::as_array);
                for name in equals.into_iter().flatten().filter_map(Json::as_str) {
                    add(name.to_owned(), "used in this file");
                }
            }
        }
    }
    names
}

/// Explains the error of a nested execution. Its own error is no name in `ErrorEquals`: the error
/// of the Task is `States.TaskFailed`, and the cause contains the other.
fn explain_nested_errors(
    completions: &mut [Completion],
    definition: &Definition,
    part: &DefinitionPart,
    callees: Callees<'_>,
) {
    let errors = || {
        let state = definition.json().pointer(part.state.as_deref()?)?;
        let (_, arn) = called_arn(state.as_object()?)?;
        Some(callees.errors(arn))
    };
    let errors = errors().unwrap_or_default();
    let mut completions = completions.iter_mut();
    let failed = completions.find(|one| one.label == errors::TASK_FAILED);
    if let Some(failed) = failed.filter(|_| !errors.is_empty()) {
        let names: Vec<String> = errors.iter().map(|name| format!("`{name}`")).collect();
        failed.detail = Some("the nested execution failed".to_owned());
        failed.documentation = Some(format!(
            "The cause is a text in JSON with the members `Error` and `Cause` of the nested execution.\n\nIts errors: {}",
            first_of(&names, MOST_NAMES)
        ));
        failed.rank = 0;
    }
}

/// The errors of the service that a resource calls, by its model.
fn modeled_errors(resource: &str, prefix: &str) -> Vec<String> {
    use stepwright_asl::service_models::{CalledOperation, Models};

    let found = || {
        let called = CalledOperation::of(resource)?;
        let model = Models::shared().find(called.service).ok()?;
        let mut names: Vec<String> = model.errors.values().cloned().collect();
        names.sort();
        names.dedup();
        Some(names)
    };
    let names = found().unwrap_or_default().into_iter();
    names.map(|name| format!("{prefix}.{name}")).collect()
}

/// Returns the names of the errors of the call of a resource, as Retriers and Catchers write them.
///
/// ```
/// let errors = stepwright_editor::call_errors("arn:aws:states:::dynamodb:putItem");
/// assert!(errors.contains(&"DynamoDB.ConditionalCheckFailedException".to_owned()));
/// assert!(stepwright_editor::call_errors("unknown").is_empty());
/// ```
pub fn call_errors(resource: &str) -> Vec<String> {
    let prefix = lookup(resource).ok().and_then(|found| found.error_prefix());
    prefix.map_or_else(Vec::new, |prefix| modeled_errors(resource, prefix))
}
