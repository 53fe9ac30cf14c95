//! The number of executions of a state machine with one status.

use std::collections::BTreeMap;

use super::StoredExecution;
use crate::Status;

/// How many executions of a state machine have a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineCount {
    /// The name of the state machine.
    pub machine: String,
    /// The status.
    pub status: Status,
    /// The number of executions, at least 1.
    pub count: u64,
}

impl MachineCount {
    /// Counts executions.
    pub(crate) fn of(executions: Vec<StoredExecution>) -> Vec<Self> {
        let mut counts: BTreeMap<(String, &str), Self> = BTreeMap::new();
        for execution in executions {
            let (machine, status) = (execution.machine.to_string(), execution.status);
            let entry = counts.entry((machine.clone(), status.as_str()));
            let count = entry.or_insert(Self {
                machine,
                status,
                count: 0,
            });
            count.count += 1;
        }
        counts.into_values().collect()
    }
}
