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

mod arguments;
mod batch;
pub(super) mod called_task;
mod catch;
mod children;
mod choice;
mod command;
mod context;
mod cursor;
mod cursor_view;
mod distributed;
mod fail;
mod failure;
mod fingerprint;
mod held_task;
mod input;
mod inspect;
mod inspection;
mod io;
mod map;
mod map_run;
pub(crate) mod message_text;
mod number;
mod open_task;
mod open_wait;
mod parallel;
mod pass;
mod records;
mod redrive;
mod resume_point;
mod retry;
mod runnable;
mod span_change;
mod status_record;
mod step;
mod step_context;
mod step_loop;
mod succeed;
mod task;
mod task_call;
mod task_events;
mod task_request;
#[cfg(test)]
mod tests;
mod tolerance;
mod virtual_timers;
mod wait;

pub use self::choice::NO_TRANSITION;
pub use self::command::{
    ChildStart, Command, CommandQueue, HeldTask, QueuedInput, StartedJob, TaskCommand,
};
pub use self::cursor_view::{ChangeError, CursorStage, CursorView};
pub use self::failure::Failure;
pub use self::fingerprint::{AttemptBound, ValueRole};
pub use self::input::Input;
pub use self::inspection::{Inspection, InspectionStage, InspectionStart, TESTED_STATE};
pub use self::open_task::LOST;
pub use self::open_wait::{TaskToken, Wait, WaitKind};
pub use self::records::{RecordDecoder, RecordEncoder, is_complete_record};
pub use self::resume_point::ResumePoint;
pub use self::span_change::SpanChange;
pub use self::status_record::StatusRecord;
pub use self::step_context::{Caller, Environment, FailureHandler};
pub use self::step_loop::{Calls, Execution, Outcome, Step};
pub use self::task_request::{ResolvedDetails, ResolvedExecutor, ResolvedTask, TaskRequest};
pub use self::virtual_timers::{VirtualTimer, VirtualTimers};
