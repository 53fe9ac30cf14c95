//! The placeholders in states that call tasks and workflows.

use crate::flow::{CallTarget, Flow, FlowStateKind, each_state};
use crate::task::Address;
use stepwright_asl::placeholder::{Addresses, SubstitutedValue, whole};

/// The meaning of the placeholder in each state's call.
pub(super) fn of(flow: &Flow) -> Addresses {
    let mut found = Addresses::new();
    each_state(&flow.states, &mut |state| {
        if let FlowStateKind::Task { call, .. } = &state.kind
            && let Some(what) = address(flow, &call.sends)
        {
            found.insert(state.name.to_string(), what);
        }
    });
    found
}

fn address(flow: &Flow, sends: &CallTarget) -> Option<SubstitutedValue> {
    match sends {
        CallTarget::Task(task) => {
            let address = Address::of_task(task.name, task.deploy, flow.deploy);
            let text = address.target.as_ref().unwrap_or(&address.resource);
            whole(text)?;
            Some(if address.is_activity {
                SubstitutedValue::Activity
            } else {
                SubstitutedValue::Function
            })
        }
        CallTarget::Workflow(_) => Some(SubstitutedValue::StateMachine),
        CallTarget::Service(_) => None,
    }
}
