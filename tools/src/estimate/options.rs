//! The inputs of an estimate that are not in the definition.

use std::collections::BTreeMap;

use stepwright_asl::setters;

use super::recorded::RecordedStatistics;

/// The bounds, probabilities and sizes for an estimate.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct EstimateOptions {
    pub(super) rounds: Option<u64>,
    pub(super) rounds_of: BTreeMap<String, u64>,
    pub(super) items: Option<(u64, u64)>,
    pub(super) items_of: BTreeMap<String, (u64, u64)>,
    pub(super) probabilities: BTreeMap<(String, String), f64>,
    pub(super) recorded: RecordedStatistics,
    pub(super) input_bytes: u64,
    pub(super) result_bytes: u64,
    pub(super) task_seconds: f64,
    pub(super) waits: BTreeMap<String, f64>,
    pub(super) region: String,
    pub(super) executions: u64,
}

/// The typical number of items of a Map without a known number.
pub(super) const TYPICAL_ITEMS: f64 = 10.0;

impl Default for EstimateOptions {
    fn default() -> Self {
        Self {
            rounds: None,
            rounds_of: BTreeMap::new(),
            items: None,
            items_of: BTreeMap::new(),
            probabilities: BTreeMap::new(),
            recorded: RecordedStatistics::default(),
            input_bytes: 1024,
            result_bytes: 1024,
            task_seconds: 0.2,
            waits: BTreeMap::new(),
            region: "us-east-1".to_owned(),
            executions: 1_000_000,
        }
    }
}

impl EstimateOptions {
    /// Creates options without bounds and recordings. Defaults: an input and results of 1 KiB,
    /// tasks of 0.2 seconds, a million executions a month in `us-east-1`.
    pub fn new() -> EstimateOptions {
        EstimateOptions::default()
    }

    setters! { self:
        /// Sets how often a state of a loop is entered at most, unless `rounds_of` sets it.
        rounds(rounds: u64) => self.rounds = Some(rounds);
        /// Sets how often this state is entered at most.
        rounds_of(state: impl Into<String>, rounds: u64) => self.rounds_of.insert(state.into(), rounds);
        /// Sets the minimum and maximum number of items of a Map; typical is the mean of both.
        items(state: impl Into<String>, least: u64, most: u64) => {
            self.items_of.insert(state.into(), (least, least.max(most)));
        };
        /// Sets the number of items of all other Maps.
        items_of_all(least: u64, most: u64) => self.items = Some((least, least.max(most)));
        /// Sets the probability, from 0 to 1, of a transition to another state: by a rule of a
        /// Choice, or by a catcher.
        probability(state: impl Into<String>, target: impl Into<String>, probability: f64) => {
            let probability = if probability.is_nan() { 0.0 } else { probability.clamp(0.0, 1.0) };
            self.probabilities.insert((state.into(), target.into()), probability);
        };
        /// Adds recorded executions, whose paths determine the typical case.
        recorded(recorded: RecordedStatistics) => self.recorded = recorded;
        /// Sets the size of the input in bytes.
        input_bytes(bytes: u64) => self.input_bytes = bytes;
        /// Sets the size of a task's result in bytes.
        result_bytes(bytes: u64) => self.result_bytes = bytes;
        /// Sets the typical duration of a task in seconds.
        task_seconds(seconds: f64) => self.task_seconds = seconds.max(0.0);
        /// Sets the typical seconds that a state waits for an answer from outside (a task token, an
        /// activity), or until a computed time. Without it, the typical duration of executions that
        /// enter the state is unknown.
        wait_seconds(state: impl Into<String>, seconds: f64) => self.waits.insert(state.into(), seconds.max(0.0));
        /// Sets the region of the prices.
        region(region: impl Into<String>) => self.region = region.into();
        /// Sets the number of executions per month.
        executions(executions: u64) => self.executions = executions;
    }

    /// The number of items of a Map: minimum, typical, maximum.
    pub(super) fn items_in(&self, state: &str, literal: Option<u64>) -> (f64, f64, f64) {
        if let Some(given) = self.items_of.get(state).copied() {
            return self.around(state, given);
        }
        if let Some(count) = literal {
            return (count as f64, count as f64, count as f64);
        }
        match self.items {
            Some(given) => self.around(state, given),
            None => (
                0.0,
                self.recorded.items(state).unwrap_or(TYPICAL_ITEMS),
                f64::INFINITY,
            ),
        }
    }

    fn around(&self, state: &str, (least, most): (u64, u64)) -> (f64, f64, f64) {
        let (least, most) = (least as f64, most as f64);
        let typical = self.recorded.items(state).unwrap_or((least + most) / 2.0);
        (least, typical.clamp(least, most), most)
    }
}
