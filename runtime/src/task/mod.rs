//! Tasks: what an execution asks of the world, and who answers.

mod answer;
mod call;
mod resource;
mod source;

pub(crate) use self::answer::Reply;
pub use self::answer::{Answer, TaskFailure, TaskFuture, TaskResult};
pub use self::call::TaskCall;
pub use self::resource::{Family, Pattern, Resource};
pub use self::source::TaskSource;
