//! Names of workflows, states and variables.

use super::each_state;
use crate::expr::Text;
use crate::flow::{Flow, FlowStateKind, NamedState, Variables, name_problems};
use crate::workflow::{AtSource, SourceLocation, WorkflowDiagnostic, problem};
use std::collections::HashSet;
use stepwright_asl::analysis::NameKind;
use stepwright_asl::name::{check_machine, check_variable};

/// Runs the rules of this file.
pub(super) fn rules(flow: &Flow, faults: &mut Vec<WorkflowDiagnostic>) {
    if let Err(error) = check_machine(&flow.name) {
        let message = format!(
            "`{}` cannot name a workflow: {error}; give `FlowBuilder::new` another name",
            flow.name
        );
        faults.push(problem(None, message).at(flow.place).with_code("SW150"));
    }
    let mut said = Said::default();
    said.all(None, &flow.variables, faults);
    let mut states = Vec::new();
    let mut labels = Vec::new();
    each_state(&flow.states, &mut |state| {
        states.push(NamedState::of(state, &state.name));
        for body in state.bodies() {
            said.all(Some(&state.name), &body.variables, faults);
        }
        if let FlowStateKind::Map(map) = &state.kind {
            said.one(Some(&state.name), &map.item, "an item", state.place, faults);
            let distributed = map.distributed.as_ref();
            let label = distributed.and_then(|one| one.label.as_ref());
            labels.extend(label.map(|label| NamedState::of(state, label)));
        }
    });
    // The lowering reports repeated names of states, those in fragments included.
    let invalid = name_problems(NameKind::State, &states);
    faults.extend(invalid.filter(|fault| fault.code == Some("SW031")));
    faults.extend(name_problems(NameKind::Label, &labels));
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
    fn all(
        &mut self,
        state: Option<&str>,
        variables: &Variables,
        faults: &mut Vec<WorkflowDiagnostic>,
    ) {
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
        faults: &mut Vec<WorkflowDiagnostic>,
    ) {
        if let Err(error) = check_variable(name)
            && self.said.insert(name.clone())
        {
            let message = format!("`{name}` cannot name {what}: {error}");
            faults.push(problem(state, message).at(place).with_code("SW131"));
        }
    }
}
