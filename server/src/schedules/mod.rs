//! Schedules: executions that are started at times, with the expressions of EventBridge Scheduler.
//!
//! | file | content |
//! |---|---|
//! | `list.rs`, `field_reader.rs`, `problem.rs` | [`Schedules`], read from a document, and the problems of it |
//! | `schedule.rs`, `input_template.rs` | a schedule; the input of its executions |
//! | `rule.rs` | rules of EventBridge with a schedule expression |
//! | `expression.rs`, `cron.rs`, `cron_field.rs`, `value_set.rs` | expressions, and the search for the next time |
//! | `check.rs` | the check of schedules against the engine |
//! | `due_times.rs`, `queue.rs` | which starts are due, as plain data |
//! | `scheduler.rs` | the task that starts them and commits the progress |

mod check;
mod cron;
mod cron_field;
mod due_times;
mod expression;
mod field_reader;
mod input_template;
mod list;
mod problem;
mod queue;
#[cfg(feature = "events")]
mod rule;
mod schedule;
mod scheduler;
#[cfg(test)]
mod tests;
mod value_set;

pub(crate) use self::check::check_schedules;
pub use self::list::Schedules;
pub use self::problem::{ScheduleProblem, SchedulesError};
#[cfg(feature = "events")]
pub use self::rule::ScheduleRule;
pub(crate) use self::scheduler::SchedulerHandle;
