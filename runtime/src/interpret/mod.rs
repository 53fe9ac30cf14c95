//! Interprets state machines. Executions are plain data; each type of state has its own file.

mod arguments;
mod batch;
mod catch;
mod children;
mod choice;
mod command;
mod context;
mod cursor;
mod distributed;
mod execution;
mod fail;
mod failure;
mod input;
mod inspect;
mod inspection;
mod io;
mod map;
mod map_run;
mod number;
mod parallel;
mod pass;
mod records;
mod redrive;
mod resume_point;
mod retry;
mod runnable;
mod step;
mod step_context;
mod succeed;
mod task;
mod task_request;
#[cfg(test)]
mod tests;
mod tolerance;
mod wait;

pub(crate) use self::command::{ChildStart, Command, CommandQueue};
pub(crate) use self::cursor::Item;
pub(crate) use self::execution::{Execution, Outcome, Step};
pub(crate) use self::failure::Failure;
pub(crate) use self::input::Input;
pub(crate) use self::inspection::{Inspection, InspectionStage, InspectionStart, TESTED_STATE};
pub(crate) use self::records::{RecordDecoder, RecordEncoder, read_about};
pub(crate) use self::resume_point::ResumePoint;
pub(crate) use self::step_context::{Environment, GivenValues};
pub(crate) use self::task::LOST;
pub(crate) use self::task_request::{ResolvedExecutor, ResolvedTask, TaskRequest};
