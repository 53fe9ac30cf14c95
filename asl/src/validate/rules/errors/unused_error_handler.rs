//! Reports a retrier or catcher that has no effect, because earlier ones match its errors.

use crate::analysis::HandlerProblem;
use crate::validate::rules::prelude::*;

use super::name_problem::{NameProblem, WORDS, name_problems};
use super::{FATAL, error_names, remove_handler};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW055",
    name: "unused-error-handler",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A retrier or catcher is never used: earlier ones match all its names.",
    doc: "Retriers and catchers are tried in order, and the first match decides. Put the one with the narrower names first. Retriers and catchers after `States.ALL` are reported by SW052.",
    source: source::ERRORS,
    check: covered,
};

fn covered(definition: &Definition<'_>, report: &mut Report<'_>) {
    let problems = name_problems(definition)
        .filter(|found| matches!(found.problem, HandlerProblem::Covered { .. }));
    let problems: Vec<NameProblem<'_, '_>> = problems.collect();
    for found in problems.chunk_by(|one, next| std::ptr::eq(one.handler, next.handler)) {
        let handler = found[0].handler;
        let names = error_names(handler);
        // Names that nothing matches are reported by another rule.
        let fresh = names.iter().filter(|name| !FATAL.contains(name)).count();
        let covered = found
            .iter()
            .filter(|one| !FATAL.contains(&names[one.index]));
        if fresh == 0 || covered.count() < fresh {
            continue;
        }
        let message = match found {
            [one] if names.len() == 1 => one.message(),
            _ => format!(
                "earlier {}s of this state already match all names of this one",
                WORDS.of(found[0].kind)
            ),
        };
        let entry = report.add(handler.at("ErrorEquals"), message);
        let entry = entry.choices(|| remove_handler(definition, handler));
        let Some(earlier) = found[0].earlier.filter(|_| found.len() == 1) else {
            continue;
        };
        let shown = found[0].problem.earlier(&str::to_owned);
        let (.., text) = shown.unwrap_or_default();
        let entry = entry.related(earlier.at("ErrorEquals"), text);
        // A handler of all errors must remain the last one.
        let moves =
            matches!(found[0].problem, HandlerProblem::Covered { name, by, .. } if name != by);
        if moves && found[0].with_all == 0 {
            let title = "try the handler of more errors last";
            entry.fix(Some(Fix::risky(title, Edit::move_last(&earlier.pointer))));
        }
    }
}
