use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::RunningTask;
use super::failure::TaskFailure;
use super::failure::TaskResult;
use super::nested::NestedStart;
use super::watcher::Watch;
use crate::clock::Listeners;
use crate::value::Value;

/// A task that is still at work.
pub type TaskFuture = Pin<Box<dyn Future<Output = TaskResult> + Send>>;

/// What is done for a task once its Scheduled and Started events are kept. It is data until then: nothing has happened.
pub(crate) enum Effect {
    /// A handler works. The future does nothing before it is polled.
    Work {
        work: TaskFuture,
        /// Learns when nobody waits for it any more.
        attempt: Option<Arc<RunningTask>>,
        /// Its polls are watched.
        watch: Option<Watch>,
    },
    /// Another execution starts.
    Start(Box<NestedStart>),
}

impl Effect {
    /// A request that fails.
    pub(crate) fn failing(failure: TaskFailure) -> Self {
        Self::Work {
            work: Box::pin(std::future::ready(Err(failure))),
            attempt: None,
            watch: None,
        }
    }
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Work { .. } => f.write_str("Work"),
            Self::Start(start) => start.fmt(f),
        }
    }
}

/// How a [`TaskSource`](super::TaskSource) answers one call of a task.
///
/// ```
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
    pub(crate) reply: Reply,
    pub(crate) submitted: Option<Value>,
    pub(crate) worker: Option<SmolStr>,
    pub(crate) delay: Duration,
}

/// The answer itself.
pub(crate) enum Reply {
    /// The raw result of the state's resource.
    Result(TaskResult),
    /// What the effect answers is the raw result.
    Later(Effect),
    /// What the effect answers is what TaskSubmitted shows; then the token or the child execution decides.
    Submit(Effect),
    /// The holder of the token answers.
    Token,
    /// The same, and the test answers: virtual time stands until it has.
    TokenOfTest(Arc<Listeners>),
    /// A worker of the activity, which is the state's resource. The task is started when a worker takes it.
    Activity,
    /// Nobody ever answers; the state's timeout is what ends it.
    Never,
    /// The integration does not take these parameters; nothing is scheduled.
    Refused(String),
    /// Nobody answers. Where nobody waits for somebody who does, that is [`Refused`](Self::Refused).
    Unanswered(String),
}

impl Answer {
    /// The task succeeds; `output` is the raw result of the state's resource (for `lambda:invoke` the whole
    /// envelope with its `Payload`).
    pub fn output(output: impl Into<Value>) -> Self {
        Self::of(Reply::Result(Ok(output.into())))
    }

    /// The task fails.
    pub fn failure(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::of(Reply::Result(Err(TaskFailure::new(error, cause))))
    }

    /// The task ends with `result`, which may lack error and cause.
    pub fn result(result: TaskResult) -> Self {
        Self::of(Reply::Result(result))
    }

    /// The task is at work. The future is polled at once, on the thread that steps the execution.
    pub fn later(work: impl Future<Output = TaskResult> + Send + 'static) -> Self {
        Self::effect(Effect::Work {
            work: Box::pin(work),
            attempt: None,
            watch: None,
        })
    }

    /// The answer of the effect is the task's.
    pub(crate) fn effect(effect: Effect) -> Self {
        Self::of(Reply::Later(effect))
    }

    /// The request of a `.waitForTaskToken` or `.sync` state; once it has answered, the token or the job decides.
    pub(crate) fn submit(effect: Effect) -> Self {
        Self::of(Reply::Submit(effect))
    }

    /// The request of a `.waitForTaskToken` or `.sync` state fails: nothing was submitted.
    pub(crate) fn request_failed(failure: TaskFailure) -> Self {
        Self::submit(Effect::failing(failure))
    }

    /// What [`later`](Self::later) gives is the response to the request of a `.waitForTaskToken` state, which TaskSubmitted shows; the task
    /// ends when somebody answers its token, or with the failure of the request. For other states, and other answers, it changes nothing:
    /// call it where [`Resource::pattern`](super::Resource::pattern) says so.
    ///
    /// ```
    /// use stepwright_runtime::task::{Answer, Pattern, TaskCall};
    /// use stepwright_runtime::value::Value;
    ///
    /// fn send(call: &TaskCall<'_>) -> Option<Answer> {
    ///     let message = call.parameters().to_text();
    ///     let sent = Answer::later(async move {
    ///         println!("sent {message}");
    ///         Ok(Value::empty_object())
    ///     });
    ///     Some(match call.resource().pattern() {
    ///         Pattern::WaitForTaskToken => sent.submitting(),
    ///         _ => sent,
    ///     })
    /// }
    /// ```
    pub fn submitting(self) -> Self {
        let reply = match self.reply {
            Reply::Later(effect) => Reply::Submit(effect),
            reply => reply,
        };
        Self { reply, ..self }
    }

    /// Nobody answers: the state waits for its timeout. On virtual time this counts as waiting.
    pub fn never() -> Self {
        Self::of(Reply::Never)
    }

    /// Somebody outside answers through the token, with
    /// [`Engine::send_task_success`](crate::Engine::send_task_success) and its sisters. On a task that has no
    /// token this is [`Answer::never`].
    pub fn token() -> Self {
        Self::of(Reply::Token)
    }

    /// The same as [`token`](Self::token), and virtual time stands until the test has answered.
    pub(crate) fn token_of_test(listeners: Arc<Listeners>) -> Self {
        Self::of(Reply::TokenOfTest(listeners))
    }

    /// A worker of the activity answers.
    pub(crate) fn activity() -> Self {
        Self::of(Reply::Activity)
    }

    /// The integration cannot be started with these parameters: the state fails with `States.Runtime` and
    /// schedules nothing. `reason` becomes the cause, behind the prefix that AWS writes.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::of(Reply::Refused(reason.into()))
    }

    /// Nobody answers; `reason` says whom the task calls.
    pub(crate) fn unanswered(reason: String) -> Self {
        Self::of(Reply::Unanswered(reason))
    }

    /// What TaskSubmitted shows of a `.sync` or `.waitForTaskToken` request; an empty object otherwise.
    pub fn submitted(mut self, response: impl Into<Value>) -> Self {
        self.submitted = Some(response.into());
        self
    }

    /// The worker's name in ActivityStarted.
    pub fn worker(mut self, name: impl Into<String>) -> Self {
        self.worker = Some(name.into().into());
        self
    }

    /// The answer comes after `delay` on the engine's clock. Only an answer that is already there can wait.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    fn of(reply: Reply) -> Self {
        Self {
            reply,
            submitted: None,
            worker: None,
            delay: Duration::ZERO,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reply: &dyn fmt::Debug = match &self.reply {
            Reply::Result(result) => result,
            Reply::Later(effect) | Reply::Submit(effect) => effect,
            Reply::Token | Reply::TokenOfTest(_) => &"Token",
            Reply::Activity => &"Activity",
            Reply::Never => &"Never",
            Reply::Refused(reason) | Reply::Unanswered(reason) => reason,
        };
        f.debug_struct("Answer")
            .field("reply", reply)
            .field("submitted", &self.submitted)
            .field("worker", &self.worker)
            .field("delay", &self.delay)
            .finish()
    }
}
