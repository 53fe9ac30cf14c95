//! Names of states and workflows, and labels of maps.

use crate::errors::{Errors, TokenRange};
use crate::machine::{Machine, StateWork};
use proc_macro2::Span;
use stepwright_asl::Diagnostic;
use stepwright_asl::analysis::{NameKind, NameProblem, check_names};
use stepwright_asl::name::check_machine;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    workflow_name_is_allowed(machine, errors);
    state_names_are_allowed_and_unique(machine, errors);
    labels_are_allowed_and_unique(machine, errors);
    bodies_have_a_state(machine, errors);
}

/// A workflow's name has at most 80 characters, and only characters that AWS allows.
fn workflow_name_is_allowed(machine: &Machine, errors: &Errors) {
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
}

fn state_names_are_allowed_and_unique(machine: &Machine, errors: &Errors) {
    let states = machine.states.iter();
    let states = states.map(|node| (node.state.wire_name(), node.state.name_span()));
    report(NameKind::State, &states.collect::<Vec<_>>(), errors);
}

fn labels_are_allowed_and_unique(machine: &Machine, errors: &Errors) {
    let maps = machine.states.iter().filter_map(|node| {
        let StateWork::Map(map) = &node.state.kind else {
            return None;
        };
        let (_, label) = map.distributed.label.as_ref()?;
        Some((label.value(), label.span()))
    });
    report(NameKind::Label, &maps.collect::<Vec<_>>(), errors);
}

fn report(kind: NameKind, names: &[(String, Span)], errors: &Errors) {
    for (index, problem) in check_names(kind, names.iter().map(|(name, _)| name.as_str())) {
        let (name, span) = &names[index];
        let message = problem.message(kind, name);
        let diagnostic = Diagnostic::error(TokenRange::at(*span), message);
        let diagnostic = diagnostic.with_code(problem.code(kind));
        errors.push(match problem {
            NameProblem::Repeated { first } => diagnostic.with_related(
                TokenRange::at(names[first].1),
                NameProblem::message_of_first(kind, name),
            ),
            NameProblem::Invalid(_) => diagnostic,
        });
    }
}

/// A body has at least one state.
fn bodies_have_a_state(machine: &Machine, errors: &Errors) {
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
