//! Reports a number of retries, or a delay before the first one, that AWS does not accept.

use crate::limits::{MAX_SECONDS, SECONDS};
use crate::validate::rules::fields::{seconds, whole_number};
use crate::validate::rules::prelude::*;

use super::retriers;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW057",
    name: "retry-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`IntervalSeconds` is not a whole number from 1 to 99,999,999, or `MaxAttempts` is not one from 0 to 99,999,999.",
    doc: "`\"MaxAttempts\": 0` is allowed and means that the named errors are not retried.",
    source: source::ERRORS,
    check: interval_and_attempts,
};

fn interval_and_attempts(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        seconds(definition, retrier, "IntervalSeconds", SECONDS, report);
        let attempts = (0, Some(MAX_SECONDS));
        whole_number(definition, retrier, "MaxAttempts", attempts, "", report);
    }
}
