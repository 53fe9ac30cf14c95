//! Retriers and catchers.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{JitterStrategy, NumberOrExpression, PathField, Word};

structure! {
    /// What is tried again, how often and after what delay.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
    Retrier {
        /// What the retrier is for.
        comment: Option<String> = "Comment",
        /// The names of the errors it is for.
        error_equals: Vec<String> = "ErrorEquals" required,
        /// Seconds before the first retry; 1 when absent.
        interval_seconds: Option<NumberOrExpression> = "IntervalSeconds",
        /// How often to retry; 3 when absent.
        max_attempts: Option<NumberOrExpression> = "MaxAttempts",
        /// The factor by which the delay grows; 2.0 when absent.
        backoff_rate: Option<NumberOrExpression> = "BackoffRate",
        /// The longest delay in seconds.
        max_delay_seconds: Option<NumberOrExpression> = "MaxDelaySeconds",
        /// How the delay is randomised.
        jitter_strategy: Option<Word<JitterStrategy>> = "JitterStrategy",
    }
}

structure! {
    /// What goes on elsewhere after an error.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
    Catcher {
        /// What the catcher is for.
        comment: Option<String> = "Comment",
        /// The names of the errors it is for.
        error_equals: Vec<String> = "ErrorEquals" required,
        /// Where in the input the error output is put.
        result_path: Option<PathField> = "ResultPath" JsonPath,
        /// Workflow variables by name, and their new values.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        /// The name of the state that follows.
        next: String = "Next" required,
    }
}
