use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use smol_str::SmolStr;
use stepwright::Task;

use super::matcher::payload;
use crate::clock::Listeners;
use crate::task::handler::INVALID_OUTPUT;
use crate::task::{Answer, TaskCall, TaskFailure, TaskResult};
use crate::value::Value;

/// How a mocked task answers, call after call. The last answer is given again and again, unless [`times`](Self::times) says how
/// often.
///
/// A mock of a task function answers with the function's own types, which the compiler sees to. A mock of a state, of a
/// function by its name or of a resource is [`Raw`]: it answers with JSON.
///
/// ```
/// use std::time::Duration;
/// use serde_json::json;
/// use stepwright_runtime::testing::{Mock, Mocks};
///
/// #[stepwright::task]
/// async fn price(article: String) -> f64;
///
/// let flaky = Mock::failure("Throttled", "slow down").times(2).then(Mock::output(json!({"ok": true})));
/// let slow = Mock::returns(9.5).after(Duration::from_secs(30));
/// let mocks = Mocks::new().state("Ask", flaky).task::<price>(slow);
/// # let _ = mocks;
/// ```
#[must_use]
pub struct Mock<T = Raw> {
    steps: Steps,
    of: PhantomData<fn() -> T>,
}

/// What a [`Mock`] answers for that is no task function: a state, a function by its name, a resource.
#[derive(Clone, Copy, Debug)]
pub struct Raw;

/// The answers of a mock, each with how many calls it answers.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    list: Vec<(Option<usize>, Step)>,
    /// Nothing has to call it.
    pub(super) is_optional: bool,
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

impl Mock<Raw> {
    /// The task succeeds.
    pub fn output(output: impl Into<Value>) -> Self {
        Self::of(Reply::Result(Ok(output.into())))
    }
}

impl<T: Task> Mock<T> {
    /// The task succeeds with what the task function gives.
    ///
    /// A value that is no JSON (a map with keys that are no strings) makes the task fail, as it does the function.
    pub fn returns(output: T::Output) -> Self {
        Self::of(Reply::Result(output_of::<T>(&output)))
    }

    /// The task fails with the task function's own error, under the name and with the cause that the error has in
    /// every transport.
    pub fn fails(error: T::Error) -> Self {
        Self::of(Reply::Result(Err(error.into())))
    }

    /// The answer of another function with the same parameters.
    pub(super) fn function(
        answer: impl Fn(&Value) -> Result<T::Output, TaskFailure> + Send + Sync + 'static,
    ) -> Self {
        let answer = move |payload: &Value| output_of::<T>(&answer(payload)?);
        Self::of(Reply::Function(Arc::new(answer)))
    }
}

fn output_of<T: Task>(output: &T::Output) -> TaskResult {
    Value::from_typed(output)
        .map_err(|error| TaskFailure::internal(INVALID_OUTPUT, &error.to_string()))
}

impl<T> Mock<T> {
    /// The task fails.
    pub fn failure(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::of(Reply::Result(Err(TaskFailure::new(error, cause))))
    }

    /// The task never answers; on virtual time its timeout comes at once.
    pub fn never() -> Self {
        Self::of(Reply::Never)
    }

    /// The test answers through the token, which [`Mocks::token_of`](super::Mocks::token_of) gives. Virtual time stands until
    /// then, but while the test sleeps on the engine's clock, or waits for the execution's end without having answered: then
    /// timeouts and heartbeats come as always.
    pub fn token() -> Self {
        Self::of(Reply::Token)
    }

