//! Finds states that a new definition renames, and states in which executions cannot continue.

use std::collections::HashMap;

use stepwright_asl::diff::{Diff, StrandedState};
use stepwright_asl::json::Json as Asl;

use crate::renamed_states::renamed_states;

/// The renamed and the stranded states of the difference between the definition of a recorded
/// execution and the new one.
#[derive(Debug, Default)]
pub(super) struct DefinitionChange {
    renames: HashMap<String, String>,
    stranded: Vec<StrandedState>,
}

impl DefinitionChange {
    pub(super) fn between(old: &Asl, new: &Asl) -> Self {
        let diff = Diff::of(old, new);
        Self {
            renames: renamed_states(&diff),
            stranded: diff.stranded().to_vec(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.renames.is_empty()
    }

    /// Returns the new name of a state that was renamed.
    pub(super) fn new_name(&self, old: &str) -> Option<String> {
        self.renames.get(old).cloned()
    }

    /// Returns why an execution could not continue in this state of the old definition. `state` is
    /// its new name.
    pub(super) fn stranded(&self, state: &str) -> Option<&str> {
        let of_state = |one: &&StrandedState| {
            let new_name = self.renames.get(&one.state);
            new_name.map_or(one.state.as_str(), String::as_str) == state
        };
        let found = self.stranded.iter().find(of_state)?;
        // The name of a renamed state is the only obstacle, and a rehearsal follows it.
        let is_renamed = self.renames.contains_key(&found.state);
        (!is_renamed).then_some(found.reason.as_str())
    }
}
