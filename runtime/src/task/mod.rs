//! Tasks: the external calls of an execution, and their handlers.

mod answer;
pub(crate) mod blocking_watcher;
mod call;
mod concurrency_limiter;
mod defined_state;
mod engine_monitor;
pub(crate) mod envelope;
mod executor;
mod failure;
pub(crate) mod handler;
mod linked_program;
mod nested_start;
mod poll_watch;
mod resource;
mod responder;
mod running_task;
mod source;

pub use self::answer::{Answer, TaskFuture};
pub(crate) use self::answer::{AnswerKind, TaskEffect};
pub(crate) use self::call::ScopeNames;
pub use self::call::TaskCall;
pub(crate) use self::concurrency_limiter::{ConcurrencyLimiter, WaitQueue};
pub use self::defined_state::{DefinedState, DefinedTask};
pub use self::engine_monitor::EngineMonitor;
pub(crate) use self::engine_monitor::EngineView;
pub use self::envelope::Invocation;
pub use self::failure::{TaskFailure, TaskResult};
pub(crate) use self::linked_program::LinkedProgram;
pub(crate) use self::nested_start::{Integration, NestedStart};
pub(crate) use self::poll_watch::PollWatch;
pub use self::resource::{IntegrationPattern, Resource, ResourceKind};
pub(crate) use self::responder::{Acknowledgement, Mailbox, Responder, WaitEvent};
pub(crate) use self::running_task::{RunningTask, SharedState};
pub use self::source::TaskSource;
