//! Machines that ASL can express but AWS would refuse: an unreachable state, a number out of range,
//! a raw field that does not fit.

use super::field_sources::FieldSources;
use crate::flow::{Flow, FrontEnd};
use crate::workflow::WorkflowDiagnostic;
use std::collections::HashSet;
use stepwright_asl::model::StateMachine;
use stepwright_asl::validate::Validator;
use stepwright_asl::{Severity, TextLocation};

/// The validator's rules about the value of one field. No other fault causes their diagnostics.
const OF_FIELDS: [&str; 9] = [
    "SW031", "SW043", "SW044", "SW056", "SW057", "SW058", "SW081", "SW105", "SW106",
];

/// The validator's warnings about code of the builder: it is allowed, but rarely intended.
const WARNINGS: [&str; 2] = ["SW054", "SW133"];

/// The validator's rules about transitions between states.
const OF_WAYS: [&str; 2] = ["SW021", "SW023"];

/// The validator's errors and, for the builder, warnings, without consequences of the `known` faults
/// and of the faults of the lowering, `said`.
pub(super) fn faults(
    flow: &Flow,
    machine: &StateMachine,
    known: &[WorkflowDiagnostic],
    said: &[WorkflowDiagnostic],
) -> Vec<WorkflowDiagnostic> {
    let wrong: Vec<&WorkflowDiagnostic> = known.iter().chain(said).collect();
    let validator = Validator::new(flow.machine_type).in_words(flow.front_end.field_words());
    let diagnostics = validator.check(machine);
    let sources = FieldSources::of(flow);
    let faulty: HashSet<&str> = wrong
        .iter()
        .filter_map(|fault| fault.location.state.as_deref())
        .collect();
    let is_whole = wrong
        .iter()
        .all(|fault| fault.location.state.as_deref().is_some());
    // The known faults include those of transitions that the definition lacks.
    let ways_are_known = is_whole && known.is_empty();
    let mut faults = Vec::new();
    for diagnostic in &diagnostics {
        let location = sources.find(&diagnostic.location.pointer);
        let code = diagnostic.code.unwrap_or_default();
        let is_warning = diagnostic.severity == Severity::Warning;
        if is_warning && (flow.front_end == FrontEnd::Macro || !WARNINGS.contains(&code)) {
            continue;
        }
        // A state that could not be lowered contains placeholders, so diagnostics in it are
        // meaningless.
        let follows = match &location.state {
            _ if OF_FIELDS.contains(&code) => false,
            _ if OF_WAYS.contains(&code) && !ways_are_known => true,
            Some(state) => !is_whole || faulty.contains(&**state),
            None => !is_whole,
        };
        if !follows {
            let locate = |location: &TextLocation| sources.find(&location.pointer);
            faults.push(diagnostic.clone().relocated(locate));
        }
    }
    faults
}
