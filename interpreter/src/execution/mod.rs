//! Executions: plain data that takes inputs and returns commands. Each type of state has its own
//! file.
//!
//! A caller creates an [`Execution`] and repeats three things: it calls [`Execution::step`],
//! performs the commands in the [`CommandQueue`], and gives each reply, result or timer back with
//! [`Execution::receive`]. [`Step`] tells whether the execution waits, needs replies, or has ended.
//!
//! [`RecordEncoder`] writes what a step changed. From all these records, [`RecordDecoder`] reads
//! the execution in another process, where [`Execution::reattach`] asks again for its timers,
//! tokens and tasks.

mod catch;
mod command;
mod context;
mod cursor;
mod failure;
mod input;
mod inspection;
mod io;
mod map_run;
pub(crate) mod message_text;
mod number;
mod records;
mod redrive;
mod resume_point;
mod retry;
mod runnable;
mod span_change;
mod states;
mod step;
mod step_context;
mod step_loop;
mod task_request;
pub(super) mod tasks;
#[cfg(test)]
mod tests;
mod view;
mod virtual_timers;

pub use self::command::{
    ChildStart, Command, CommandQueue, HeldTask, QueuedInput, StartedJob, TaskCommand,
};
pub use self::failure::Failure;
pub use self::input::Input;
pub use self::inspection::{Inspection, InspectionStage, InspectionStart, TESTED_STATE};
pub use self::records::{RecordDecoder, RecordEncoder, is_complete_record};
pub use self::resume_point::ResumePoint;
pub use self::span_change::SpanChange;
pub use self::states::choice::NO_TRANSITION;
pub use self::step_context::{Caller, Environment, FailureHandler};
pub use self::step_loop::{Calls, Execution, Outcome, Step};
pub use self::task_request::{ResolvedDetails, ResolvedExecutor, ResolvedTask, TaskRequest};
pub use self::tasks::open_task::LOST;
pub use self::view::cursor_view::{ChangeError, CursorStage, CursorView};
pub use self::view::fingerprint::{AttemptBound, ValueRole};
pub use self::view::open_wait::{TaskToken, Wait, WaitKind};
pub use self::view::status_record::StatusRecord;
pub use self::virtual_timers::{VirtualTimer, VirtualTimers};
