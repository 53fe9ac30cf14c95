use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use crate::clock::Listeners;
use crate::engine::Responder;
use crate::value::Value;

/// What a task comes back with.
pub type TaskResult = Result<Value, TaskFailure>;

/// A task that is still at work.
pub type TaskFuture = Pin<Box<dyn Future<Output = TaskResult> + Send>>;

/// Somebody in the engine who takes a task over and answers it later.
pub(crate) enum External {
    /// The workers of an activity. The task is started when one of them takes it.
    Activity { arn: SmolStr, input: Value },
    /// A child execution.
    Child {
        /// Tells whom to answer.
        begin: Box<dyn FnOnce(Responder) + Send>,
        /// Stops the child when nobody waits for it any more; `None` where the service cannot.
        stop: Option<StopChild>,
    },
}

/// Stops a child execution; one that is over stays as it is.
pub(crate) type StopChild = Box<dyn FnOnce() + Send>;

impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Activity { arn, .. } => write!(f, "Activity({arn})"),
            Self::Child { .. } => f.write_str("Child"),
        }
    }
}

/// A failed task: the error name that Retry and Catch match, and its cause. Either may be missing, as
/// SendTaskFailure allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFailure {
    /// The error name.
    pub error: Option<SmolStr>,
    /// The cause, by custom JSON text.
    pub cause: Option<SmolStr>,
}

impl TaskFailure {
    /// A failure with both parts.
    pub fn new(error: impl Into<SmolStr>, cause: impl Into<SmolStr>) -> Self {
        Self {
            error: Some(error.into()),
            cause: Some(cause.into()),
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
    /// Still at work.
    Later(TaskFuture),
    /// What a started request answers; then the token decides.
    Submit(TaskFuture),
    /// Whoever has the token answers.
    Token,
    /// The same, and the test answers: virtual time stands until it has.
    TokenOfTest(Arc<Listeners>),
    /// Somebody else in the engine: an activity's queue, a child execution.
    External(External),
    /// Nobody ever answers; the state's timeout is what ends it.
    Never,
    /// The integration does not take these parameters; nothing is scheduled.
    Refused(String),
}

impl Answer {
    /// The task succeeds; `output` is the raw result of the state's resource (for `lambda:invoke` the whole
    /// envelope with its `Payload`).
    pub fn output(output: impl Into<Value>) -> Self {
        Self::of(Reply::Result(Ok(output.into())))
    }

    /// The task fails.
    pub fn failure(error: impl Into<SmolStr>, cause: impl Into<SmolStr>) -> Self {
        Self::of(Reply::Result(Err(TaskFailure::new(error, cause))))
    }

    /// The task ends with `result`, which may lack error and cause.
    pub fn result(result: TaskResult) -> Self {
        Self::of(Reply::Result(result))
    }

    /// The task is at work. The future is polled at once, on the thread that steps the execution.
    pub fn later(work: impl Future<Output = TaskResult> + Send + 'static) -> Self {
        Self::of(Reply::Later(Box::pin(work)))
    }

    /// The request of a `.waitForTaskToken` state is at work; once it has answered, the token decides.
    pub(crate) fn submit(work: TaskFuture) -> Self {
        Self::of(Reply::Submit(work))
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

    /// Somebody else in the engine answers.
    pub(crate) fn external(external: External) -> Self {
        Self::of(Reply::External(external))
    }

    /// The integration cannot be started with these parameters: the state fails with `States.Runtime` and
    /// schedules nothing. `reason` becomes the cause, behind the prefix that AWS writes.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::of(Reply::Refused(reason.into()))
    }

    /// What TaskSubmitted shows of a `.sync` or `.waitForTaskToken` request; an empty object otherwise.
    pub fn submitted(mut self, response: impl Into<Value>) -> Self {
        self.submitted = Some(response.into());
        self
    }

    /// The worker's name in ActivityStarted.
    pub fn worker(mut self, name: impl Into<SmolStr>) -> Self {
        self.worker = Some(name.into());
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
            Reply::Later(_) => &"Later",
            Reply::Submit(_) => &"Submit",
            Reply::Token | Reply::TokenOfTest(_) => &"Token",
            Reply::External(external) => external,
            Reply::Never => &"Never",
            Reply::Refused(reason) => reason,
        };
        f.debug_struct("Answer")
            .field("reply", reply)
            .field("submitted", &self.submitted)
            .field("worker", &self.worker)
            .field("delay", &self.delay)
            .finish()
    }
}
