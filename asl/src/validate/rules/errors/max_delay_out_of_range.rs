use crate::limits::DELAY_SECONDS;
use crate::validate::rules::prelude::*;

use super::retriers;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW058",
    name: "max-delay-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`MaxDelaySeconds` is not greater than `IntervalSeconds`, or not less than 31,622,400.",
    doc: "The maximum delay must be greater than the first delay and less than 366 days.",
    source: source::ERRORS,
    check: max_delay,
};

fn max_delay(definition: &Definition<'_>, report: &mut Report<'_>) {
    for retrier in retriers(definition) {
        let Some(delay) = retrier.number("MaxDelaySeconds") else {
            continue;
        };
        let interval = retrier.number("IntervalSeconds");
        let delays = *DELAY_SECONDS.start() as f64..=*DELAY_SECONDS.end() as f64;
        let message = if delay.fract() != 0.0 || !delays.contains(&delay) {
            "`MaxDelaySeconds` must be a whole number greater than 0 and less than 31622400"
        } else if interval.is_some_and(|interval| delay <= interval) {
            "`MaxDelaySeconds` must be greater than `IntervalSeconds`"
        } else {
            continue;
        };
        report.add(retrier.at("MaxDelaySeconds"), message);
    }
}
