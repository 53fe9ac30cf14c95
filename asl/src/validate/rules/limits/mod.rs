//! Rules about service quotas that an execution exceeds when it runs.

pub(super) mod history_too_long;
pub(super) mod large_map_result;
