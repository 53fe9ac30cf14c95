//! Reports a Task that waits for a callback, although no worker receives its task token.

use std::collections::HashSet;

use crate::limits::AwaitedEvent;
use crate::model::MachineType;
use crate::path::{Path, PathStep, Root};
use crate::validate::rules::prelude::*;
use crate::validate::unknown::has_open_members;

use super::tasks;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW047",
    name: "unused-task-token",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task waits for its task token but does not pass the token on.",
    doc: "Add `$$.Task.Token` (in JSONata `$states.context.Task.Token`) to `Parameters` or `Arguments`; the worker returns it with SendTaskSuccess or SendTaskFailure. Without it the Task waits until it times out.",
    source: source::PATTERNS,
    check: token,
};

fn token(definition: &Definition<'_>, report: &mut Report<'_>) {
    // Express machines reject such a Task.
    if definition.machine_type == MachineType::Express {
        return;
    }
    let is_waiting = |task: &DefinitionPart<'_>| {
        task.text("Resource").and_then(AwaitedEvent::of) == Some(AwaitedEvent::Token)
    };
    if !tasks(definition).any(is_waiting) {
        return;
    }
    let mut giving: HashSet<usize> = HashSet::new();
    for binding in &definition.bindings {
        if let Some(Ok(parsed)) = &binding.parsed
            && parsed.paths().into_iter().any(selects_token)
        {
            giving.insert(binding.part);
        }
    }
    for path in &definition.paths {
        if let Ok(parsed) = &path.parsed
            && path.field == "InputPath"
            && parsed.paths().into_iter().any(selects_token)
        {
            giving.insert(path.part);
        }
    }
    for expression in definition
        .expressions
        .iter()
        .filter(|expression| expression.field == "Arguments")
    {
        if let Some(Ok(parsed)) = &expression.parsed
            && reads_token(parsed.source)
        {
            giving.insert(expression.part);
        }
    }
    for number in definition.numbers_of("Task") {
        let task = &definition.parts[number];
        if !is_waiting(task) || giving.contains(&number) {
            continue;
        }
        let (field, token) = match task.language {
            QueryLanguage::JsonPath => ("Parameters", "\"token.$\": \"$$.Task.Token\""),
            QueryLanguage::Jsonata => (
                "Arguments",
                "\"token\": \"{% $states.context.Task.Token %}\"",
            ),
        };
        let payload = task.object.get(field);
        let is_open = |payload: &Json| {
            payload.as_str().is_some_and(is_substitution) || definition.unknown.is_in(payload)
        };
        if has_open_members(task.object) || payload.is_some_and(is_open) {
            continue;
        }
        let pointer = task.at(payload.map_or("Resource", |_| field));
        report
            .add(
                pointer,
                "the task token is not passed on, so no worker can return it",
            )
            .suggest(format!("add it to `{field}`, as in `{token}`"))
            .choices(|| passed_on(task, field));
    }
}

/// Passes the token on in the message of the call or in its arguments, or does not wait for it.
fn passed_on(task: &DefinitionPart<'_>, field: &str) -> Vec<Fix> {
    let (key, token) = match task.language {
        QueryLanguage::JsonPath => ("token.$", "$$.Task.Token"),
        QueryLanguage::Jsonata => ("token", "{% $states.context.Task.Token %}"),
    };
    let mut fixes = Vec::new();
    let messages = [
        "Payload",
        "MessageBody",
        "Message",
        "Input",
        "Detail",
        "RequestBody",
    ];
    match task.get(field) {
        Some(Json::Object(arguments)) => {
            let message = messages.iter().find(|name| {
                let message = arguments.get(**name).and_then(Json::as_object);
                message.is_some_and(|message| !message.contains_key(key))
            });
            let pointer = task.pointer.key(field);
            let (pointer, owner) = match message {
                Some(message) => (pointer.key(message), *message),
                None => (pointer, field),
            };
            if message.is_some() || !arguments.contains_key(key) {
                let edit = Edit::insert(field_fixes::member(&pointer, key), token);
                fixes.push(Fix::choice(format!("add the token to `{owner}`"), [edit]));
            }
        }
        Some(_) => {}
        None => {
            let mut arguments = Object::new();
            arguments.insert(key.to_owned(), token.into());
            fixes.push(field_fixes::add(task, field, Json::Object(arguments)));
        }
    }
    let resource = task.text("Resource").unwrap_or_default();
    if let Some(bare) = resource.strip_suffix(".waitForTaskToken") {
        let edit = Edit::replace(task.pointer.key("Resource"), bare);
        let title = "call the service without waiting: remove `.waitForTaskToken`";
        fixes.push(Fix::choice(title, [edit]));
    }
    fixes
}

/// Whether the value that a path selects contains the task token.
fn selects_token(path: &Path) -> bool {
    let mut way = ["Task", "Token"].into_iter();
    path.root == Root::Context
        && path.steps.iter().all(|step| match (step, way.next()) {
            (PathStep::Key(key), Some(wanted)) => key == wanted,
            (_, Some(_)) => true,
            (_, None) => false,
        })
}

/// Whether an expression reads the task token, or an object that contains it: the context object or
/// its `Task`.
fn reads_token(source: &str) -> bool {
    source.match_indices("$states").any(|(at, _)| {
        let rest = source[at + "$states".len()..].trim_start();
        let Some(rest) = rest.strip_prefix('.') else {
            return true;
        };
        let Some(rest) = rest.trim_start().strip_prefix("context") else {
            return false;
        };
        match rest.trim_start().strip_prefix('.') {
            Some(rest) => rest.trim_start().starts_with("Task"),
            None => true,
        }
    })
}
