//! Fragments, and the includes that put their states in place.

use crate::errors::Errors;
use crate::functions::library;
use crate::machine::{EdgeKind, Include, Machine, StateNode, StateWork, Term};
use std::collections::HashSet;
use stepwright_asl::limits::AwaitedEvent;

/// Runs the rules of this file that need no values.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    let is_fragment = machine.workflow.fragment.is_some();
    for node in &machine.states {
        match &node.state.kind {
            StateWork::Exit(_) if !is_fragment => errors.at(
                node.state.keyword.span(),
                "an `exit` is a way out of a fragment, and this is a workflow: write `succeed`, or `fail`",
            ),
            StateWork::Exit(_) if node.scope != 0 => errors.at(
                node.state.keyword.span(),
                "an `exit` leaves the fragment, which a branch or the body of a map cannot: finish it with `end value;` and \
                 go on to the exit from there",
            ),
            StateWork::Succeed(_) if is_fragment && node.scope == 0 => errors.at(
                node.state.keyword.span(),
                format!(
                    "a `succeed` in a fragment would end the workflow around it: write `pass {} {{ end value; }}`, or `exit \
                     {};`",
                    node.name, node.name
                ),
            ),
            StateWork::Include(include) => {
                if let Some(include) = include {
                    fragments_do_not_include_themselves(machine, include, errors);
                }
                exits_are_said_once(node, errors);
            }
            _ => {}
        }
    }
}

/// A fragment holds no copy of itself: its states would have no end.
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

/// An exit leads to one state.
fn exits_are_said_once(node: &StateNode, errors: &Errors) {
    let mut seen = HashSet::new();
    for edge in &node.edges {
        if let EdgeKind::Exit { keyword, name, .. } = &edge.kind
            && !seen.insert(crate::name::text(name))
        {
            errors.at(
                keyword.span(),
                format!("the exit `{name}` is said twice in `{}`", node.name),
            );
        }
    }
}

/// Runs the rules of this file about arguments and names of variables.
pub(super) fn values(machine: &mut Machine, errors: &Errors) {
    let mut faulty = Vec::new();
    for node in &machine.states {
        if !matches!(node.state.kind, StateWork::Include(_)) {
            continue;
        }
        for place in node.places() {
            let argument = place.expression;
            let value = machine.terms[argument.id].as_ref();
            if value.is_some_and(changes_with_its_place) {
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
fn changes_with_its_place(value: &Term) -> bool {
    let mut found = false;
    // The fragment would compute a different time or random number each time that it reads the value.
    let changes = |path: &syn::Path| library(path).is_some_and(|function| function.changes);
    value.walk(&mut |value| {
        found |= match value {
            Term::Raw(..) => true,
            Term::Library(path, _) => changes(path),
            _ => false,
        }
    });
    found
}

/// The first state that an Express execution cannot run, by its name and why.
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
        // A Distributed Map's Standard children may do what their parent may not, and the map itself is found first.
        Some((node.name.as_str(), why))
    })
}
