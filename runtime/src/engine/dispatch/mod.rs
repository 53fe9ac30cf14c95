//! Resolves who executes a task: handlers, mocks, nested state machines, activities.

pub(super) mod call_site;
pub(super) mod handlers;
mod missing_handlers;
pub(super) mod resolve;
pub(super) mod test_case_source;
pub(super) mod test_cases;
pub(super) mod unhandled_tasks;
