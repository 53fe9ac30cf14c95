//! Recorded executions that have not succeeded, which a new definition may have to continue.

use serde::Serialize;
use stepwright_history::runtime_support::RecordedEvent;
use stepwright_interpreter::history::EventKind;

use super::finding::{Finding, RehearsalKind};
use super::known_states::{NewStates, OldDefinition};
use super::paths;
use super::recorded_end::RecordedEnd;

/// A running or failed execution, and whether it could continue with the new definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OpenExecution {
    /// Whether it runs; otherwise it failed, and can be redriven.
    pub is_running: bool,
    /// The states in which it is, by their new names.
    pub states: Vec<String>,
    /// Why it could not continue there with the new definition, if it could not.
    pub obstacle: Option<String>,
}

/// Returns what an execution that runs, or that can be redriven, would meet in the new definition.
pub(super) fn open_execution(
    events: &[RecordedEvent],
    findings: &[Finding],
    old: Option<&OldDefinition>,
    new: &NewStates,
) -> Option<OpenExecution> {
    let end = RecordedEnd::of(events);
    let was_stopped = events.last()?.kind == EventKind::ExecutionAborted;
    let is_running = end == RecordedEnd::Open && !was_stopped;
    if end == RecordedEnd::Succeeded {
        return None;
    }
    let states = paths::open_states(&paths::paths(events));
    let stranded = states.iter().find_map(|state| {
        let known = old.and_then(|old| old.change.stranded(state));
        match known {
            Some(reason) => Some(format!("`{state}`: {reason}")),
            None if !new.has(state) => Some(format!("`{state}` is not in the new definition")),
            None => None,
        }
    });
    let differs = || {
        let finding = findings.iter().find(|finding| {
            !matches!(
                finding.kind(),
                RehearsalKind::Same | RehearsalKind::Undetermined | RehearsalKind::ChangedOutput
            )
        })?;
        is_running.then(|| format!("it would not have come here: {finding}"))
    };
    Some(OpenExecution {
        is_running,
        obstacle: stranded.or_else(differs),
        states,
    })
}
