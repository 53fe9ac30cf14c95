//! Rules about retriers and catchers.

pub(super) mod catch_all_not_alone;
pub(super) mod catch_all_not_last;
pub(super) mod catcher_without_next;
pub(super) mod max_delay_out_of_range;
pub(super) mod missing_error_names;
mod name_problem;
pub(super) mod retry_out_of_range;
#[cfg(feature = "models")]
mod service_errors;
pub(super) mod shrinking_backoff;
pub(super) mod uncatchable_error;
pub(super) mod unknown_error_name;
pub(super) mod unknown_jitter_strategy;
pub(super) mod unmatched_error_name;
pub(super) mod unused_error_handler;

use crate::edit::Edit;
use crate::errors;
use crate::fix::Fix;
use crate::graph::EdgeKind;
use crate::json::{Json, Pointer};
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::rules::state_fixes;

fn handlers<'d, 'a>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    let retriers = definition.parts_of("Retrier");
    retriers.chain(definition.parts_of("Catcher"))
}

fn retriers<'d, 'a>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Retrier")
}

/// The names in an `ErrorEquals`. A value of another type is reported elsewhere, and counts as a
/// name that matches nothing.
fn error_names<'d>(handler: &DefinitionPart<'d>) -> Vec<&'d str> {
    let names = handler.items("ErrorEquals").unwrap_or_default().iter();
    names
        .map(|name| name.as_str().unwrap_or_default())
        .collect()
}

/// Every name in an `ErrorEquals`, with the handler that has it and its index.
fn names<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = (&'d str, &'a DefinitionPart<'d>, usize)> {
    handlers(definition).flat_map(|handler| {
        let names = handler.items("ErrorEquals").unwrap_or_default().iter();
        names
            .enumerate()
            .filter_map(move |(index, name)| Some((name.as_str()?, handler, index)))
    })
}

fn name_pointer<'d>(handler: &DefinitionPart<'d>, index: usize) -> Pointer<'d> {
    handler.at("ErrorEquals").index(index)
}

/// Errors that end the execution, because the service reports them as `States.Runtime`.
const FATAL: &[&str] = &[
    errors::RUNTIME,
    errors::NO_CHOICE_MATCHED,
    errors::INTRINSIC_FAILURE,
    errors::PARAMETER_PATH_FAILURE,
];

/// The handlers in the list that contains a handler, as values, and the index in the list.
fn siblings<'d>(
    definition: &Definition<'d>,
    handler: &DefinitionPart<'d>,
) -> Option<(&'static str, &'d [Json], usize)> {
    let field = if handler.is("Retrier") {
        "Retry"
    } else {
        "Catch"
    };
    let state = &definition.graph.states()[handler.state?];
    let list = state.object.get(field)?.as_array()?;
    Some((field, list, handler.pointer.last_index()?))
}

/// Removes a retrier or catcher, unless only this catcher leads to its state.
fn remove_handler(definition: &Definition<'_>, handler: &DefinitionPart<'_>) -> Option<Fix> {
    let (field, list, index) = siblings(definition, handler)?;
    let number = handler.state?;
    let state = &definition.graph.states()[number];
    let edges = state.edges.iter().enumerate();
    let mut leads = edges.filter(|(_, edge)| edge.kind == EdgeKind::Catch(index));
    if field == "Catch"
        && let Some((edge, _)) = leads.next()
        && let Some(target) = definition.flow.targets[number][edge]
        && !state_fixes::is_named_elsewhere(definition, target, number)
    {
        return None;
    }
    let edit = match list.len() {
        1 => Edit::remove(state.pointer.key(field)),
        _ => Edit::remove(&handler.pointer),
    };
    let noun = match field {
        "Retry" => "retrier",
        _ => "catcher",
    };
    Some(Fix::choice(format!("remove this {noun}"), [edit]))
}

/// Removes a name, or the handler with this name only.
fn remove_name(
    definition: &Definition<'_>,
    handler: &DefinitionPart<'_>,
    index: usize,
) -> Option<Fix> {
    match handler.items("ErrorEquals")?.len() {
        1 => remove_handler(definition, handler),
        _ => {
            let edit = Edit::remove(name_pointer(handler, index));
            Some(Fix::choice("remove this name", [edit]))
        }
    }
}

/// The names that match most errors in the position of a handler.
fn usual_names(definition: &Definition<'_>, handler: &DefinitionPart<'_>) -> Vec<&'static str> {
    let is_all = |other: &Json| {
        let names = other.get("ErrorEquals").and_then(Json::as_array);
        names.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(errors::ALL)))
    };
    let siblings = siblings(definition, handler);
    let is_last = siblings
        .is_some_and(|(_, list, index)| index + 1 == list.len() && !list.iter().any(is_all));
    if is_last {
        vec![errors::ALL, errors::TASK_FAILED]
    } else {
        vec![errors::TASK_FAILED]
    }
}
