//! Numbers that AWS limits.

use crate::limits::{DELAY_SECONDS, MAX_SECONDS, MIN_BACKOFF_RATE, SECONDS};

/// A whole number as the functions of this module take it. Numbers above 2^53 are rounded; all
/// limits are lower.
#[allow(clippy::cast_precision_loss, reason = "documented")]
pub fn as_float(number: u64) -> f64 {
    number as f64
}

/// The problem of a timeout or heartbeat with this number of seconds. `what` names it in the words
/// of the front end.
pub fn seconds_problem(what: &str, seconds: f64) -> Option<String> {
    let range = as_float(*SECONDS.start())..=as_float(*SECONDS.end());
    (!range.contains(&seconds))
        .then(|| format!("{what} must be from 1 to {MAX_SECONDS} seconds; this is {seconds}"))
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

/// The problem of a Wait with this number of seconds.
pub fn wait_problem(seconds: f64) -> Option<String> {
    (seconds > as_float(MAX_SECONDS))
        .then(|| format!("a wait must be at most {MAX_SECONDS} seconds"))
}

/// The numbers of a retrier.
#[derive(Debug, Clone, Copy, Default)]
pub struct RetryNumbers {
    /// `IntervalSeconds`.
    pub interval: Option<u64>,
    /// `MaxDelaySeconds`.
    pub max_delay: Option<u64>,
    /// `MaxAttempts`.
    pub max_attempts: Option<u64>,
    /// `BackoffRate`.
    pub backoff_rate: Option<f64>,
}

/// A field of a retrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryField {
    /// `IntervalSeconds`.
    Interval,
    /// `MaxDelaySeconds`.
    MaxDelay,
    /// `MaxAttempts`.
    MaxAttempts,
    /// `BackoffRate`.
    BackoffRate,
}

impl RetryField {
    /// The word of the field in `workflow!` and in the typed builder.
    pub fn word(self) -> &'static str {
        match self {
            RetryField::Interval => "interval",
            RetryField::MaxDelay => "max_delay",
            RetryField::MaxAttempts => "max_attempts",
            RetryField::BackoffRate => "backoff_rate",
        }
    }

    /// The code of the rule about the field's range.
    pub fn code(self) -> &'static str {
        match self {
            RetryField::Interval | RetryField::MaxAttempts => "SW057",
            RetryField::MaxDelay => "SW058",
            RetryField::BackoffRate => "SW056",
        }
    }
}

/// The problems of a retrier's numbers. `name` writes a field in the words of the front end.
pub fn retry_problems(
    numbers: &RetryNumbers,
    name: &dyn Fn(RetryField) -> String,
) -> Vec<(RetryField, String)> {
    use RetryField::{BackoffRate, Interval, MaxAttempts, MaxDelay};
    let mut problems = Vec::new();
    let mut report = |field, message| problems.push((field, message));
    if let Some(seconds) = numbers.interval
        && !SECONDS.contains(&seconds)
    {
        let message = format!(
            "{} must be from 1 to {MAX_SECONDS} seconds; this is {seconds}",
            name(Interval)
        );
        report(Interval, message);
    }
    if let Some(seconds) = numbers.max_delay {
        if !DELAY_SECONDS.contains(&seconds) {
            let message = format!(
                "{} must be from {} to {} seconds; this is {seconds}",
                name(MaxDelay),
                DELAY_SECONDS.start(),
                DELAY_SECONDS.end()
            );
            report(MaxDelay, message);
        } else if numbers.interval.is_some_and(|interval| seconds <= interval) {
            let message = format!("{} must be longer than {}", name(MaxDelay), name(Interval));
            report(MaxDelay, message);
        }
    }
    if let Some(attempts) = numbers.max_attempts
        && attempts > MAX_SECONDS
    {
        let message = format!("{} must be at most {MAX_SECONDS}", name(MaxAttempts));
        report(MaxAttempts, message);
    }
    if let Some(rate) = numbers.backoff_rate
        && (rate.is_nan() || rate < MIN_BACKOFF_RATE)
    {
        let message = format!("{} must be at least 1.0; this is {rate}", name(BackoffRate));
        report(BackoffRate, message);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(numbers: RetryNumbers) -> Vec<RetryField> {
        let problems = retry_problems(&numbers, &|field| format!("{field:?}"));
        problems.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn seconds_outside_the_range_of_aws_are_reported() {
        assert_eq!(seconds_problem("it", 1.0), None);
        assert_eq!(seconds_problem("it", 99_999_999.0), None);
        assert_eq!(
            seconds_problem("it", 0.0).as_deref(),
            Some("it must be from 1 to 99999999 seconds; this is 0")
        );
        assert!(seconds_problem("it", f64::NAN).is_some());
        assert!(wait_problem(0.0).is_none() && wait_problem(1e8).is_some());
        assert!(heartbeat_problem("a", "b", 5.0, 5.0).is_some());
        assert!(heartbeat_problem("a", "b", 4.0, 5.0).is_none());
    }

    #[test]
    fn each_field_of_a_retrier_is_checked() {
        assert_eq!(fields(RetryNumbers::default()), []);
        let all = RetryNumbers {
            interval: Some(0),
            max_delay: Some(31_622_400),
            max_attempts: Some(100_000_000),
            backoff_rate: Some(0.5),
        };
        use RetryField::{BackoffRate, Interval, MaxAttempts, MaxDelay};
        assert_eq!(fields(all), [Interval, MaxDelay, MaxAttempts, BackoffRate]);
        let not_longer = RetryNumbers {
            interval: Some(5),
            max_delay: Some(5),
            ..RetryNumbers::default()
        };
        assert_eq!(fields(not_longer), [MaxDelay]);
    }
}
