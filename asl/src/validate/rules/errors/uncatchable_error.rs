//! Reports the name of an error that AWS never retries and never catches.

use crate::errors;
use crate::validate::rules::prelude::*;

use super::{FATAL, error_names, name_pointer, names, remove_name, usual_names};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW054",
    name: "uncatchable-error",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Documented,
    summary: "`ErrorEquals` names an error that is never matched.",
    doc: "`States.Runtime` ends the execution even if a retrier or catcher names it, and `States.ALL` does not match it (recorded). `States.NoChoiceMatched`, `States.IntrinsicFailure` and `States.ParameterPathFailure` are documented, but the service reports these faults as `States.Runtime`. `States.DataLimitExceeded` is matched by `States.ALL` where a task's result is too large (recorded), and elsewhere only by its own name. Instead, check the data with a Choice before the state that may fail.",
    source: source::ERRORS,
    check: never_matched,
};

fn never_matched(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (name, handler, index) in names(definition) {
        if !FATAL.contains(&name) {
            continue;
        }
        let message = if name == errors::RUNTIME {
            format!("`{name}` is never retried or caught: it ends the execution")
        } else {
            format!(
                "`{name}` is never retried or caught: the service reports such a fault as `{}`, which ends the execution",
                errors::RUNTIME
            )
        };
        let pointer = name_pointer(handler, index);
        report.add(&pointer, message).choices(|| {
            let is_alone = error_names(handler).len() == 1;
            let usual = usual_names(definition, handler).into_iter();
            let usual = usual.filter(|_| is_alone);
            let usual = usual.map(|name| field_fixes::replace(&pointer, name));
            usual
                .chain(remove_name(definition, handler, index))
                .collect::<Vec<_>>()
        });
    }
}
