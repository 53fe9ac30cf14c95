//! Names of workflows, states and variables.

use super::{each_state, fault};
use crate::expr::Text;
use crate::flow::{Flow, FlowStateKind, Variables};
use crate::workflow::{Fault, SourceLocation};
use std::collections::HashSet;
use stepwright_asl::name::{check_label, check_machine, check_state, check_variable};

/// Runs the rules of this file.
pub(super) fn rules(flow: &Flow, faults: &mut Vec<Fault>) {
    if let Err(error) = check_machine(&flow.name) {
        let message = format!(
            "`{}` cannot name a workflow: {error}; give `FlowBuilder::new` another name",
            flow.name
        );
        faults.push(Fault::new(None, message).at(flow.place).breaks("SW150"));
    }
    let mut said = Said::default();
    said.all(None, &flow.variables, faults);
    let mut labels = HashSet::new();
    each_state(&flow.states, &mut |state| {
        if let Err(error) = check_state(&state.name) {
            let message = format!("`{}` cannot name a state: {error}", state.name);
            faults.push(fault(state, message).breaks("SW031"));
        }
        for body in state.bodies() {
            said.all(Some(&state.name), &body.variables, faults);
        }
        if let FlowStateKind::Map(map) = &state.kind {
            said.one(Some(&state.name), &map.item, "an item", state.place, faults);
            let distributed = map.distributed.as_ref();
            if let Some(label) = distributed.and_then(|one| one.label.as_ref()) {
                if let Err(error) = check_label(label) {
                    let message = format!("`.label(\"{label}\")` cannot be: {error}");
                    faults.push(fault(state, message).breaks("SW106"));
                } else if !labels.insert(label.clone()) {
                    let message = format!(
                        "another map has `.label(\"{label}\")`; give this map a different label, because its Map Runs and children are named after it"
                    );
                    faults.push(fault(state, message).breaks("SW106"));
                }
            }
        }
    });
    // A Distributed Map passes it to its children under its name.
    if let Some((name, _)) = &flow.parameter {
        said.one(None, name, "the workflow's input", flow.place, faults);
    }
}

/// The names that were checked, so that each is reported once.
#[derive(Default)]
struct Said {
    said: HashSet<Text>,
}

impl Said {
    fn all(&mut self, state: Option<&str>, variables: &Variables, faults: &mut Vec<Fault>) {
        for one in variables {
            self.one(state, &one.name, "a variable", one.place, faults);
        }
    }

    fn one(
        &mut self,
        state: Option<&str>,
        name: &Text,
        what: &str,
        place: Option<SourceLocation>,
        faults: &mut Vec<Fault>,
    ) {
        if let Err(error) = check_variable(name)
            && self.said.insert(name.clone())
        {
            let message = format!("`{name}` cannot name {what}: {error}");
            faults.push(Fault::new(state, message).at(place).breaks("SW131"));
        }
    }
}
