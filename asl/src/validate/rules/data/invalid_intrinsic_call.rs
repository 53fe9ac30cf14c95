//! Reports a call of a known intrinsic function with wrong arguments or too deep nesting.

use crate::syntax_error::SyntaxFault;
use crate::validate::rules::prelude::*;

use super::dynamic_value::calls;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
