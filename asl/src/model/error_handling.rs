//! Retriers and catchers.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{JitterStrategy, NumberOrExpression, PathField, Word};

structure! {
    /// Retries after certain errors: how often, and after what delay.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
    Retrier {
        /// Description of the retrier.
        comment: Option<String> = "Comment",
        /// The names of the errors to retry.
        error_equals: Vec<String> = "ErrorEquals" required,
        /// Seconds before the first retry; 1 if absent.
        interval_seconds: Option<NumberOrExpression> = "IntervalSeconds",
        /// Maximum number of retries; 3 if absent.
        max_attempts: Option<NumberOrExpression> = "MaxAttempts",
        /// The factor between consecutive delays; 2.0 if absent.
        backoff_rate: Option<NumberOrExpression> = "BackoffRate",
        /// The maximum delay in seconds.
        max_delay_seconds: Option<NumberOrExpression> = "MaxDelaySeconds",
        /// The randomisation of delays.
        jitter_strategy: Option<Word<JitterStrategy>> = "JitterStrategy",
    }
}

structure! {
    /// Continues with another state after certain errors.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
    Catcher {
        /// Description of the catcher.
        comment: Option<String> = "Comment",
        /// The names of the errors to catch.
        error_equals: Vec<String> = "ErrorEquals" required,
        /// The path in the input at which the error output is stored.
        result_path: Option<PathField> = "ResultPath" JsonPath,
        /// New values of workflow variables, by name.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        /// The name of the next state.
        next: String = "Next" required,
    }
}
