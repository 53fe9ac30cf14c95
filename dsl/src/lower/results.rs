//! The types of the results of service integrations.

use crate::flow::{CallTarget, Flow, FlowStateKind, each_state};
use crate::workflow::Results;

/// The result types that the states expect from the services they call, by state. The output of a
/// task token is not a service's result.
pub(super) fn of(flow: &Flow) -> Results {
    let mut found = Results::default();
    each_state(&flow.states, &mut |state| {
        if let FlowStateKind::Task { call, .. } = &state.kind
            && matches!(call.sends, CallTarget::Service(_))
            && !call.waits_for_token
            && let Some(shape) = call.output
        {
            found.insert(state.name.to_string(), shape);
        }
    });
    found
}
