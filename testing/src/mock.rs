//! The answers of a mock: outputs, failures and delays, one call after the other.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_engine::task::{Answer, TaskCall, TaskFailure, TaskResult};
use stepwright_engine::test_support::Listeners;
use stepwright_interpreter::value::Value;

use super::matcher::payload;

/// The answers of a mocked task, call after call. The last answer is repeated for all further
/// calls, unless [`times`](Self::times) limits it.
///
/// A mock of a task function answers with the function's own types, which the compiler checks. A
/// mock of a state, of a function by its name or of a resource is [`AnyOutput`]: it answers with
/// JSON.
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
pub struct Mock<T = AnyOutput> {
    steps: Steps,
    of: PhantomData<fn() -> T>,
}

/// The type of a [`Mock`] of a state, of a function by its name, or of a resource.
#[derive(Clone, Copy, Debug)]
pub struct AnyOutput;

/// The answers of a mock, each with the number of calls that it answers.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    list: Vec<(Option<usize>, MockAnswer)>,
    /// Whether the mock may remain without a call.
    pub(super) is_optional: bool,
}

#[derive(Clone)]
pub(super) struct MockAnswer {
    reply: MockReply,
    submitted: Option<Value>,
    worker: Option<SmolStr>,
    delay: Duration,
}

#[derive(Clone)]
enum MockReply {
    Result(TaskResult),
    Never,
    Token,
    With(Arc<dyn Fn(&TaskCall<'_>) -> Answer + Send + Sync>),
    #[cfg_attr(not(feature = "typed"), expect(dead_code))]
    Function(Arc<dyn Fn(&Value) -> TaskResult + Send + Sync>),
}

impl Mock<AnyOutput> {
    /// Creates a mock with which the task succeeds.
    pub fn output(output: impl Into<Value>) -> Self {
        Self::of(MockReply::Result(Ok(output.into())))
    }
}

impl<T> Mock<T> {
    /// Creates a mock with which the task fails.
    pub fn failure(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::of(MockReply::Result(Err(TaskFailure::new(error, cause))))
    }

    /// Creates a mock that never answers; on virtual time the task times out without a real delay.
    pub fn never() -> Self {
        Self::of(MockReply::Never)
    }

    /// Creates a mock for which the test answers through the token of
    /// [`Mocks::token_of`](super::Mocks::token_of). Virtual time does not advance until then,
    /// except while the test sleeps on the engine's clock, or waits for the execution's end without
    /// having answered. Then timeouts and heartbeats expire as usual.
    pub fn token() -> Self {
        Self::of(MockReply::Token)
    }

    /// Creates a mock that computes the answer from the call: the raw result of the state's
    /// resource. A panic fails the test.
    pub fn with(answer: impl Fn(&TaskCall<'_>) -> Answer + Send + Sync + 'static) -> Self {
        Self::of(MockReply::With(Arc::new(answer)))
    }

    /// Limits the last answer to this many calls. Answers that are added later are for the
    /// following calls; without them, a further call fails the test.
    ///
    /// # Panics
    ///
    /// When `calls` is 0.
    #[track_caller]
    pub fn times(mut self, calls: usize) -> Self {
        assert!(
            calls > 0,
            "a mock answers at least one call; remove the one without calls, or call `.optional()`"
        );
        if let Some((times, _)) = self.steps.list.last_mut() {
            *times = Some(calls);
        }
        self
    }

    /// Appends the answers of `next`.
    pub fn then(mut self, next: Mock<T>) -> Self {
        self.steps.list.extend(next.steps.list);
        self.steps.is_optional |= next.steps.is_optional;
        self
    }

    /// Delays the last answer by this time on the engine's clock.
    pub fn after(self, delay: Duration) -> Self {
        self.last(|step| step.delay = delay)
    }

    /// Sets the response that TaskSubmitted shows, for `.sync` and `.waitForTaskToken`.
    pub fn submitted(self, response: impl Into<Value>) -> Self {
        self.last(|step| step.submitted = Some(response.into()))
    }

    /// Sets the name of the activity's worker.
    pub fn worker(self, name: impl Into<String>) -> Self {
        self.last(|step| step.worker = Some(name.into().into()))
    }

    /// Allows that no call uses this mock.
    pub fn optional(mut self) -> Self {
        self.steps.is_optional = true;
        self
    }

    fn last(mut self, change: impl FnOnce(&mut MockAnswer)) -> Self {
        if let Some((_, step)) = self.steps.list.last_mut() {
            change(step);
        }
        self
    }

    /// Returns the answers with erased types.
    pub(super) fn into_steps(self) -> Steps {
        self.steps
    }

    /// Creates a mock that answers each call with this result.
    #[cfg(feature = "typed")]
    pub(crate) fn result(result: TaskResult) -> Self {
        Self::of(MockReply::Result(result))
    }

    /// Creates a mock that computes the result of a function from its payload.
    #[cfg(feature = "typed")]
    pub(crate) fn function(answer: impl Fn(&Value) -> TaskResult + Send + Sync + 'static) -> Self {
        Self::of(MockReply::Function(Arc::new(answer)))
    }

    fn of(reply: MockReply) -> Self {
        let step = MockAnswer {
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
    /// Returns the answer for the call with this number, from 0; `None` if the mock has no answer
    /// left.
    pub(super) fn step(&self, mut call: usize) -> Option<&MockAnswer> {
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

    /// Returns the names of the errors that it fails with.
    #[cfg(feature = "typed")]
    pub(super) fn errors(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter_map(|(_, step)| match &step.reply {
            MockReply::Result(Err(failure)) => failure.error.as_deref(),
            _ => None,
        })
    }
}

impl MockAnswer {
    /// Returns whether the test answers.
    pub(super) fn is_token(&self) -> bool {
        matches!(self.reply, MockReply::Token)
    }

    /// Returns the answer to a call; `wrap` puts a function's result into its integration's
    /// envelope.
    pub(super) fn answer(
        &self,
        call: &TaskCall<'_>,
        listeners: &Arc<Listeners>,
        wrap: impl FnOnce(Value) -> Value,
    ) -> Answer {
        let mut answer = match &self.reply {
            MockReply::Result(Ok(output)) => Answer::output(wrap(output.clone())),
            MockReply::Result(Err(failure)) => Answer::result(Err(failure.clone())),
            MockReply::Never => Answer::never(),
            MockReply::Token => Answer::token_of_test(listeners.clone()),
            MockReply::With(compute) => return compute(call),
            MockReply::Function(compute) => {
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

impl fmt::Debug for MockAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reply {
            MockReply::Result(result) => result.fmt(f),
            MockReply::Never => f.write_str("Never"),
            MockReply::Token => f.write_str("Token"),
            MockReply::With(_) => f.write_str("With"),
            MockReply::Function(_) => f.write_str("Function"),
        }
    }
}
