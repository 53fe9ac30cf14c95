//! What is computed with a result can fail, and then a `retry` of that state sees it.

use crate::machine::{ErrorPattern, Machine, Term};
use proc_macro2::Span;
use syn::spanned::Spanned;

/// Methods that fail on some values.
const FAIL: &[&str] = &["expect", "unwrap", "pow", "powf", "powi", "sqrt"];

/// Functions of the library that fail on some values.
const LIBRARY_FAILS: &[&str] = &[
    "base64_decode",
    "number",
    "parse_json",
    "range",
    "timestamp",
];

/// Each `retry` on everything beside an expression that can fail.
pub(super) fn computations(machine: &Machine) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for node in &machine.states {
        let state = &node.state;
        if !state.kind.has_errors() {
            continue;
        }
        let lets = state.lets.iter().map(|one| &one.value);
        let mut computed = lets
            .chain(state.end_value())
            .filter_map(|one| machine.terms[one.id].as_ref());
        if !computed.any(can_fail) {
            continue;
        }
        for retry in &state.options.retries {
            if let Some(span) = retry.errors.iter().find_map(everything) {
                found.push((
                    span,
                    format!(
                        "this runs the call of `{}` again also when what is computed with its result fails, which it then does \
                         again: compute it in a `pass` state behind this one, or name the errors to retry",
                        node.name
                    ),
                ));
            }
        }
    }
    found
}

/// Where a pattern names every error.
fn everything(pattern: &ErrorPattern) -> Option<Span> {
    match pattern {
        ErrorPattern::Path(path) => {
            (pattern.predefined().as_deref() == Some("ALL")).then(|| path.span())
        }
        ErrorPattern::Text(text) => (text.value() == "States.ALL").then(|| text.span()),
        ErrorPattern::Fields(..) => None,
    }
}

/// Whether an expression fails on some values of its type.
fn can_fail(value: &Term) -> bool {
    let mut fails = false;
    value.walk(&mut |part| {
        fails |= match part {
            Term::Index(..) | Term::Binary("Div" | "Rem", ..) | Term::Raw(..) => true,
            Term::Method(_, name, _) => FAIL.contains(&name.as_str()),
            Term::Library(path, ..) => path
                .segments
                .last()
                .is_some_and(|last| LIBRARY_FAILS.iter().any(|name| last.ident == name)),
            _ => false,
        };
    });
    fails
}
