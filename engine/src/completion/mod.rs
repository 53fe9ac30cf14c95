//! Reports the end of an execution: to its caller and to the state that waits for it.

pub(super) mod notify_parent;
pub(super) mod parent_link;
pub(super) mod report;
