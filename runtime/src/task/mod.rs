//! Tasks: the external calls of an execution, and their handlers.

mod answer;
mod call;
mod defined;
pub(crate) mod envelope;
mod failure;
#[cfg(any(feature = "lambda", feature = "aws"))]
mod function;
pub(crate) mod handler;
mod host;
mod nested;
mod placed;
mod resource;
mod responder;
mod source;
mod turns;
mod watch;
pub(crate) mod watcher;

pub use self::answer::{Answer, TaskFuture};
pub(crate) use self::answer::{Effect, Reply};
pub(crate) use self::call::Scoped;
pub use self::call::TaskCall;
pub use self::defined::{DefinedState, DefinedTask};
pub use self::envelope::Invocation;
pub use self::failure::{TaskFailure, TaskResult};
#[cfg(feature = "aws")]
pub(crate) use self::function::Signals;
#[cfg(any(feature = "lambda", feature = "aws"))]
pub(crate) use self::function::{Surroundings, TaskFunction};
pub(crate) use self::host::{RunningTask, SharedState};
pub(crate) use self::nested::{Integration, NestedStart};
pub use self::resource::{Pattern, Resource, ResourceKind};
pub(crate) use self::responder::{Inbox, News, Responder, Taken};
pub use self::source::TaskSource;
pub(crate) use self::turns::{Line, Turns};
pub use self::watch::Watch;
pub(crate) use self::watch::Watched;
