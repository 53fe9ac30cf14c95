//! The fields whose values are masked in output for people.

use crate::flow::{CallTarget, Flow, FlowStateKind, each_state};
use crate::shape::RedactedFields;
use stepwright_asl::redaction::Redaction;

/// The redacted fields of all types in the workflow: its own, those of its variables, of its calls
/// and of their results.
pub(super) fn of(flow: &Flow) -> Redaction {
    let mut found = RedactedFields::default();
    let own = flow.parameter.iter().map(|(_, shape)| shape);
    own.chain(&flow.returns).for_each(|shape| found.add(*shape));
    let variables = flow.variables.iter();
    variables.for_each(|variable| found.add(variable.shape));
    each_state(&flow.states, &mut |state| {
        for body in state.bodies() {
            body.result.iter().for_each(|shape| found.add(*shape));
            let variables = body.variables.iter();
            variables.for_each(|variable| found.add(variable.shape));
        }
        if let FlowStateKind::Task { call, .. } = &state.kind {
            call.output.iter().for_each(|shape| found.add(*shape));
            if let CallTarget::Task(task) = &call.sends {
                let parameters = (task.parameter_types)();
                parameters
                    .iter()
                    .for_each(|parameter| found.add(parameter.shape));
            }
        }
    });
    found.into_redaction()
}
