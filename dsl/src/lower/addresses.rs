//! The placeholders in states that call tasks and workflows.

use crate::flow::{Flow, Kind, Sends, each_state};
use crate::task::Address;
use stepwright_asl::placeholder::{Addresses, StandsFor, whole};

/// The meaning of the placeholder in each state's call.
pub(super) fn of(flow: &Flow) -> Addresses {
    let mut found = Addresses::new();
    each_state(&flow.states, &mut |state| {
        if let Kind::Task { call, .. } = &state.kind
            && let Some(what) = address(flow, &call.sends)
        {
            found.insert(state.name.to_string(), what);
        }
    });
    found
}

fn address(flow: &Flow, sends: &Sends) -> Option<StandsFor> {
    match sends {
        Sends::Task(task) => {
            let address = Address::of_task(task.name, task.deploy, flow.deploy);
            let text = address.target.as_ref().unwrap_or(&address.resource);
            whole(text)?;
            Some(if address.is_activity {
                StandsFor::Activity
            } else {
                StandsFor::Function
            })
        }
        Sends::Workflow(_) => Some(StandsFor::StateMachine),
        Sends::Service(_) => None,
    }
}
