//! Reports syntax errors in JSONata expressions.

use crate::syntax_error::SyntaxFault;
use crate::validate::rules::prelude::*;

use super::refused;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW124",
    name: "invalid-jsonata",
    severity: Severity::Error,
    code: Some(INVALID_EXPRESSION),
    known: Evidence::Measured,
    summary: "An expression is not valid JSONata.",
    doc: "The message has JSONata's own error code. The suggestion gives the character of the expression at which parsing stopped.",
    source: source::JSONATA,
    check: |definition, report| {
        refused(definition, report, |error| {
            error.fault != SyntaxFault::Unsupported
        })
    },
};

/// AWS's code for a text that is not valid JSONata.
const INVALID_EXPRESSION: &str = "INVALID_JSONATA_EXPRESSION";
