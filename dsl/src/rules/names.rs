//! Names of workflows, variables and items.

use super::each_state;
use crate::expr::Text;
use crate::flow::{Flow, FlowStateKind, Variables};
use crate::workflow::{AtSource, SourceLocation, WorkflowDiagnostic, problem};
use std::collections::HashSet;
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
    let mut checker = NameChecker::default();
    checker.check_all(None, &flow.variables, faults);
    each_state(&flow.states, &mut |state| {
        for body in state.bodies() {
            checker.check_all(Some(&state.name), &body.variables, faults);
        }
        if let FlowStateKind::Map(map) = &state.kind {
            checker.check(Some(&state.name), &map.item, "an item", state.place, faults);
        }
    });
    // The input needs the name of a variable, because a Distributed Map passes it to its children
    // by name.
    if let Some((name, _)) = &flow.parameter {
        checker.check(None, name, "the workflow's input", flow.place, faults);
    }
}

/// Checks names of variables. Reports each invalid name once.
#[derive(Default)]
struct NameChecker {
    reported: HashSet<Text>,
}

impl NameChecker {
    fn check_all(
        &mut self,
        state: Option<&str>,
        variables: &Variables,
        faults: &mut Vec<WorkflowDiagnostic>,
    ) {
        for one in variables {
            self.check(state, &one.name, "a variable", one.place, faults);
        }
    }

    fn check(
        &mut self,
        state: Option<&str>,
        name: &Text,
        what: &str,
        place: Option<SourceLocation>,
        faults: &mut Vec<WorkflowDiagnostic>,
    ) {
        if let Err(error) = check_variable(name)
            && self.reported.insert(name.clone())
        {
            let message = format!("`{name}` cannot name {what}: {error}");
            faults.push(problem(state, message).at(place).with_code("SW131"));
        }
    }
}
