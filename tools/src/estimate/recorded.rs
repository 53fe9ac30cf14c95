//! Statistics of recorded executions.

use std::collections::BTreeMap;

/// Statistics of executions: transitions, items, attempts, sizes and durations.
///
/// The caller records what happened in each execution. `stepwright_history` records the timeline of
/// a history: `Timeline::record_statistics`, with its feature `estimate`.
///
/// ```
/// use stepwright_asl::StateMachine;
/// use stepwright_tools::estimate::{Estimate, EstimateOptions, RecordedStatistics};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Charge", "States": {"Charge": {
///     "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true
/// }}}"#)?;
/// let mut recorded = RecordedStatistics::default();
/// recorded.record_execution();
/// recorded.record_duration(2.5);
/// recorded.record_attempts("Charge", 3);
/// recorded.record_exit("Charge");
///
/// let estimate = Estimate::of(&machine, &EstimateOptions::new().recorded(recorded));
/// assert_eq!((estimate.typical.seconds, estimate.typical.transitions), (2.5, 3.0));
/// # Ok::<(), stepwright_asl::Diagnostics>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordedStatistics {
    executions: u64,
    durations: Mean,
    payload: Option<u64>,
    input: Option<u64>,
    exits: BTreeMap<String, u64>,
    transitions: BTreeMap<(String, String), u64>,
    attempts: BTreeMap<String, Mean>,
    items: BTreeMap<String, Mean>,
    results: BTreeMap<String, Mean>,
}

/// The mean of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Mean {
    count: u64,
    sum: f64,
}

impl Mean {
    fn add(&mut self, number: f64) {
        self.count += 1;
        self.sum += number;
    }

    fn get(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

impl RecordedStatistics {
    /// Counts an execution.
    pub fn record_execution(&mut self) {
        self.executions += 1;
    }

    /// Records the seconds from the start to the end of an execution.
    pub fn record_duration(&mut self, seconds: f64) {
        self.durations.add(seconds.max(0.0));
    }

    /// Records the size of the input of an execution.
    pub fn record_input(&mut self, bytes: u64) {
        self.input = self.input.max(Some(bytes));
    }

    /// Records the size of any data of an execution: an input, an output, arguments or a result.
    pub fn record_payload(&mut self, bytes: u64) {
        self.payload = self.payload.max(Some(bytes));
    }

    /// Records that an execution left a state, to another one or at the end.
    pub fn record_exit(&mut self, state: &str) {
        *self.exits.entry(state.to_owned()).or_default() += 1;
    }

    /// Records that an execution entered a state after it left another one.
    pub fn record_transition(&mut self, from: &str, to: &str) {
        let transition = (from.to_owned(), to.to_owned());
        *self.transitions.entry(transition).or_default() += 1;
    }

    /// Records one visit of a Task with its number of attempts.
    pub fn record_attempts(&mut self, state: &str, attempts: u64) {
        let mean = self.attempts.entry(state.to_owned()).or_default();
        mean.add(attempts as f64);
    }

    /// Records the number of items of a Map.
    pub fn record_items(&mut self, state: &str, items: u64) {
        let mean = self.items.entry(state.to_owned()).or_default();
        mean.add(items as f64);
    }

    /// Records the size of a result of a Task.
    pub fn record_result(&mut self, state: &str, bytes: u64) {
        let mean = self.results.entry(state.to_owned()).or_default();
        mean.add(bytes as f64);
    }

    /// The number of recorded executions.
    pub fn executions(&self) -> u64 {
        self.executions
    }

    /// The average duration of an execution in seconds; `None` without durations.
    pub fn seconds(&self) -> Option<f64> {
        self.durations.get()
    }

    /// The bytes of the largest payload; `None` without data.
    pub fn payload_bytes(&self) -> Option<f64> {
        self.payload.map(|bytes| bytes as f64)
    }

    /// The bytes of the largest input; `None` without data.
    pub fn input_bytes(&self) -> Option<f64> {
        self.input.map(|bytes| bytes as f64)
    }

    /// The fraction of exits from a state that went to another state; `None` if no execution left
    /// it.
    pub fn share(&self, from: &str, to: &str) -> Option<f64> {
        let exits = *self.exits.get(from)?;
        let transition = (from.to_owned(), to.to_owned());
        let taken = self.transitions.get(&transition).copied();
        Some(taken.unwrap_or_default() as f64 / exits as f64)
    }

    /// The average number of items of a Map.
    pub fn items(&self, state: &str) -> Option<f64> {
        self.items.get(state)?.get()
    }

    /// The average number of retries of a Task.
    pub fn retries(&self, state: &str) -> Option<f64> {
        let attempts = self.attempts.get(state)?.get()?;
        Some((attempts - 1.0).max(0.0))
    }

    /// The average size of a Task's results in bytes.
    pub fn result_bytes(&self, state: &str) -> Option<f64> {
        self.results.get(state)?.get()
    }
}
