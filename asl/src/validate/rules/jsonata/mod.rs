//! Rules about query languages and JSONata expressions.

pub(super) mod bare_name_in_jsonata;
pub(super) mod broken_delimiters;
pub(super) mod expression_fixes;
mod foreign_field;
pub(super) mod invalid_jsonata;
pub(super) mod jsonata_field_in_jsonpath;
pub(super) mod jsonpath_field_in_jsonata;
pub(super) mod jsonpath_in_jsonata_machine;
pub(super) mod misplaced_query_language;
pub(super) mod missing_jsonata_context;
pub(super) mod unavailable_states_field;
pub(super) mod unknown_jsonata_function;

use crate::substitution::is_substitution;
use crate::syntax_error::{SyntaxError, SyntaxFault};
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rules::field_fixes;

/// AWS's code for JSONata features that it does not support.
const UNSUPPORTED_EXPRESSION: &str = "UNSUPPORTED_JSONATA_EXPRESSION";

fn is_context(error: &SyntaxError) -> bool {
    error.message.contains("'$'") || error.message.contains("'$$'")
}

/// Reports each expression that AWS rejects, if the error belongs to the rule.
fn refused(
    definition: &Definition<'_>,
    report: &mut Report<'_>,
    is_ours: fn(&SyntaxError) -> bool,
) {
    for expression in &definition.expressions {
        let Some(Err(error)) = &expression.parsed else {
            continue;
        };
        if !is_ours(error) || is_substitution(expression.text) {
            continue;
        }
        let suggestion = if error.fault != SyntaxFault::Unsupported {
            Some(format!(
                "at character {} of the expression",
                error.offset + 1
            ))
        } else {
            Some(
                "begin with `$states.input`, a variable such as `$name`, or a local binding"
                    .to_owned(),
            )
        };
        report
            .add(&expression.pointer, error.message.as_str())
            .suggest(suggestion)
            .choices(|| {
                let is_assigned =
                    |name: &str| definition.variables.names.iter().any(|one| one == name);
                expression_fixes::rooted(expression.text, &is_assigned)
                    .into_iter()
                    .chain(expression_fixes::closed(expression.text))
                    .map(|text| field_fixes::replace(&expression.pointer, text))
            });
    }
}
