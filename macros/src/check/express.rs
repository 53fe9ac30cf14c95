//! What an Express execution cannot do.

use crate::errors::Errors;
use crate::machine::{Callee, Express, Machine, StateWork};
use stepwright_asl::limits::AwaitedEvent;

impl Express {
    fn subject(self) -> &'static str {
        match self {
            Express::Workflow => "an Express workflow",
            Express::Children => "the Express children of a Distributed Map",
        }
    }

    fn way_out(self) -> &'static str {
        match self {
            Express::Workflow => "take `express;` out",
            Express::Children => "write `distributed standard;`",
        }
    }
}

/// An Express execution neither waits for others (`.sync`, task tokens) nor uses activities, nor runs a Distributed Map.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    if let Some(place) = &machine.workflow.options.deploy
        && place == "activity"
        && machine.express(0).is_some()
    {
        errors.at(place.span(), "an Express workflow cannot use activities");
    }
    for node in &machine.states {
        let Some(express) = machine.express(node.scope) else {
            continue;
        };
        let (who, way_out) = (express.subject(), express.way_out());
        if let StateWork::Map(map) = &node.state.kind
            && let Some((keyword, _)) = &map.distributed.children
        {
            errors.at(
                keyword.span(),
                format!("{who} cannot run a Distributed Map: {way_out}, or let the map run inline"),
            );
        }
        let Some(call) = node.state.call() else {
            continue;
        };
        if let Some(wait) = &call.wait {
            errors.at(
                wait.span(),
                format!("{who} cannot wait for a task token: {way_out}, or do this in a Standard workflow"),
            );
        }
        if let Callee::Service { resource, .. } = &call.callee {
            let message = match AwaitedEvent::of(&resource.value()) {
                Some(AwaitedEvent::Job) => format!(
                    "{who} cannot wait for a job (`.sync`): call the service without it, or do this in a Standard \
                     workflow"
                ),
                Some(AwaitedEvent::Token) => format!("{who} cannot wait for a task token"),
                Some(AwaitedEvent::Activity) => format!("{who} cannot use activities"),
                None => continue,
            };
            errors.at(resource.span(), message);
        }
    }
}
