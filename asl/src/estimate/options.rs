//! What an estimate depends on and a definition does not say.

use std::collections::BTreeMap;

use super::recorded::Recorded;

/// The bounds, probabilities and sizes that an estimate goes by.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimateOptions {
    pub(super) rounds: Option<u64>,
    pub(super) rounds_of: BTreeMap<String, u64>,
    pub(super) items: Option<(u64, u64)>,
    pub(super) items_of: BTreeMap<String, (u64, u64)>,
    pub(super) probabilities: BTreeMap<(String, String), f64>,
    pub(super) recorded: Recorded,
    pub(super) input_bytes: u64,
    pub(super) result_bytes: u64,
    pub(super) task_seconds: f64,
    pub(super) region: String,
    pub(super) executions: u64,
}

/// The items of a Map that nobody counted, in the typical case.
pub(super) const TYPICAL_ITEMS: f64 = 10.0;

impl Default for EstimateOptions {
    fn default() -> Self {
        Self {
            rounds: None,
            rounds_of: BTreeMap::new(),
            items: None,
            items_of: BTreeMap::new(),
            probabilities: BTreeMap::new(),
            recorded: Recorded::default(),
            input_bytes: 1024,
            result_bytes: 1024,
            task_seconds: 0.2,
            region: "us-east-1".to_owned(),
            executions: 1_000_000,
        }
    }
}

impl EstimateOptions {
    /// No bounds, no recordings; an input and results of 1 KiB, tasks of 0.2 seconds, a million executions a month in `us-east-1`.
    pub fn new() -> EstimateOptions {
        EstimateOptions::default()
    }

    /// How often a state of a loop is entered at most, where nothing else is said of it.
    #[must_use]
    pub fn rounds(mut self, rounds: u64) -> Self {
        self.rounds = Some(rounds);
        self
    }

    /// How often this state is entered at most.
    #[must_use]
    pub fn rounds_of(mut self, state: impl Into<String>, rounds: u64) -> Self {
        self.rounds_of.insert(state.into(), rounds);
        self
    }

    /// How many items a Map has, at least and at most; typically the number in the middle.
    #[must_use]
    pub fn items(mut self, state: impl Into<String>, least: u64, most: u64) -> Self {
        self.items_of.insert(state.into(), (least, least.max(most)));
        self
    }

    /// How many items each other Map has.
    #[must_use]
    pub fn items_of_all(mut self, least: u64, most: u64) -> Self {
        self.items = Some((least, least.max(most)));
        self
    }

    /// How likely a state goes on to another, from 0 to 1: a rule of a Choice, or a catcher.
    #[must_use]
    pub fn probability(
        mut self,
        state: impl Into<String>,
        target: impl Into<String>,
        probability: f64,
    ) -> Self {
        let probability = if probability.is_nan() {
            0.0
        } else {
            probability.clamp(0.0, 1.0)
        };
        self.probabilities
            .insert((state.into(), target.into()), probability);
        self
    }

    /// Executions that were recorded: the typical case goes where they went.
    #[must_use]
    pub fn recorded(mut self, recorded: Recorded) -> Self {
        self.recorded = recorded;
        self
    }

    /// Bytes of the input.
    #[must_use]
    pub fn input_bytes(mut self, bytes: u64) -> Self {
        self.input_bytes = bytes;
        self
    }

    /// Bytes of a task's result.
    #[must_use]
    pub fn result_bytes(mut self, bytes: u64) -> Self {
        self.result_bytes = bytes;
        self
    }

    /// Seconds that a task typically takes.
    #[must_use]
    pub fn task_seconds(mut self, seconds: f64) -> Self {
        self.task_seconds = if seconds.is_nan() {
            0.0
        } else {
            seconds.max(0.0)
        };
        self
    }

    /// The region whose prices count.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// How many executions a month has.
    #[must_use]
    pub fn executions(mut self, executions: u64) -> Self {
        self.executions = executions;
        self
    }

    /// The items of a Map: at least, typically, at most.
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
