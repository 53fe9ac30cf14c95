//! Payload templates.

use crate::diagnostic::Severity;
use crate::syntax_error::{SyntaxError, SyntaxFault};
use crate::validate::definition::{Definition, VariableBinding};
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

pub(super) const NEITHER_PATH_NOR_CALL: Rule = Rule {
    id: "SW112",
    name: "invalid-dynamic-value",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "A key ends in `.$` but its value is neither a path nor a call of an intrinsic function.",
    doc: "A key that ends in `.$` requests evaluation: its value is a path or a call such as `States.Format('{}', $.id)`. AWS's location is the object that has the key.",
    source: source::PARAMETERS,
    check: neither_path_nor_call,
};

fn neither_path_nor_call(definition: &Definition<'_>, report: &mut Report<'_>) {
    for binding in &definition.bindings {
        let detail = match &binding.parsed {
            Some(Ok(_)) => continue,
            Some(Err(error)) if error.fault == SyntaxFault::Grammar => Some(error.to_string()),
            Some(Err(_)) => continue,
            None => Some("the value must be a string".to_owned()),
        };
        refuse(binding, report, detail);
    }
}

/// AWS reports the object that contains the key.
fn refuse(binding: &VariableBinding<'_>, report: &mut Report<'_>, detail: Option<String>) {
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

pub(super) const TWICE: Rule = Rule {
    id: "SW113",
    name: "duplicate-template-key",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "An object of a payload template has a key both with and without `.$`.",
    doc: "`.$` is removed from the key after evaluation, so both keys would set the same member.",
    source: source::PARAMETERS,
    check: twice,
};

fn twice(definition: &Definition<'_>, report: &mut Report<'_>) {
    for binding in definition
        .bindings
        .iter()
        .filter(|binding| binding.is_double)
    {
        let key = binding.key;
        let plain = key.strip_suffix(".$").unwrap_or(key);
        let message =
            format!("the keys `{plain}` and `{key}` set the same member; remove one of them");
        report.add(binding.object.key(key), message).at_key();
    }
}

pub(super) const UNKNOWN_FUNCTION: Rule = Rule {
    id: "SW114",
    name: "unknown-intrinsic",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A payload template calls an unknown intrinsic function.",
    doc: "There are 18 intrinsic functions. Their names are case-sensitive.",
    source: source::INTRINSIC,
    check: |definition, report| {
        calls(definition, report, |fault| {
            matches!(fault, SyntaxFault::UnknownFunction(_))
        });
    },
};

pub(super) const CALL: Rule = Rule {
    id: "SW115",
    name: "invalid-intrinsic-call",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A call has too many or too few arguments, a literal of the wrong type, or more than ten nested calls.",
    doc: "Arguments are paths, other calls, strings in single quotes, numbers, booleans and `null`. At most ten calls may be nested in one field.",
    source: source::INTRINSIC,
    check: |definition, report| {
        calls(definition, report, |fault| {
            matches!(
                fault,
                SyntaxFault::Arity | SyntaxFault::ArgumentType | SyntaxFault::Nesting
            )
        });
    },
};

fn calls(definition: &Definition<'_>, report: &mut Report<'_>, is_ours: fn(&SyntaxFault) -> bool) {
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
