use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use smol_str::SmolStr;
use stepwright::TaskError;

use super::matcher::payload;
use crate::task::handler::INVALID_OUTPUT;
use crate::task::{Answer, TaskCall, TaskFailure, TaskResult};
use crate::value::Value;

/// How a mocked task answers, call after call. After the last answer it is given again and again.
///
/// ```
/// use std::time::Duration;
/// use serde_json::json;
/// use stepwright_runtime::testing::Mock;
///
/// let flaky = Mock::failure("Throttled", "slow down").times(2).then(Mock::output(json!({"ok": true})));
/// let slow = Mock::output(1).after(Duration::from_secs(30));
/// # let _ = (flaky, slow);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Mock {
    /// Each with how many calls it answers.
    steps: Vec<(usize, Step)>,
}

#[derive(Clone)]
pub(super) struct Step {
    reply: Reply,
    submitted: Option<Value>,
    worker: Option<SmolStr>,
    delay: Duration,
}

#[derive(Clone)]
enum Reply {
    Result(TaskResult),
    Never,
    Token,
    With(Arc<dyn Fn(&TaskCall<'_>) -> Answer + Send + Sync>),
    Function(Arc<dyn Fn(&Value) -> TaskResult + Send + Sync>),
}

impl Mock {
    /// The task succeeds.
    pub fn output(output: impl Into<Value>) -> Self {
        Self::of(Reply::Result(Ok(output.into())))
    }

    /// The task fails.
    pub fn failure(error: impl Into<SmolStr>, cause: impl Into<SmolStr>) -> Self {
        Self::of(Reply::Result(Err(TaskFailure::new(error, cause))))
    }

    /// The task never answers; on virtual time its timeout comes at once.
    pub fn never() -> Self {
        Self::of(Reply::Never)
    }

    /// The test answers through the token.
    pub fn token() -> Self {
        Self::of(Reply::Token)
    }

    /// The answer is computed from the call.
    pub fn with(answer: impl Fn(&TaskCall<'_>) -> Answer + Send + Sync + 'static) -> Self {
        Self::of(Reply::With(Arc::new(answer)))
    }

    /// The task succeeds with what a task function gives.
    ///
    /// ```
    /// use serde::Serialize;
    /// use stepwright_runtime::testing::Mock;
    ///
    /// #[derive(Serialize)]
    /// struct Receipt {
    ///     id: String,
    /// }
    ///
    /// let mock = Mock::returns(&Receipt { id: "r-1".to_owned() });
    /// # let _ = mock;
    /// ```
    ///
    /// A value that is no JSON (a map with keys that are no strings) makes the task fail, as it does the function.
    pub fn returns(output: &impl Serialize) -> Self {
        let output = Value::from_typed(output)
            .map_err(|error| TaskFailure::internal(INVALID_OUTPUT, &error.to_string()));
        Self::of(Reply::Result(output))
    }

    /// The task fails with a task function's own error, under the name and with the cause that the error has in
    /// every transport.
    pub fn fails(error: impl TaskError) -> Self {
        Self::of(Reply::Result(Err(error.into())))
    }

    /// The answer of a function, computed from its payload.
    pub(super) fn function(answer: impl Fn(&Value) -> TaskResult + Send + Sync + 'static) -> Self {
        Self::of(Reply::Function(Arc::new(answer)))
    }

    /// The last answer is given to this many calls.
    pub fn times(mut self, calls: usize) -> Self {
        if let Some((times, _)) = self.steps.last_mut() {
            *times = calls;
        }
        self
    }

    /// After that, `next`.
    pub fn then(mut self, next: Mock) -> Self {
        self.steps.extend(next.steps);
        self
    }

    /// The last answer takes this long on the engine's clock.
    pub fn after(mut self, delay: Duration) -> Self {
        if let Some((_, step)) = self.steps.last_mut() {
            step.delay = delay;
        }
        self
    }

    /// What TaskSubmitted shows, for `.sync` and `.waitForTaskToken`.
    pub fn submitted(mut self, response: impl Into<Value>) -> Self {
        if let Some((_, step)) = self.steps.last_mut() {
            step.submitted = Some(response.into());
        }
        self
    }

    /// The name of the activity's worker.
    pub fn worker(mut self, name: impl Into<SmolStr>) -> Self {
        if let Some((_, step)) = self.steps.last_mut() {
            step.worker = Some(name.into());
        }
        self
    }

    /// What the call with this number, from 0, is answered with.
    pub(super) fn step(&self, mut call: usize) -> Option<&Step> {
        for (times, step) in &self.steps {
            if call < *times {
                return Some(step);
            }
            call -= times;
        }
        self.steps.last().map(|(_, step)| step)
    }

    fn of(reply: Reply) -> Self {
        Self {
            steps: vec![(
                1,
                Step {
                    reply,
                    submitted: None,
                    worker: None,
                    delay: Duration::ZERO,
                },
            )],
        }
    }
}

impl Step {
    /// The answer to a call; `wrap` puts a function's result into its integration's envelope.
    pub(super) fn answer(&self, call: &TaskCall<'_>, wrap: impl FnOnce(Value) -> Value) -> Answer {
        let mut answer = match &self.reply {
            Reply::Result(Ok(output)) => Answer::output(wrap(output.clone())),
            Reply::Result(Err(failure)) => Answer::result(Err(failure.clone())),
            Reply::Never => Answer::never(),
            Reply::Token => Answer::token(),
            Reply::With(compute) => return compute(call),
            Reply::Function(compute) => {
                let payload = payload(call.resource(), call.parameters());
                match compute(payload.unwrap_or(&Value::empty_object())) {
                    Ok(output) => Answer::output(wrap(output)),
                    Err(failure) => Answer::result(Err(failure)),
                }
            }
        };
        if let Some(response) = &self.submitted {
            answer = answer.submitted(response.clone());
        }
        if let Some(name) = &self.worker {
            answer = answer.worker(name.clone());
        }
        answer.after(self.delay)
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reply {
            Reply::Result(result) => result.fmt(f),
            Reply::Never => f.write_str("Never"),
            Reply::Token => f.write_str("Token"),
            Reply::With(_) => f.write_str("With"),
            Reply::Function(_) => f.write_str("Function"),
        }
    }
}
