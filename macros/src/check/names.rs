//! Names of states and workflows.

use crate::errors::Errors;
use crate::machine::Machine;
use std::collections::HashMap;
use stepwright_asl::name::{check_machine, check_state};

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    states_are_named_once(machine, errors);
    names_are_allowed(machine, errors);
    there_is_a_first_state(machine, errors);
}

/// A state's name is its own in the whole workflow, in branches and maps too: history and console know no scopes.
fn states_are_named_once(machine: &Machine, errors: &Errors) {
    for node in machine.states.iter().filter(|node| node.duplicate) {
        errors.at(
            node.state.name.span(),
            format!(
                "the state name `{}` is used twice: a name is given once in the whole workflow",
                node.name
            ),
        );
        let first = machine.by_name[&node.name];
        errors.at(
            machine.states[first].state.name.span(),
            format!("`{}` was first defined here", node.name),
        );
    }
    let mut renamed: HashMap<String, usize> = HashMap::new();
    for (index, node) in machine.states.iter().enumerate() {
        let Some(name) = &node.state.renamed else {
            continue;
        };
        let text = name.value();
        let clash = renamed.insert(text.clone(), index).is_some()
            || machine
                .by_name
                .get(&text)
                .is_some_and(|other| machine.states[*other].state.renamed.is_none());
        if clash {
            errors.at(
                name.span(),
                format!("another state is named `{text}` already"),
            );
        }
    }
}

/// AWS allows 80 characters for a name, and some characters never.
fn names_are_allowed(machine: &Machine, errors: &Errors) {
    let workflow = &machine.workflow.name;
    if let Err(error) = check_machine(&crate::name::text(workflow)) {
        errors.at(
            workflow.span(),
            format!(
                "`{workflow}` cannot name a {}: {error}",
                machine.workflow.what()
            ),
        );
    }
    for node in &machine.states {
        let (text, span) = (node.state.wire_name(), node.state.name_span());
        if let Err(error) = check_state(&text) {
            errors.at(span, format!("`{text}` cannot name a state: {error}"));
        }
    }
}

/// A body has at least one state, because one of them is the first to run.
fn there_is_a_first_state(machine: &Machine, errors: &Errors) {
    for scope in &machine.scopes {
        if scope.states.is_empty() && !scope.broken {
            let message = match scope.owner {
                None => format!(
                    "{} `{}` has no states: begin with `task Name {{ .. }}`",
                    machine.workflow.what(),
                    machine.workflow.name
                ),
                Some(owner) => format!(
                    "this body of `{}` has no states: begin with `task Name {{ .. }}`",
                    machine.states[owner].name
                ),
            };
            let span = match scope.owner {
                None => machine.workflow.name.span(),
                Some(_) => scope.span,
            };
            errors.at(span, message);
        }
    }
}
