//! Fragments, and the includes that put their states in place.

use super::machine::Machine;
use super::values::Value;
use crate::errors::Errors;
use crate::syntax::{Callee, IncludeLet, Kind, WorkflowOption};
use std::collections::HashSet;
use stepwright_asl::facts::WaitsFor;

/// Runs the rules of this file that need no values.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    let is_fragment = machine.workflow.fragment.is_some();
    for node in &machine.states {
        match &node.state.kind {
            Kind::Exit(_) if !is_fragment => errors.at(
                node.state.keyword.span(),
                "an `exit` is a way out of a fragment, and this is a workflow: write `succeed`, or `fail`",
            ),
            Kind::Exit(_) if node.scope != 0 => errors.at(
                node.state.keyword.span(),
                "an `exit` leaves the fragment, which a branch or the body of a map cannot: finish it with `end value;` and \
                 go on to the exit from there",
            ),
            Kind::Succeed(_) if is_fragment && node.scope == 0 => errors.at(
                node.state.keyword.span(),
                format!(
                    "a `succeed` in a fragment would end the workflow around it: write `pass {} {{ end value; }}`, or `exit \
                     {};`",
                    node.name, node.name
                ),
            ),
            Kind::Include(include) => {
                for call in &include.calls {
                    fragments_do_not_include_themselves(machine, call, errors);
                }
                let mut seen = HashSet::new();
                for exit in &include.exits {
                    if !seen.insert(crate::name::text(&exit.name)) {
                        errors.at(
                            exit.keyword.span(),
                            format!("the exit `{}` is said twice in `{}`", exit.name, node.name),
                        );
                    }
                }
            }
            _ => {}
        }
    }
    if is_fragment {
        for option in &machine.workflow.options {
            if !matches!(option, WorkflowOption::QueryLanguage(..)) {
                errors.at(
                    option.keyword().span(),
                    format!(
                        "`{}` is said of a workflow; a fragment has `query_language` alone",
                        option.keyword()
                    ),
                );
            }
        }
    }
}

/// A fragment holds no copy of itself: its states would have no end.
fn fragments_do_not_include_themselves(machine: &Machine, call: &IncludeLet, errors: &Errors) {
    if machine.workflow.fragment.is_some()
        && let Some(name) = call.path.get_ident()
        && *name == machine.workflow.name
    {
        errors.at(
            name.span(),
            format!(
                "the fragment `{name}` cannot include itself: repeat its states with a transition to an earlier one"
            ),
        );
    }
}

/// Runs the rules of this file about arguments and names of variables.
pub(super) fn values(machine: &mut Machine, errors: &Errors) {
    let mut faulty = Vec::new();
    for node in &machine.states {
        let Kind::Include(include) = &node.state.kind else {
            continue;
        };
        for argument in include.calls.iter().flat_map(|call| &call.arguments) {
            if machine.values[argument.id]
                .as_ref()
                .is_some_and(changes_with_its_place)
            {
                errors.on(
                    &argument.syn,
                    "an argument of an include stands in the fragment's states, where this would be something else: give it a name in \
                     a `pass` state before",
                );
                faulty.push(argument.id);
            }
        }
        let prefix = format!("{}_", node.name);
        for variable in &machine.variables {
            if variable.text.starts_with(&prefix) {
                errors.at(
                    variable.name.span(),
                    format!(
                        "`{}` may be a variable of the fragment in `{}`, whose variables begin with `{prefix}`: choose another \
                         name",
                        variable.text, node.name
                    ),
                );
            }
        }
    }
    for expression in faulty {
        machine.faulty[expression] = true;
    }
}

/// Whether a value means something else in another state: a `jsonata!`, `path!` or `intrinsic!`, a time, a random number.
fn changes_with_its_place(value: &Value) -> bool {
    let mut found = false;
    // A time or a random number would be another one each time that the fragment reads it.
    let changes = |path: &syn::Path| {
        path.segments
            .last()
            .is_some_and(|last| last.ident == "now" || last.ident == "uuid")
    };
    value.walk(&mut |value| {
        found |= match value {
            Value::Raw(..) => true,
            Value::Library(path, _) => changes(path),
            _ => false,
        }
    });
    found
}

/// The first state that an Express execution cannot run, by its name and why.
pub(crate) fn needs_standard<'m>(machine: &'m Machine<'_>) -> Option<(&'m str, &'static str)> {
    machine.states.iter().find_map(|node| {
        let why = match &node.state.kind {
            Kind::Map(map) if map.children().is_some() => "runs a Distributed Map",
            Kind::Task(calls) => calls.iter().find_map(|call| {
                let waits = match &call.call.callee {
                    Callee::Service { resource, .. } => WaitsFor::of(&resource.value()),
                    _ => None,
                };
                match waits {
                    _ if call.call.wait.is_some() => Some("waits for a task token"),
                    Some(WaitsFor::Token) => Some("waits for a task token"),
                    Some(WaitsFor::Job) => Some("waits for a job"),
                    Some(WaitsFor::Activity) => Some("calls an activity"),
                    None => None,
                }
            })?,
            _ => return None,
        };
        // A Distributed Map's Standard children may do what their parent may not, and the map itself is found first.
        Some((node.name.as_str(), why))
    })
}
