//! Service calls: their resources and arguments.

use crate::errors::{Errors, TokenRange};
use crate::machine::{Call, Callee, ErrorPattern, Machine, State, StateNode};
use stepwright_asl::Diagnostic;
use stepwright_asl::front_end::{check_service, check_service_error, waiting_resource};

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        if let Some(call) = node.state.call() {
            service_is_known(machine, &node.state, call, errors);
            errors_are_of_service(node, call, errors);
        }
    }
}

/// AWS's tables contain the service, its pattern and its arguments. Fields in `raw` are not
/// checked.
fn service_is_known(machine: &Machine, state: &State, call: &Call, errors: &Errors) {
    let Callee::Service {
        resource: literal,
        arguments,
        ..
    } = &call.callee
    else {
        return;
    };
    if has_raw(state, &["Resource"]) {
        return;
    }
    let resource = waiting_resource(&literal.value(), call.wait.is_some());
    let entries = arguments.as_ref().map(|one| one.entries.as_slice());
    let entries = entries.filter(|_| !has_raw(state, &["Arguments", "Parameters"]));
    let names = entries.map(|entries| entries.iter().map(|(name, ..)| name.as_str()));
    let names: Option<Vec<&str>> = names.map(Iterator::collect);
    for problem in check_service(&resource, names.as_deref()) {
        let argument = problem.argument.zip(entries);
        let span = argument.map_or(literal.span(), |(index, entries)| entries[index].1);
        let field = match (problem.is_resource, machine.is_jsonpath(state)) {
            (true, _) => "\"Resource\": \"..\"",
            (false, true) => "\"Parameters\": { .. }",
            (false, false) => "\"Arguments\": { .. }",
        };
        let help = problem
            .help
            .map_or(String::new(), |question| format!("{question}; "));
        let diagnostic = Diagnostic::error(TokenRange::at(span), problem.message);
        let diagnostic = diagnostic.with_help(format!("{help}`raw {{ {field} }}` is not checked"));
        errors.push(diagnostic.with_code(problem.code));
    }
}

/// A `retry` or `catch` of a service names errors with the service's prefix.
fn errors_are_of_service(node: &StateNode, call: &Call, errors: &Errors) {
    let Callee::Service {
        resource: literal, ..
    } = &call.callee
    else {
        return;
    };
    if has_raw(&node.state, &["Resource"]) {
        return;
    }
    let resource = waiting_resource(&literal.value(), call.wait.is_some());
    let retried = node.state.options.retries.iter();
    let retried = retried.flat_map(|retry| &retry.errors);
    for error in retried.chain(node.catches().flatten()) {
        if let ErrorPattern::Text(name) = error
            && let Some(problem) = check_service_error(&resource, &name.value())
        {
            errors.at(name.span(), problem);
        }
    }
}

/// Whether `raw` writes one of these fields of the state.
fn has_raw(state: &State, keys: &[&str]) -> bool {
    let mut fields = state.options.raw.iter();
    fields.any(|(key, _)| keys.contains(&key.value().as_str()))
}
