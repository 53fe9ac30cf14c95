//! Numbers that AWS limits.

use std::ops::RangeInclusive;

use crate::limits::{DELAY_SECONDS, MIN_BACKOFF_RATE, PERCENTAGE};

/// A whole number as the functions of this module take it. Numbers above 2^53 are rounded; all
/// limits are lower.
pub fn as_float(number: u64) -> f64 {
    number as f64
}

/// The words for a field in messages, by the structure that has it: `` `IntervalSeconds` `` of a
/// `Retrier`.
pub type FieldWords = fn(structure: &'static str, field: &'static str) -> String;

/// The name of a field in ASL.
pub fn asl_field(_structure: &'static str, field: &'static str) -> String {
    format!("`{field}`")
}

/// The problem of a number that must be whole and at least `least`, and at most `most` if there is
/// a maximum. `what` names it in the words of the front end; a unit begins with a space.
pub fn whole_number_problem(
    what: &str,
    number: f64,
    (least, most): (u64, Option<u64>),
    unit: &str,
) -> Option<String> {
    if number.fract() != 0.0 {
        return Some(format!("{what} must be a whole number; this is {number}"));
    }
    let is_above = most.is_some_and(|most| number > as_float(most));
    if number >= as_float(least) && !is_above {
        return None;
    }
    Some(match most {
        Some(most) => format!("{what} must be from {least} to {most}{unit}; this is {number}"),
        None => format!("{what} must be at least {least}; this is {number}"),
    })
}

/// The problem of a number of seconds.
pub fn seconds_problem(what: &str, seconds: f64, range: RangeInclusive<u64>) -> Option<String> {
    let bounds = (*range.start(), Some(*range.end()));
    whole_number_problem(what, seconds, bounds, " seconds")
}

/// The problem of the longest delay of a retrier, which is longer than its interval.
pub fn max_delay_problem(
    max_delay: &str,
    interval: &str,
    max_delay_seconds: f64,
    interval_seconds: Option<f64>,
) -> Option<String> {
    seconds_problem(max_delay, max_delay_seconds, DELAY_SECONDS).or_else(|| {
        (max_delay_seconds <= interval_seconds?)
            .then(|| format!("{max_delay} must be longer than {interval}"))
    })
}

/// The problem of the rate at which the delays of a retrier grow.
pub fn backoff_problem(what: &str, rate: f64) -> Option<String> {
    (rate.is_nan() || rate < MIN_BACKOFF_RATE)
        .then(|| format!("{what} must be at least 1.0; this is {rate}"))
}

/// The problem of a heartbeat that is not shorter than its timeout.
pub fn heartbeat_problem(
    heartbeat: &str,
    timeout: &str,
    heartbeat_seconds: f64,
    timeout_seconds: f64,
) -> Option<String> {
    (heartbeat_seconds >= timeout_seconds).then(|| {
        format!(
            "{heartbeat} must be shorter than {timeout}: {heartbeat_seconds} s is not less than {timeout_seconds} s"
        )
    })
}

/// The problem of a percentage of failures.
pub(crate) fn percentage_problem(what: &str, percentage: f64) -> Option<String> {
    (!PERCENTAGE.contains(&percentage))
        .then(|| format!("{what} must be from 0 to 100; this is {percentage}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::SECONDS;

    #[test]
    fn numbers_outside_the_ranges_of_aws_are_reported() {
        let seconds = |seconds| seconds_problem("it", seconds, SECONDS);
        assert_eq!(seconds(1.0), None);
        assert_eq!(seconds(99_999_999.0), None);
        let message = seconds(0.0);
        assert_eq!(
            message.as_deref(),
            Some("it must be from 1 to 99999999 seconds; this is 0")
        );
        let message = seconds(1.5);
        assert_eq!(
            message.as_deref(),
            Some("it must be a whole number; this is 1.5")
        );
        assert!(seconds(f64::NAN).is_some());
        assert_eq!(whole_number_problem("it", 5.0, (0, None), ""), None);
        let message = whole_number_problem("it", -1.0, (0, None), "");
        assert_eq!(
            message.as_deref(),
            Some("it must be at least 0; this is -1")
        );
        assert!(heartbeat_problem("a", "b", 5.0, 5.0).is_some());
        assert!(heartbeat_problem("a", "b", 4.0, 5.0).is_none());
        assert!(percentage_problem("a", 100.0).is_none());
        assert!(percentage_problem("a", 100.5).is_some());
    }

    #[test]
    fn delays_of_a_retrier_grow() {
        let max_delay = |seconds, interval| max_delay_problem("it", "b", seconds, interval);
        assert_eq!(max_delay(5.0, None), None);
        assert_eq!(max_delay(5.0, Some(4.0)), None);
        let message = max_delay(5.0, Some(5.0));
        assert_eq!(message.as_deref(), Some("it must be longer than b"));
        assert!(max_delay(31_622_400.0, None).is_some());
        assert_eq!(backoff_problem("it", 1.0), None);
        assert!(backoff_problem("it", 0.5).is_some());
        assert!(backoff_problem("it", f64::NAN).is_some());
    }
}
