//! The description of a Map Run, and the settings that `UpdateMapRun` changes.

use serde_json::{Value as Json, json};
use smol_str::SmolStr;

use super::counts::{MapRunCounts, Tally};
use crate::timestamp::Timestamp;

use crate::record::record;
use crate::status::Status;

/// A Map Run, as `DescribeMapRun` describes it: one attempt of a Distributed Map, with its
/// redrives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MapRun {
    /// `arn:aws:states:<region>:<account>:mapRun:<machine>/<label>:<id>`.
    pub arn: String,
    /// The ARN of the execution that it belongs to.
    pub execution: String,
    /// Its status; never [`Status::TimedOut`].
    pub status: Status,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Option<Timestamp>,
    /// The declared MaxConcurrency; 0 without one.
    pub max_concurrency: u64,
    /// The declared ToleratedFailureCount; 0 without one.
    pub tolerated_failure_count: u64,
    /// The declared ToleratedFailurePercentage; 0 without one.
    pub tolerated_failure_percentage: f64,
    /// How many times it was redriven, with its execution.
    pub redrive_count: u32,
    /// When it was last redriven.
    pub redriven: Option<Timestamp>,
    /// The counts in items.
    pub items: MapRunCounts,
    /// The counts in child executions: fewer than items where they are batched.
    pub executions: MapRunCounts,
}

impl MapRun {
    /// Returns the response of `DescribeMapRun`.
    pub fn to_json(&self) -> Json {
        let mut answer = json!({
            "mapRunArn": self.arn,
            "executionArn": self.execution,
            "status": self.status.as_str(),
            "startDate": self.started.to_string(),
            "maxConcurrency": self.max_concurrency,
            "toleratedFailurePercentage": self.tolerated_failure_percentage,
            "toleratedFailureCount": self.tolerated_failure_count,
            "itemCounts": self.items.to_json(),
            "executionCounts": self.executions.to_json(),
            "redriveCount": self.redrive_count,
        });
        if let Some(redriven) = self.redriven {
            answer["redriveDate"] = json!(redriven.to_string());
        }
        if let Some(stopped) = self.stopped {
            answer["stopDate"] = json!(stopped.to_string());
        }
        answer
    }
}

/// The changes of UpdateMapRun to a running Map Run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunChanges {
    /// The new MaxConcurrency; 0 means no limit.
    pub max_concurrency: Option<u64>,
    /// The new ToleratedFailureCount.
    pub tolerated_count: Option<u64>,
    /// The new ToleratedFailurePercentage.
    pub tolerated_percentage: Option<f64>,
}

/// The description of a Map Run without its counts.
#[derive(Clone, Debug)]
pub struct RunView {
    /// The ARN of the run.
    pub arn: SmolStr,
    /// The ARN of the execution that it belongs to.
    pub execution: SmolStr,
    /// When it started.
    pub started: Timestamp,
    pub(crate) max_concurrency: u64,
    pub(crate) tolerated_count: Option<u64>,
    pub(crate) tolerated_percentage: Option<f64>,
    pub(crate) redrive_count: u32,
    /// When it was last redriven.
    pub redriven: Option<Timestamp>,
}

record!(struct RunView {
    1 => arn, 2 => execution, 3 => started, 4 => max_concurrency, 5 => tolerated_count, 6 => tolerated_percentage,
    7 => redrive_count, 8 => redriven,
});

impl RunView {
    /// Describes the run with these counts.
    pub fn describe(&self, status: Status, stopped: Option<Timestamp>, tally: Tally) -> MapRun {
        MapRun {
            arn: self.arn.to_string(),
            execution: self.execution.to_string(),
            status,
            started: self.started,
            stopped,
            max_concurrency: self.max_concurrency,
            tolerated_failure_count: self.tolerated_count.unwrap_or_default(),
            tolerated_failure_percentage: self.tolerated_percentage.unwrap_or_default(),
            redrive_count: self.redrive_count,
            redriven: self.redriven,
            items: tally.items,
            executions: tally.executions,
        }
    }
}
