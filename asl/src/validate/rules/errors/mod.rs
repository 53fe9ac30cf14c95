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

use crate::errors;
use crate::json::Pointer;
use crate::validate::definition::{Definition, DefinitionPart};

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
