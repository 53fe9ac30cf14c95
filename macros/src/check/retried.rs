//! Retries of tasks that also repeat a failed computation.

use crate::functions::library;
use crate::machine::{ErrorPattern, Machine, Term};
use proc_macro2::Span;
use stepwright_asl::front_end::callable::method_fails;
use stepwright_asl::front_end::retried_computation;

/// Returns the location of each `retry` that matches every error, in states with an expression that
/// can fail, and the message.
pub(super) fn computations(machine: &Machine) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for node in &machine.states {
        let state = &node.state;
        if !state.kind.has_errors() {
            continue;
        }
        let variables = state.before.iter().filter(|one| !one.binding.is_local);
        let lets = variables.chain(&state.lets).map(|one| &one.value);
        let mut computed = lets
            .chain(state.end_value())
            .filter_map(|one| machine.terms[one.id].as_ref());
        if !computed.any(can_fail) {
            continue;
        }
        for retry in &state.options.retries {
            if let Some(span) = retry.errors.iter().find_map(location_if_all) {
                found.push((span, retried_computation(&node.name)));
            }
        }
    }
    found
}

/// Returns the location of a pattern that matches every error.
fn location_if_all(pattern: &ErrorPattern) -> Option<Span> {
    pattern.is_all().then(|| pattern.span())
}

/// Whether an expression fails on some values of its type.
fn can_fail(value: &Term) -> bool {
    let mut fails = false;
    value.walk(&mut |part| {
        fails |= match part {
            Term::Index(..)
            | Term::Binary("Div" | "Rem", ..)
            | Term::Inlined(..)
            | Term::Raw(..) => true,
            Term::Method(_, name, _) => method_fails(name),
            Term::Library(path, ..) => library(path).is_some_and(|function| function.fails),
            _ => false,
        };
    });
    fails
}
