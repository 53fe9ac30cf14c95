//! Tasks: their description to the caller, their events, and the waits for their results.

pub(crate) mod called_task;
pub(super) mod held_task;
pub(super) mod open_task;
mod task_call;
pub(super) mod task_events;
