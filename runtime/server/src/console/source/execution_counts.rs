//! The executions of each state machine, by their status.

use std::collections::HashMap;

use stepwright_runtime::statistics::Statistics;
use stepwright_runtime::{ExecutionPage, Status};

/// The executions of each state machine, by their status.
pub(in crate::console) struct ExecutionCounts {
    of_machine: HashMap<String, HashMap<Status, u64>>,
    /// What the numbers count, for a person.
    pub(in crate::console) description: String,
}

impl ExecutionCounts {
    /// Returns the numbers that an engine has counted.
    pub(super) fn of_statistics(statistics: Statistics) -> Self {
        let machines = statistics.executions.into_iter().map(|numbers| {
            let counts = [
                (Status::Running, numbers.open),
                (Status::Succeeded, numbers.succeeded),
                (Status::Failed, numbers.failed),
                (Status::TimedOut, numbers.timed_out),
                (Status::Aborted, numbers.aborted),
            ];
            (numbers.state_machine, counts.into())
        });
        Self {
            of_machine: machines.collect(),
            description: "Numbers count since the server started.".to_owned(),
        }
    }

    /// Counts the newest executions of a store.
    pub(super) fn of_page(newest: &ExecutionPage) -> Self {
        let mut of_machine: HashMap<String, HashMap<Status, u64>> = HashMap::new();
        for execution in &newest.executions {
            let counts = of_machine.entry(execution.machine.clone()).or_default();
            *counts.entry(execution.status).or_default() += 1;
        }
        let description = match newest.next {
            None => "Numbers count all executions of the store.".to_owned(),
            Some(_) => format!(
                "Numbers count the newest {} executions of the store.",
                newest.executions.len()
            ),
        };
        Self {
            of_machine,
            description,
        }
    }

    /// Returns the executions of a state machine with a status.
    pub(in crate::console) fn of_machine(&self, machine: &str, status: Status) -> u64 {
        let counts = self.of_machine.get(machine);
        let count = counts.and_then(|counts| counts.get(&status));
        count.copied().unwrap_or_default()
    }
}
