//! The error names of `.retry(..)` and `.catch(..)`, and their order.

use super::fault;
use crate::expr::Text;
use crate::flow::{CallTarget, FlowStateKind, State};
use crate::workflow::{AtSource, SourceLocation, WorkflowDiagnostic};
use std::collections::HashSet;
use stepwright_asl::analysis::{HandlerKind, HandlerWords, check_handlers};

const WORDS: HandlerWords = HandlerWords {
    retrier: "`.retry(..)`",
    catcher: "`.catch(..)`",
    all: "`States::ALL`",
};

/// A call of `.retry(..)` or `.catch(..)`.
struct Handler<'s> {
    errors: &'s [Text],
    place: Option<SourceLocation>,
}

/// Runs the rules of this file.
pub(super) fn rules(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    let retries = state.retry.iter().map(|retry| Handler {
        errors: &retry.errors,
        place: retry.place.or(state.place),
    });
    let catches = state.catch.iter().map(|catch| Handler {
        errors: &catch.errors,
        place: catch.edge.place.or(state.place),
    });
    for (kind, handlers) in [
        (HandlerKind::Retriers, retries.collect::<Vec<_>>()),
        (HandlerKind::Catchers, catches.collect()),
    ] {
        let names: Vec<Vec<&str>> = handlers
            .iter()
            .map(|handler| handler.errors.iter().map(|name| &**name).collect())
            .collect();
        for (index, _, problem) in check_handlers(&names) {
            let message = problem.message(kind, &WORDS, &str::to_owned);
            let mut fault = fault(state, message).at(handlers[index].place);
            fault.help = problem.suggestion(&str::to_owned);
            if let Some((earlier, _, text)) = problem.earlier(&str::to_owned)
                && earlier != index
            {
                let mut location = fault.location.clone();
                location.source = handlers[earlier].place;
                fault = fault.with_related(location, text);
            }
            faults.push(fault.with_code(problem.code()));
        }
        for handler in &handlers {
            children_fail_with_one_error(state, handler, WORDS.of(kind), faults);
        }
    }
}

/// For every error of an item, a Distributed Map fails with
/// `States.ExceedToleratedFailureThreshold`.
fn children_fail_with_one_error(
    state: &State,
    handler: &Handler<'_>,
    call: &str,
    faults: &mut Vec<WorkflowDiagnostic>,
) {
    let FlowStateKind::Map(map) = &state.kind else {
        return;
    };
    if map.distributed.is_none() {
        return;
    }
    let mut inner_errors = HashSet::new();
    super::each_state(&map.body.states, &mut |inner| {
        if let FlowStateKind::Task { call, .. } = &inner.kind
            && let CallTarget::Task(task) = &call.sends
        {
            inner_errors.extend(task.errors.iter().map(|row| row.error));
        }
    });
    if handler
        .errors
        .iter()
        .any(|name| inner_errors.contains(&**name))
    {
        let message = format!(
            "a Distributed Map never fails with the error of an item: name \
             `States::EXCEED_TOLERATED_FAILURE_THRESHOLD` in this {call}, or catch the error inside the map"
        );
        faults.push(fault(state, message).at(handler.place).with_code("SW054"));
    }
}
