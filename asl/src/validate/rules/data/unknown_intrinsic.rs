//! Reports a call of an intrinsic function that does not exist, such as a misspelled name.

use crate::syntax_error::SyntaxFault;
use crate::validate::rules::prelude::*;

use super::dynamic_value::calls;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