    /// The answer is computed from the call: the raw result of the state's resource. A panic fails the test.
    pub fn with(answer: impl Fn(&TaskCall<'_>) -> Answer + Send + Sync + 'static) -> Self {
        Self::of(Reply::With(Arc::new(answer)))
    }

    /// The last answer is given to this many calls. What comes behind them is for the next ones; where nothing does, another
    /// call fails the test.
    ///
    /// # Panics
    ///
    /// Where it is given to none.
    #[track_caller]
    pub fn times(mut self, calls: usize) -> Self {
        assert!(
            calls > 0,
            "a mock answers at least one call; leave out what answers none, or say `.optional()`"
        );
        if let Some((times, _)) = self.steps.list.last_mut() {
            *times = Some(calls);
        }
        self
    }

    /// After that, `next`.
    pub fn then(mut self, next: Mock<T>) -> Self {
        self.steps.list.extend(next.steps.list);
        self.steps.is_optional |= next.steps.is_optional;
        self
    }

    /// The last answer takes this long on the engine's clock.
    pub fn after(self, delay: Duration) -> Self {
        self.last(|step| step.delay = delay)
    }

    /// What TaskSubmitted shows, for `.sync` and `.waitForTaskToken`.
    pub fn submitted(self, response: impl Into<Value>) -> Self {
        self.last(|step| step.submitted = Some(response.into()))
    }

    /// The name of the activity's worker.
    pub fn worker(self, name: impl Into<String>) -> Self {
        self.last(|step| step.worker = Some(name.into().into()))
    }

    /// It is no mistake when nothing calls this mock.
    pub fn optional(mut self) -> Self {
        self.steps.is_optional = true;
        self
    }

    fn last(mut self, change: impl FnOnce(&mut Step)) -> Self {
        if let Some((_, step)) = self.steps.list.last_mut() {
            change(step);
        }
        self
    }

    /// The answers without the types.
    pub(super) fn into_steps(self) -> Steps {
        self.steps
    }

    fn of(reply: Reply) -> Self {
        let step = Step {
            reply,
            submitted: None,
            worker: None,
            delay: Duration::ZERO,
        };
        Self {
            steps: Steps {
                list: vec![(None, step)],
                is_optional: false,
            },
            of: PhantomData,
        }
    }
}

impl<T> Clone for Mock<T> {
    fn clone(&self) -> Self {
        Self {
            steps: self.steps.clone(),
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Mock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mock").field(&self.steps.list).finish()
    }
}

impl Steps {
    /// What the call with this number, from 0, is answered with; `None` where the mock has no answer left.
    pub(super) fn step(&self, mut call: usize) -> Option<&Step> {
        for (times, step) in &self.list {
            let times = times.unwrap_or(1);
            if call < times {
                return Some(step);
            }
            call -= times;
        }
        let (times, step) = self.list.last()?;
        times.is_none().then_some(step)
    }

    /// The names of the errors that it fails with.
    pub(super) fn errors(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter_map(|(_, step)| match &step.reply {
            Reply::Result(Err(failure)) => failure.error.as_deref(),
            _ => None,
        })
    }
}

impl Step {
    /// Whether the test answers.
    pub(super) fn is_token(&self) -> bool {
        matches!(self.reply, Reply::Token)
    }

    /// The answer to a call; `wrap` puts a function's result into its integration's envelope.
    pub(super) fn answer(
        &self,
        call: &TaskCall<'_>,
        listeners: &Arc<Listeners>,
        wrap: impl FnOnce(Value) -> Value,
    ) -> Answer {
        let mut answer = match &self.reply {
            Reply::Result(Ok(output)) => Answer::output(wrap(output.clone())),
            Reply::Result(Err(failure)) => Answer::result(Err(failure.clone())),
            Reply::Never => Answer::never(),
            Reply::Token => Answer::token_of_test(listeners.clone()),
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

/// The arguments of a task function, as the tuple that they are or the only one itself.
pub(super) fn arguments<T: Task>(payload: &Value) -> Json {
    let mut input = payload.to_json();
    // Where the function takes its context, the input travels beside it.
    if T::SENDS_CONTEXT
        && let Some(inner) = input.get_mut("input")
    {
        input = inner.take();
    }
    match T::PARAMETERS {
        [] => Json::Null,
        [_] => input,
        several => {
            let each = several.iter().map(|name| input.get(name).cloned());
            Json::Array(each.map(Option::unwrap_or_default).collect())
        }
    }
}
