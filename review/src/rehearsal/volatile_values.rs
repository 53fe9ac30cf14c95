//! Values that depend on the time, on ids of the execution or on random numbers.

use std::collections::{HashMap, HashSet};

use serde_json::Value as Json;
use stepwright_history::runtime_support::CallKey;

use super::event_numbers::walk_differences;
use super::rehearsed_execution::{RehearsedCall, RehearsedExecution};

/// The pointers of values that differ between runs of the new definition.
#[derive(Debug, Default)]
pub(super) struct VolatileValues(HashSet<String>);

impl VolatileValues {
    /// Adds the differences between two runs.
    pub(super) fn add(&mut self, now: &Json, other: &Json) {
        walk_differences(now, other, &mut |pointer, _, _| {
            self.0.insert(pointer.to_owned());
        });
    }

    /// Whether a value is volatile, or inside of a volatile one.
    pub(super) fn has(&self, pointer: &str) -> bool {
        let ends = pointer.match_indices('/').map(|(at, _)| at);
        let mut ends = ends.chain([pointer.len()]);
        ends.any(|end| self.0.contains(&pointer[..end]))
    }
}

/// The volatile arguments of each state. A random value of few kinds is equal in all runs for some
/// calls, so that the calls of a state are seen together.
pub(super) struct VolatileArguments<'r>(HashMap<&'r str, VolatileValues>);

impl<'r> VolatileArguments<'r> {
    pub(super) fn of(run: &'r RehearsedExecution, others: &[&RehearsedExecution]) -> Self {
        let mut states: HashMap<&str, VolatileValues> = HashMap::new();
        for other in others {
            let calls = other.calls.iter();
            let calls = calls.map(|call| ((&call.key, call.number), call));
            let calls: HashMap<(&CallKey, usize), &RehearsedCall> = calls.collect();
            for call in &run.calls {
                if let Some(other) = calls.get(&(&call.key, call.number))
                    && other.arguments != call.arguments
                {
                    let state = states.entry(&call.key.1).or_default();
                    state.add(&call.arguments.to_json(), &other.arguments.to_json());
                }
            }
        }
        Self(states)
    }

    /// Returns the volatile arguments of a state.
    pub(super) fn of_state(&self, state: &str) -> Option<&VolatileValues> {
        self.0.get(state)
    }
}
