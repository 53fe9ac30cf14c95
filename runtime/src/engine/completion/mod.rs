//! Reports the end of an execution: to its caller and to the state that waits for it.

pub(super) mod ends;
pub(super) mod follower;
pub(super) mod report;
