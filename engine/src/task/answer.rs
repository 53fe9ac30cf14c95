//! The answers of task sources and handlers to the call of a task.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use stepwright_interpreter::execution::ResolvedDetails;
use stepwright_interpreter::task::NestedStart;
use stepwright_interpreter::value::Value;

use super::poll_watch::PollWatch;
use super::{RunningTask, TaskFailure, TaskResult};
use crate::clock::Listeners;

/// The future of a running task.
pub type TaskFuture = Pin<Box<dyn Future<Output = TaskResult> + Send>>;

/// The work for a task, which starts once its Scheduled and Started events are durable. Until then
/// it is only data.
pub(crate) enum TaskEffect {
    /// A handler runs. The future does nothing before it is polled.
    Work {
        work: TaskFuture,
        /// The attempt, which is notified when its result is not awaited any more.
        attempt: Option<Arc<RunningTask>>,
        /// Set if its polls are watched for blocking.
        watch: Option<PollWatch>,
    },
    /// Another execution starts.
    Start(Box<NestedStart>),
}

impl TaskEffect {
    /// Returns a request that fails.
    pub(crate) fn failing(failure: TaskFailure) -> Self {
        Self::ready(Err(failure))
    }

    /// Returns work whose result is known.
    pub(crate) fn ready(result: TaskResult) -> Self {
        Self::Work {
            work: Box::pin(std::future::ready(result)),
            attempt: None,
            watch: None,
        }
    }
}

impl fmt::Debug for TaskEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Work { .. } => f.write_str("Work"),
            Self::Start(start) => start.fmt(f),
        }
    }
}

/// The answer of a [`TaskSource`](super::TaskSource) to one call of a task.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use std::time::Duration;
/// use stepwright_runtime::task::Answer;
/// use stepwright_runtime::value::Value;
///
/// let declined = Answer::failure("CardDeclined", "no funds").after(Duration::from_secs(2));
/// let message = Answer::output(Value::from("approved")).submitted(Value::empty_object());
/// # let _ = (declined, message);
/// ```
#[must_use]
pub struct Answer {
    pub(crate) reply: AnswerKind,
    /// Details that few answers have. They are boxed because an answer is moved several times.
    pub(crate) details: Option<Box<ResolvedDetails>>,
    /// Whether a source answers that the engine consults last.
    pub(crate) by_fallback: bool,
}

/// The kind of an answer.
pub(crate) enum AnswerKind {
    /// The raw result of the state's resource.
    Result(TaskResult),
    /// The result of the effect is the raw result.
    Later(TaskEffect),
    /// The result of the effect appears in TaskSubmitted; then the answer to the token or the end
    /// of the child execution decides.
    Submit(TaskEffect),
    /// The holder of the token answers.
    Token,
    /// The test answers the token: virtual time does not advance until then.
    TokenOfTest(Arc<Listeners>),
    /// A worker of the activity answers, which is the state's resource. The task starts when a
    /// worker takes it.
    Activity,
    /// No answer ever comes; the state ends by its timeout.
    Never,
    /// The integration rejects these parameters; nothing is scheduled.
    Refused(String),
    /// The task has no handler. If it does not wait for one, this is [`Refused`](Self::Refused).
    Unhandled(String),
}

impl Answer {
    /// Returns an answer with which the task succeeds; `output` is the raw result of the state's
    /// resource (for `lambda:invoke` the whole envelope with its `Payload`).
    pub fn output(output: impl Into<Value>) -> Self {
        Self::of(AnswerKind::Result(Ok(output.into())))
    }

    /// Returns an answer with which the task fails.
    pub fn failure(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::of(AnswerKind::Result(Err(TaskFailure::new(error, cause))))
    }

    /// Returns an answer with which the task ends with `result`. Error and cause of a failure may
    /// be missing.
    pub fn result(result: TaskResult) -> Self {
        Self::of(AnswerKind::Result(result))
    }

    /// Returns an answer that comes from a future. The future is polled immediately, on the thread
    /// that steps the execution.
    pub fn later(work: impl Future<Output = TaskResult> + Send + 'static) -> Self {
        Self::effect(TaskEffect::Work {
            work: Box::pin(work),
            attempt: None,
            watch: None,
        })
    }

    /// Returns an answer whose result is that of the effect.
    pub(crate) fn effect(effect: TaskEffect) -> Self {
        Self::of(AnswerKind::Later(effect))
    }

