//! Reports `States.ALL` next to other names in one `ErrorEquals`.

use crate::analysis::HandlerProblem;
use crate::errors;
use crate::validate::rules::prelude::*;

use super::error_names;
use super::name_problem::name_problems;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW051",
    name: "catch-all-not-alone",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`States.ALL` is not the only name in its `ErrorEquals`.",
    doc: "`States.ALL` already matches every error that can be matched.",
    source: source::ERRORS,
    check: all_alone,
};

fn all_alone(definition: &Definition<'_>, report: &mut Report<'_>) {
    for found in name_problems(definition) {
        if found.problem == HandlerProblem::AllNotAlone {
            let pointer = found.handler.at("ErrorEquals");
            let fix = only_all(found.handler);
            report
                .add(pointer, found.message())
                .service_at(
                    ServiceText::MisplacedCatchAll,
                    ServiceLocation::Item(found.index),
                )
                .fix(Some(fix))
                .choices(|| {
                    let names = error_names(found.handler).into_iter();
                    let others = names.filter(|name| *name != errors::ALL);
                    let others: Vec<Json> = others.map(Json::from).collect();
                    let pointer = found.handler.at("ErrorEquals");
                    let edit = Edit::replace(pointer, Json::Array(others.clone()));
                    let title = "remove `States.ALL`";
                    (!others.is_empty()).then(|| Fix::choice(title, [edit]))
                });
        }
    }
}

/// Removes the names next to `States.ALL`. `States.ALL` does not match the errors of
/// [`NOT_MATCHED_BY_ALL`] everywhere.
fn only_all(handler: &DefinitionPart<'_>) -> Fix {
    let names = error_names(handler);
    let is_covered = names.iter().all(|name| !NOT_MATCHED_BY_ALL.contains(name));
    let safety = if is_covered {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    let all = Json::from(errors::ALL.to_owned());
    let edit = Edit::replace(handler.at("ErrorEquals"), Json::Array(vec![all]));
    Fix::new(safety, "remove the names next to `States.ALL`", edit)
}

const NOT_MATCHED_BY_ALL: &[&str] = &[errors::RUNTIME, errors::DATA_LIMIT_EXCEEDED];
