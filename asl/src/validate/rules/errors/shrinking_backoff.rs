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
    for retrier in retriers(definition) {
        if retrier
            .number("BackoffRate")
            .is_some_and(|rate| rate < MIN_BACKOFF_RATE)
        {
            report
                .add(
                    retrier.at("BackoffRate"),
                    "`BackoffRate` must be at least 1.0",
                )
                .service(ServiceText::BelowMinimum(NumberText::Decimal(
                    MIN_BACKOFF_RATE,
                )));
        }
    }
}
