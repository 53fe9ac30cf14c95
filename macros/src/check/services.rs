//! Services: which there are, and which arguments they take.

use crate::errors::Errors;
use crate::machine::{Call, Callee, Machine, ObjectLiteral, State};
use stepwright_asl::integrations::{ArgumentFaultKind, Integration, IntegrationPattern, lookup};
use syn::LitStr;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        if let Some(call) = node.state.call() {
            service_is_known(machine, &node.state, call, errors);
        }
    }
}

/// A service's name, its pattern and its arguments are those of AWS's tables. What `raw` writes is not asked.
fn service_is_known(machine: &Machine, state: &State, call: &Call, errors: &Errors) {
    let Callee::Service {
        resource: literal,
        arguments,
        ..
    } = &call.callee
    else {
        return;
    };
    let text = literal.value();
    if has_raw(state, &["Resource"]) || text.contains("${") {
        return;
    }
    let suffix = IntegrationPattern::WaitForTaskToken.suffix();
    let resource = match &call.wait {
        Some(_) if !text.ends_with(suffix) => text + suffix,
        _ => text,
    };
    match lookup(&resource) {
        Ok(found) => {
            if let Some(arguments) = arguments
                && !has_raw(state, &["Arguments", "Parameters"])
            {
                let field = if machine.is_jsonpath(state) {
                    "Parameters"
                } else {
                    "Arguments"
                };
                arguments_are_known(&found, arguments, literal, field, errors);
            }
        }
        Err(unknown) => errors.at(
            literal.span(),
            format!("{unknown}; `raw {{ \"Resource\": \"..\" }}` takes any"),
        ),
    }
}

fn arguments_are_known(
    found: &Integration,
    arguments: &ObjectLiteral,
    resource: &LitStr,
    field: &str,
    errors: &Errors,
) {
    let names = arguments.entries.iter().map(|(name, ..)| name.as_str());
    for fault in found.check_arguments(names) {
        let hint = fault
            .suggestion()
            .map_or(String::new(), |question| format!("; {question}"));
        let entry = arguments
            .entries
            .iter()
            .find(|(name, ..)| *name == fault.name);
        let span = match entry {
            Some((_, span, _)) if fault.kind != ArgumentFaultKind::Missing => *span,
            _ => resource.span(),
        };
        errors.at(
            span,
            format!("{fault}{hint}; `raw {{ \"{field}\": {{ .. }} }}` takes any"),
        );
    }
}

/// Whether `raw` writes one of these fields of the state.
fn has_raw(state: &State, keys: &[&str]) -> bool {
    let mut fields = state.options.raw.iter();
    fields.any(|(key, _)| keys.contains(&key.value().as_str()))
}
