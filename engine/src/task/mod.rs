//! Tasks: the external calls of an execution, and their handlers.

mod answer;
#[cfg(feature = "argument-checks")]
pub(crate) mod argument_check;
pub(crate) mod blocking_watcher;
mod concurrency_limiter;
mod engine_monitor;
mod executor;
pub(crate) mod handler;
mod job;
mod linked_program;
mod poll_watch;
mod responder;
mod running_task;
pub(super) mod running_work;
mod source;

pub use self::answer::{Answer, TaskFuture};
pub(crate) use self::answer::{AnswerKind, TaskEffect};
pub(crate) use self::concurrency_limiter::{ConcurrencyLimiter, WaitQueue};
pub use self::engine_monitor::EngineMonitor;
pub(crate) use self::engine_monitor::EngineView;
#[doc(hidden)]
pub use self::handler::{ErasedHandler, RunsOn, from_typed, into_typed};
pub use self::job::Job;
pub(crate) use self::job::{JobStop, JobStopFuture};
pub(crate) use self::linked_program::LinkedProgram;
pub(crate) use self::poll_watch::PollWatch;
pub(crate) use self::responder::{Acknowledgement, Mailbox, Responder, WaitEvent};
#[doc(hidden)]
pub use self::running_task::RunningTask;
pub(crate) use self::running_task::SharedState;
pub use self::source::TaskSource;
pub use stepwright_interpreter::task::{
    DefinedState, DefinedTask, IntegrationPattern, Invocation, Resource, ResourceKind, TaskCall,
    TaskFailure, TaskResult,
};
