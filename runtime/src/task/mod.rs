//! Tasks: the external calls of an execution, and their handlers.

mod answer;
pub(crate) mod blocking_watcher;
mod call;
mod concurrency_limiter;
mod defined_state;
pub(crate) mod envelope;
mod executor;
mod failure;
#[cfg(any(feature = "lambda", feature = "aws"))]
mod function;
pub(crate) mod handler;
mod nested_start;
mod resource;
mod responder;
mod running_task;
mod source;
mod watch;

pub use self::answer::{Answer, TaskFuture};
pub(crate) use self::answer::{AnswerKind, TaskEffect};
pub(crate) use self::call::ScopeNames;
pub use self::call::TaskCall;
pub(crate) use self::concurrency_limiter::{ConcurrencyLimiter, WaitQueue};
pub use self::defined_state::{DefinedState, DefinedTask};
pub use self::envelope::Invocation;
pub use self::failure::{TaskFailure, TaskResult};
#[cfg(feature = "aws")]
pub(crate) use self::function::CallerLink;
#[cfg(any(feature = "lambda", feature = "aws"))]
pub(crate) use self::function::{FunctionContext, TaskFunction};
pub(crate) use self::nested_start::{Integration, NestedStart};
pub use self::resource::{IntegrationPattern, Resource, ResourceKind};
pub(crate) use self::responder::{Acknowledgement, Mailbox, Responder, WaitEvent};
pub(crate) use self::running_task::{RunningTask, SharedState};
pub use self::source::TaskSource;
pub(crate) use self::watch::EngineView;
pub use self::watch::Watch;
