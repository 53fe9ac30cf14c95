use smol_str::SmolStr;

use crate::query::QueryError;
use crate::task::TaskFailure;
use crate::value::Value;

/// Why a state failed: what Retry and Catch match, and what ends up in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error: Option<SmolStr>,
    pub(crate) cause: Option<SmolStr>,
    /// A heartbeat ran out. It is reported as States.Timeout, but ErrorEquals may say States.HeartbeatTimeout.
    pub(crate) by_heartbeat: bool,
    /// A task reported it, after it was scheduled.
    pub(crate) by_task: bool,
    /// It comes from inside a Map or Parallel, which is to say that it failed.
    pub(crate) is_inner: bool,
}

/// The names that the interpreter itself gives to failures.
pub(crate) mod names {
    pub(crate) const ALL: &str = "States.ALL";
    pub(crate) const DATA_LIMIT: &str = "States.DataLimitExceeded";
    pub(crate) const EVALUATION: &str = "States.QueryEvaluationError";
    pub(crate) const HEARTBEAT: &str = "States.HeartbeatTimeout";
    pub(crate) const RUNTIME: &str = "States.Runtime";
    pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
    pub(crate) const THRESHOLD: &str = "States.ExceedToleratedFailureThreshold";
    pub(crate) const TIMEOUT: &str = "States.Timeout";
}

impl Failure {
    pub(crate) fn new(error: impl Into<SmolStr>, cause: impl Into<SmolStr>) -> Self {
        Self {
            error: Some(error.into()),
            cause: Some(cause.into()),
            by_heartbeat: false,
            by_task: false,
            is_inner: false,
        }
    }

    /// A timeout or heartbeat ran out: an error without a cause.
    pub(crate) fn timeout(by_heartbeat: bool) -> Self {
        Self {
            error: Some(SmolStr::new_static(names::TIMEOUT)),
            cause: None,
            by_heartbeat,
            by_task: false,
            is_inner: false,
        }
    }

    /// What somebody who stops an execution says.
    pub(crate) fn stopped(error: Option<SmolStr>, cause: Option<SmolStr>) -> Self {
        Self {
            error,
            cause,
            by_heartbeat: false,
            by_task: false,
            is_inner: false,
        }
    }

    /// A value that is larger than the service takes. `label` is the state's name, or the task's.
    pub(crate) fn too_large(label: &str) -> Self {
        Self::new(
            names::DATA_LIMIT,
            format!(
                "The state/task '{label}' returned a result with a size exceeding the maximum number of bytes service limit."
            ),
        )
    }

    /// A failure of the interpreter in `state`, whose Entered event is `entered`.
    pub(crate) fn of_query(error: &QueryError, state: &str, entered: u32) -> Self {
        Self::new(
            error.error.as_ref(),
            format!(
                "An error occurred while executing the state '{state}' (entered at the event id #{entered}). {}",
                error.cause
            ),
        )
    }

    /// The same failure as a Map or Parallel around it has it.
    pub(crate) fn inner(mut self) -> Self {
        self.by_task = false;
        self.is_inner = true;
        self
    }

    /// The same failure as a task's.
    pub(crate) fn of_task(mut self) -> Self {
        self.by_task = true;
        self
    }

    /// Whether one of `patterns` names this failure, as AWS reads ErrorEquals (SERVICE_FACTS 8).
    ///
    /// States.Runtime is matched by nobody, not even by name; States.DataLimitExceeded by its name only. A failure
    /// without a name is matched by the two wildcards.
    pub(crate) fn is_named_by(&self, patterns: &[String]) -> bool {
        let error = self.error.as_deref();
        if error == Some(names::RUNTIME) {
            return false;
        }
        patterns.iter().any(|pattern| match pattern.as_str() {
            names::ALL => error != Some(names::DATA_LIMIT),
            names::TASK_FAILED => error != Some(names::DATA_LIMIT) && error != Some(names::TIMEOUT),
            names::HEARTBEAT => self.by_heartbeat || error == Some(names::HEARTBEAT),
            pattern => error == Some(pattern),
        })
    }

    /// What a Catcher sees: `{"Error", "Cause"}`, with null for what is missing. A timeout's missing cause is an
    /// empty string.
    pub(crate) fn output(&self) -> Value {
        let text = |text: &Option<SmolStr>| text.clone().map_or(Value::Null, Value::Str);
        let cause = match (&self.cause, self.error.as_deref()) {
            (None, Some(names::TIMEOUT)) => Value::from(""),
            (cause, _) => text(cause),
        };
        [
            (SmolStr::new_static("Error"), text(&self.error)),
            (SmolStr::new_static("Cause"), cause),
        ]
        .into_iter()
        .collect()
    }
}

/// The most characters of a cause.
const CAUSE: usize = 32_768;

impl From<TaskFailure> for Failure {
    fn from(failure: TaskFailure) -> Self {
        Self {
            error: failure.error,
            cause: failure.cause.map(shortened),
            by_heartbeat: false,
            by_task: true,
            is_inner: false,
        }
    }
}

fn shortened(cause: SmolStr) -> SmolStr {
    match cause.char_indices().nth(CAUSE) {
        Some((end, _)) => SmolStr::new(&cause[..end]),
        None => cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(failure: &Failure, pattern: &str) -> bool {
        failure.is_named_by(&[pattern.to_owned()])
    }

    #[test]
    fn wildcards_leave_out_what_aws_leaves_out() {
        let runtime = Failure::new(names::RUNTIME, "");
        assert!(!named(&runtime, names::ALL) && !named(&runtime, names::RUNTIME));
        let limit = Failure::too_large("lambda");
        assert!(!named(&limit, names::ALL) && named(&limit, names::DATA_LIMIT));
        let timeout = Failure::timeout(false);
        assert!(named(&timeout, names::ALL) && !named(&timeout, names::TASK_FAILED));
        assert!(!named(&timeout, names::HEARTBEAT) && named(&timeout, names::TIMEOUT));
        let heartbeat = Failure::timeout(true);
        assert!(named(&heartbeat, names::HEARTBEAT) && named(&heartbeat, names::TIMEOUT));
        let nameless = Failure::from(TaskFailure::default());
        assert!(named(&nameless, names::ALL) && named(&nameless, names::TASK_FAILED));
        assert!(!named(&Failure::new("A", ""), "a"));
    }

    #[test]
    fn error_output_tells_missing_from_empty() {
        let nameless = Failure::from(TaskFailure::default());
        assert_eq!(
            nameless.output().to_text(),
            r#"{"Error":null,"Cause":null}"#
        );
        assert_eq!(
            Failure::timeout(true).output().to_text(),
            r#"{"Error":"States.Timeout","Cause":""}"#
        );
    }
}
