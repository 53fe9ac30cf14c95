//! Activities: queues of tasks that workers poll.

mod activity_operations;
mod activity_queues;
mod description;
mod queue;
mod queued_task;
mod task;

pub(super) use self::activity_queues::Activities;
pub use self::description::ActivityDescription;
pub(super) use self::queued_task::QueuedTask;
pub use self::task::ActivityTask;
