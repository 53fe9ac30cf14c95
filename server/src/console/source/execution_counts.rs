//! The executions of each state machine, by their status.

use std::collections::HashMap;

use stepwright_engine::Status;
use stepwright_engine::statistics::Statistics;
use stepwright_engine::store::MachineCount;

/// The executions of each state machine, by their status.
#[derive(Default)]
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

    /// Replaces the numbers of executions that a store has. Those of Express executions stay,
    /// because they are not stored.
    pub(super) fn with_stored(
        mut self,
        stored: Vec<MachineCount>,
        is_express: impl Fn(&str) -> bool,
    ) -> Self {
        self.of_machine.retain(|machine, _| is_express(machine));
        self.description = if self.of_machine.is_empty() {
            "Numbers count all executions of the store."
        } else {
            "Numbers count all executions of the store, and Express executions since the server started."
        }
        .to_owned();
        for MachineCount {
            machine,
            status,
            count,
        } in stored
        {
            let counts = self.of_machine.entry(machine).or_default();
            counts.insert(status, count);
        }
        self
    }

    /// Returns the executions of a state machine with a status.
    pub(in crate::console) fn of_machine(&self, machine: &str, status: Status) -> u64 {
        let counts = self.of_machine.get(machine);
        let count = counts.and_then(|counts| counts.get(&status));
        count.copied().unwrap_or_default()
    }
}
