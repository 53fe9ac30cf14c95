//! Fragments, and the `include`s that insert their states into a workflow.

use crate::errors::Errors;
use crate::functions::library;
use crate::machine::{EdgeKind, Include, Machine, StateNode, StateWork, Term};
use std::collections::HashSet;
use stepwright_asl::front_end::callable::CLOCK;
use stepwright_asl::limits::AwaitedEvent;

/// Runs the rules of this file that need no lowered expressions.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    let is_fragment = machine.workflow.fragment.is_some();
    for node in &machine.states {
        match &node.state.kind {
            StateWork::Exit(_) if !is_fragment => errors.at(
                node.state.keyword.span(),
                "an `exit` leaves a fragment, but this is a workflow: write `succeed` or `fail`",
            ),
            StateWork::Exit(_) if node.scope != 0 => errors.at(
                node.state.keyword.span(),
                "a branch or the body of a map cannot leave the fragment with an `exit`: finish it with `end value;`, and write \
                 the `exit` after the parallel or the map",
            ),
            StateWork::Succeed(_) if is_fragment && node.scope == 0 => errors.at(
                node.state.keyword.span(),
                format!(
                    "a `succeed` in a fragment would end the workflow that includes it: write `pass {} {{ end value; }}`, or `exit \
                     {};`",
                    node.name, node.name
                ),
            ),
            StateWork::Include(include) => {
                if let Some(include) = include {
                    fragments_do_not_include_themselves(machine, include, errors);
                }
                exits_have_one_transition(node, errors);
            }
            _ => {}
        }
    }
}

/// A fragment does not include itself, because its states are copied and the copies would not end.
fn fragments_do_not_include_themselves(machine: &Machine, include: &Include, errors: &Errors) {
    if machine.workflow.fragment.is_some()
        && let Some(name) = include.path.get_ident()
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

/// An `include` has one transition for each exit.
fn exits_have_one_transition(node: &StateNode, errors: &Errors) {
    let mut seen = HashSet::new();
    for edge in &node.edges {
        if let EdgeKind::Exit { keyword, name, .. } = &edge.kind
            && !seen.insert(crate::name::text(name))
        {
            errors.at(
                keyword.span(),
                format!(
                    "`{}` has two transitions for the exit `{name}`: remove one",
                    node.name
                ),
            );
        }
    }
}

/// Runs the rules of this file about arguments of includes and names of variables.
pub(super) fn values(machine: &mut Machine, errors: &Errors) {
    let mut faulty = Vec::new();
    for node in &machine.states {
        if !matches!(node.state.kind, StateWork::Include(_)) {
            continue;
        }
        for place in node.places() {
            let argument = place.expression;
            let value = machine.terms[argument.id].as_ref();
            if value.is_some_and(depends_on_the_state) {
                errors.on(
                    &argument.syn,
                    "an argument of an include is evaluated in the fragment's states, where this would have another value: assign it to \
                     a variable in a `pass` state before",
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
                        "`{}` may collide with a variable of the fragment in `{}`, whose variables begin with `{prefix}`: choose another \
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

/// Whether a value can differ in another state: a `jsonata!`, `path!` or `intrinsic!`, a time, or a
/// random number.
fn depends_on_the_state(value: &Term) -> bool {
    let mut changes = false;
    // The fragment evaluates the argument at each read.
    let function_changes =
        |path: &syn::Path| library(path).is_some_and(|function| function.changes);
    value.walk(&mut |value| {
        changes |= match value {
            Term::Raw(..) => true,
            Term::Library(path, _) => function_changes(path),
            Term::Function(name, _) => name == CLOCK,
            _ => false,
        }
    });
    changes
}

/// Returns the name of the first state that an Express execution cannot run, and the reason.
pub(crate) fn needs_standard(machine: &Machine) -> Option<(&str, &'static str)> {
    machine.states.iter().find_map(|node| {
        let why = match node.state.children() {
            Some(_) => "runs a Distributed Map",
            None => match node.state.call()?.waits_for()? {
                AwaitedEvent::Token => "waits for a task token",
                AwaitedEvent::Job => "waits for a job",
                AwaitedEvent::Activity => "calls an activity",
            },
        };
        // The Standard children of a Distributed Map can wait. The map precedes them in this order,
        // so it is returned first.
        Some((node.name.as_str(), why))
    })
}
