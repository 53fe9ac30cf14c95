//! Reports a maximum delay between retries that AWS does not accept.

use crate::analysis::max_delay_problem;
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
    let (field, interval) = ("MaxDelaySeconds", "IntervalSeconds");
    for retrier in retriers(definition) {
        let Some(delay) = retrier.number(field) else {
            continue;
        };
        let words = |field| definition.words_of(retrier, field);
        let seconds = retrier.number(interval);
        if let Some(message) = max_delay_problem(&words(field), &words(interval), delay, seconds) {
            let entry = report.add(retrier.at(field), message);
            entry.choices(|| {
                let least = seconds.map_or(1.0, |seconds| (seconds.floor() + 1.0).max(1.0));
                let nearest = delay.round().max(least) as u64;
                let nearest = nearest.min(*DELAY_SECONDS.end());
                let is_longer = seconds.is_none_or(|seconds| nearest as f64 > seconds);
                let longer = is_longer.then(|| field_fixes::set(retrier, field, nearest));
                let removed = field_fixes::remove(retrier, field);
                longer.into_iter().chain([removed])
            });
        }
    }
}
