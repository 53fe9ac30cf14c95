//! Creates executions that then run; the requests that start them are in `start`.

pub(super) mod new_execution;
pub(super) mod options;
