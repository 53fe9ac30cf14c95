//! Diagnostics about the values of keys that end in `.$`.

use crate::syntax_error::{SyntaxError, SyntaxFault};
use crate::validate::definition::{Definition, VariableBinding};
use crate::validate::report::Report;

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
        .suggest(detail);
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
