//! Reports a key that ends in `.$` and has a value that cannot be evaluated.

use crate::syntax_error::SyntaxFault;
use crate::validate::rules::prelude::*;

use super::dynamic_value::refuse;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
