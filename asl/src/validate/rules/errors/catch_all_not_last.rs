//! Reports a retrier or catcher for all errors that has others after it.

use crate::analysis::HandlerProblem;
use crate::validate::rules::prelude::*;

use super::name_problem::{WORDS, name_problems};
use super::remove_handler;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW052",
    name: "catch-all-not-last",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`States.ALL` is in a retrier or catcher that is not the last.",
    doc: "Retriers and catchers are tried in order; those after one for every error are never reached.",
    source: source::ERRORS,
    check: all_last,
};

fn all_last(definition: &Definition<'_>, report: &mut Report<'_>) {
    for found in name_problems(definition) {
        if found.problem == HandlerProblem::AllNotLast {
            let title = format!("move this {} to the end", WORDS.of(found.kind));
            let fix = Fix::safe(title, Edit::move_last(&found.handler.pointer));
            report
                .add(found.handler.at("ErrorEquals"), found.message())
                .service_at(
                    ServiceText::MisplacedCatchAll,
                    ServiceLocation::Item(found.index),
                )
                .fix((found.with_all == 1).then_some(fix))
                .choices(|| remove_handler(definition, found.handler));
        }
    }
}
