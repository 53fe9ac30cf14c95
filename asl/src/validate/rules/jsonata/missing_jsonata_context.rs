//! Reports `$` and `$$` in a JSONata expression where they have no value.

use crate::validate::rules::prelude::*;

use super::{UNSUPPORTED_EXPRESSION, is_context, refused};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW127",
    name: "missing-jsonata-context",
    severity: Severity::Error,
    code: Some(UNSUPPORTED_EXPRESSION),
    known: Evidence::Measured,
    summary: "An expression uses `$` or `$$` at the top level.",
    doc: "There is no context value at the top level of an expression. `$states.input` is the state's input.",
    source: source::JSONATA,
    check: |definition, report| refused(definition, report, is_context),
};
