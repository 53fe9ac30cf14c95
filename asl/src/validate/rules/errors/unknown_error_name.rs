//! Reports a misspelled name of an error of the service, such as `State.ALL`.

use std::collections::HashSet;

use crate::errors;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

use super::{name_pointer, names, remove_name};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW053",
    name: "unknown-error-name",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Documented,
    summary: "A name in `ErrorEquals` looks like an error name of the service but is not one.",
    doc: "Names that begin with `States.` are reserved for the service. AWS treats any other name as the name of your own error: a misspelled one is accepted and never matches (recorded for `State.ALL`). A name that is the `Error` of a Fail state of the machine is not reported.",
    source: source::ERRORS,
    check: unknown_name,
};

fn unknown_name(definition: &Definition<'_>, report: &mut Report<'_>) {
    let fails = definition.parts_of("Fail");
    let raised: HashSet<&str> = fails.filter_map(|fail| fail.text("Error")).collect();
    for (name, handler, index) in names(definition) {
        let Some((first, _)) = name.split_once('.').filter(|_| !is_substitution(name)) else {
            continue;
        };
        let like = ["states", "state"]
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word));
        if like && !errors::is_reserved(name) && !raised.contains(name) {
            let message = format!("`{name}` is not an error name of the service");
            // AWS accepts the name, so the correct one changes what the definition does.
            let pointer = name_pointer(handler, index);
            report
                .add(&pointer, message)
                .meant(name, errors::RESERVED.iter().copied())
                .fix_meant(|meant| {
                    let fix = proposals::replace(&pointer, name, meant);
                    Some(fix.with_safety(Safety::Unsafe))
                })
                .choices(|| remove_name(definition, handler, index));
        }
    }
}
