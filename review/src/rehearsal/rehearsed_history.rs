//! The rehearsal of one recorded execution.

use serde::Serialize;
use stepwright_interpreter::Timestamp;

use super::finding::{Finding, RehearsalKind};
use super::measure::Measure;
use super::open_execution::OpenExecution;

/// The result of one execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RehearsedHistory {
    /// The name of the execution.
    pub name: String,
    /// When it started.
    #[serde(serialize_with = "time")]
    pub started: Timestamp,
    /// The most severe kind of its findings.
    pub kind: RehearsalKind,
    /// What differs.
    pub findings: Vec<Finding>,
    /// The recorded execution, measured.
    pub before: Measure,
    /// The rehearsal, measured; `None` if it does not end as far as the recording goes.
    pub after: Option<Measure>,
    /// Set for an execution that runs or can be redriven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenExecution>,
    /// Equal for executions with the same transitions, errors and end.
    pub path: String,
}

fn time<S: serde::Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}