    /// Returns the request of a `.waitForTaskToken` or `.sync` state; after its response, the token
    /// or the job decides.
    pub(crate) fn submit(effect: TaskEffect) -> Self {
        Self::of(AnswerKind::Submit(effect))
    }

    /// Returns a failed request of a `.waitForTaskToken` or `.sync` state: nothing was submitted.
    #[doc(hidden)]
    pub fn request_failed(failure: TaskFailure) -> Self {
        Self::submit(TaskEffect::failing(failure))
    }

    /// Makes the result of [`later`](Self::later) the response to the request of a
    /// `.waitForTaskToken` or `.sync` state, which TaskSubmitted shows. The task then ends with the
    /// answer to its token, with the end of its [job](super::TaskSource::job), or with the failure
    /// of the request. Call it when [`Resource::pattern`](super::Resource::pattern) is not
    /// `RequestResponse`.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::task::{Answer, IntegrationPattern, TaskCall};
    /// use stepwright_runtime::value::Value;
    ///
    /// fn send(call: &TaskCall<'_>) -> Option<Answer> {
    ///     let message = call.parameters().to_text();
    ///     let sent = Answer::later(async move {
    ///         println!("sent {message}");
    ///         Ok(Value::empty_object())
    ///     });
    ///     Some(match call.resource().pattern() {
    ///         IntegrationPattern::WaitForTaskToken => sent.submitting(),
    ///         _ => sent,
    ///     })
    /// }
    /// ```
    pub fn submitting(self) -> Self {
        let reply = match self.reply {
            AnswerKind::Later(effect) => AnswerKind::Submit(effect),
            reply => reply,
        };
        Self { reply, ..self }
    }

    /// Returns an answer that never comes: the state waits for its timeout. On virtual time this
    /// counts as waiting.
    pub fn never() -> Self {
        Self::of(AnswerKind::Never)
    }

    /// Returns an answer that an external caller sends through the token, with
    /// [`Engine::send_task_success`](crate::Engine::send_task_success) and the related methods. On
    /// a task without a token this is [`Answer::never`].
    pub fn token() -> Self {
        Self::of(AnswerKind::Token)
    }

    /// Returns the same as [`token`](Self::token), but virtual time does not advance until the test
    /// has answered.
    #[doc(hidden)]
    pub fn token_of_test(listeners: Arc<Listeners>) -> Self {
        Self::of(AnswerKind::TokenOfTest(listeners))
    }

    /// Returns an answer that comes from a worker of the activity.
    pub(crate) fn activity() -> Self {
        Self::of(AnswerKind::Activity)
    }

    /// Returns the answer for parameters that the integration rejects: the state fails with
    /// `States.Runtime` and schedules nothing. `reason` is appended to AWS's prefix in the cause.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::of(AnswerKind::Refused(reason.into()))
    }

    /// Returns the answer for a task without a handler; `reason` names the target of the call.
    pub(crate) fn unanswered(reason: String) -> Self {
        Self::of(AnswerKind::Unhandled(reason))
    }

    /// Sets the response to a `.sync` or `.waitForTaskToken` request, which TaskSubmitted shows; an
    /// empty object unless set.
    pub fn submitted(mut self, response: impl Into<Value>) -> Self {
        self.details().submitted = Some(response.into());
        self
    }

    /// Sets the worker's name in ActivityStarted.
    pub fn worker(mut self, name: impl Into<String>) -> Self {
        self.details().worker = Some(name.into().into());
        self
    }

    /// Delays the answer by `delay` on the engine's clock. Only an answer with a known result can
    /// be delayed.
    pub fn after(mut self, delay: Duration) -> Self {
        self.details().delay = delay;
        self
    }

    fn details(&mut self) -> &mut ResolvedDetails {
        self.details.get_or_insert_default()
    }

    fn of(reply: AnswerKind) -> Self {
        Self {
            reply,
            details: None,
            by_fallback: false,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reply: &dyn fmt::Debug = match &self.reply {
            AnswerKind::Result(result) => result,
            AnswerKind::Later(effect) | AnswerKind::Submit(effect) => effect,
            AnswerKind::Token | AnswerKind::TokenOfTest(_) => &"Token",
            AnswerKind::Activity => &"Activity",
            AnswerKind::Never => &"Never",
            AnswerKind::Refused(reason) | AnswerKind::Unhandled(reason) => reason,
        };
        f.debug_struct("Answer")
            .field("reply", reply)
            .field("details", &self.details)
            .finish()
    }
}
