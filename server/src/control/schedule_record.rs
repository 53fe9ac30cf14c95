//! The stored progress of a schedule, from which a restarted server continues.

use serde::{Deserialize, Serialize};

/// The progress of a schedule in the store. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScheduleRecord {
    /// The expression, the time zone and the start date: with others, it is a different schedule.
    pub(crate) identity: String,
    pub(crate) created: i64,
    /// All scheduled times up to this one are settled or in `pending`.
    pub(crate) through: i64,
    /// The scheduled times whose executions are not started yet.
    pub(crate) pending: Vec<i64>,
}
