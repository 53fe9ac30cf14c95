//! Diagnostics about the values of keys that end in `.$`.

use crate::edit::Edit;
use crate::fix::Fix;
use crate::intrinsic::{Expression, Function};
use crate::similar::nearest;
use crate::syntax_error::{SyntaxError, SyntaxFault};
use crate::validate::definition::{Definition, VariableBinding};
use crate::validate::report::Report;
use crate::validate::rules::field_fixes;

use super::path_fixes;

/// Reports a value. AWS reports the object that contains the key.
pub(super) fn refuse(
    binding: &VariableBinding<'_>,
    report: &mut Report<'_>,
    detail: Option<String>,
) {
    if binding.is_open {
        return;
    }
    let message = format!(
        "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call",
        binding.key
    );
    report
        .add(&binding.object, message)
        .at_value(&binding.object.key(binding.key))
        .suggest(detail)
        .choices(|| {
            let pointer = binding.object.key(binding.key);
            let text = binding.text;
            let corrected = text.into_iter().flat_map(|text| corrected(text, binding));
            let corrected = corrected.map(|text| field_fixes::replace(&pointer, text));
            let mut fixes: Vec<Fix> = corrected.collect();
            let is_call = text.is_some_and(|text| text.trim_start().starts_with("States."));
            // A wrong call is hardly meant as a text.
            if !is_call || fixes.is_empty() {
                fixes.extend(unevaluated(binding));
            }
            fixes
        });
}

/// The paths and calls that a text may mean.
fn corrected(text: &str, binding: &VariableBinding<'_>) -> Vec<String> {
    let Some(Err(error)) = &binding.parsed else {
        return Vec::new();
    };
    let texts: Vec<String> = match &error.fault {
        SyntaxFault::UnknownFunction(name) => {
            let names = Function::ALL.iter().map(|function| function.name());
            let meant = nearest(name, names);
            meant
                .map(|meant| text.replacen(name.as_str(), meant, 1))
                .into_iter()
                .collect()
        }
        SyntaxFault::ArgumentType => vec![unquoted(text)],
        _ => path_fixes::candidates(text),
    };
    let valid = texts
        .into_iter()
        .filter(|text| Expression::parse(text).is_ok());
    valid.take(1).collect()
}

/// The text with numbers instead of numbers in quotes.
fn unquoted(text: &str) -> String {
    let parts: Vec<&str> = text.split('\'').collect();
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        let is_quoted = index % 2 == 1;
        if is_quoted && part.parse::<f64>().is_err() {
            out.extend(["'", part, "'"])
        } else {
            out.push_str(part)
        }
    }
    out
}

/// Passes on a value without evaluation.
fn unevaluated(binding: &VariableBinding<'_>) -> Option<Fix> {
    let plain = binding
        .key
        .strip_suffix(".$")
        .filter(|plain| !plain.is_empty())?;
    let edit = Edit::rename(binding.object.key(binding.key), plain);
    let title = format!(
        "pass on the value unchanged: rename `{}` to `{plain}`",
        binding.key
    );
    (!binding.is_double).then(|| Fix::choice(title, [edit]))
}

/// Reports each value that does not parse, if the fault belongs to the rule.
pub(super) fn calls(
    definition: &Definition<'_>,
    report: &mut Report<'_>,
    is_ours: fn(&SyntaxFault) -> bool,
) {
    let errors = definition.bindings.iter().filter_map(|binding| {
        let error = binding.parsed.as_ref()?.as_ref().err()?;
        is_ours(&error.fault).then_some((binding, error))
    });
    for (count, (binding, error)) in errors.enumerate() {
        refuse(binding, report, Some(detail(error, count < SUGGESTIONS)));
    }
}

/// Maximum number of suggestions. Each suggestion compares a name with all others.
const SUGGESTIONS: usize = 100;

fn detail(error: &SyntaxError, suggest: bool) -> String {
    let suggestion = suggest.then(|| error.suggestion()).flatten();
    match suggestion {
        Some(suggestion) => format!("{error}; {suggestion}"),
        None => error.to_string(),
    }
}
