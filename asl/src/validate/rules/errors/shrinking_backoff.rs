//! Reports a retrier whose delays would become shorter with each retry.

use crate::analysis::backoff_problem;
use crate::limits::MIN_BACKOFF_RATE;
use crate::validate::rules::prelude::*;

use super::retriers;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW056",
    name: "shrinking-backoff",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`BackoffRate` is less than 1.",
    doc: "The rate multiplies the delay of each further retry. Delays do not shrink.",
    source: source::ERRORS,
    check: backoff_rate,
};

fn backoff_rate(definition: &Definition<'_>, report: &mut Report<'_>) {
    let (field, least) = ("BackoffRate", NumberText::Decimal(MIN_BACKOFF_RATE));
    for retrier in retriers(definition) {
        if let Some(rate) = retrier.number(field)
            && let Some(message) = backoff_problem(&definition.words_of(retrier, field), rate)
        {
            report
                .add(retrier.at(field), message)
                .service(ServiceText::BelowMinimum(least))
                .choices(|| {
                    let constant = field_fixes::set(retrier, field, 1);
                    [constant, field_fixes::remove(retrier, field)]
                });
        }
    }
}
