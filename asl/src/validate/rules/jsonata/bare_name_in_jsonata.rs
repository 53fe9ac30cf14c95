//! Reports a JSONata path that needs a `$` at its start, and an expression that assigns `$states`.

use crate::syntax_error::SyntaxFault;
use crate::validate::rules::prelude::*;

use super::{UNSUPPORTED_EXPRESSION, is_context, refused};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW126",
    name: "bare-name-in-jsonata",
    severity: Severity::Error,
    code: Some(UNSUPPORTED_EXPRESSION),
    known: Evidence::Measured,
    summary: "An expression begins a path with a bare name, or assigns `$states`.",
    doc: "There is no input at the top level of an expression. A path begins with `$states`, a variable or a local binding; bare names are allowed inside predicates, map steps and groupings.",
    source: source::JSONATA,
    check: |definition, report| {
        refused(definition, report, |error| {
            error.fault == SyntaxFault::Unsupported && !is_context(error)
        });
    },
};
