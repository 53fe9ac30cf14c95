//! Tasks: what an execution asks of the world, and who answers.

mod answer;
mod call;
mod defined;
pub(crate) mod envelope;
pub(crate) mod handler;
mod host;
mod nested;
mod resource;
mod source;

pub use self::answer::{Answer, TaskFailure, TaskFuture, TaskResult};
pub(crate) use self::answer::{Effect, Reply};
pub use self::call::TaskCall;
pub use self::defined::{DefinedState, DefinedTask};
pub use self::envelope::Invocation;
pub(crate) use self::host::{RunningTask, SharedState};
pub(crate) use self::nested::{Integration, NestedStart};
pub use self::resource::{Pattern, Resource, ResourceKind};
pub use self::source::TaskSource;
