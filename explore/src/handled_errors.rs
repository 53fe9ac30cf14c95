//! The errors that the handlers of a definition name.

use std::collections::HashMap;

use stepwright_asl::errors;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_asl::limits::generated_retrier;

/// For each state, the errors that its own Retry and Catch name, and those of the containers around
/// it.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandledErrors(HashMap<String, Vec<String>>);

impl HandledErrors {
    /// Reads the handlers of a definition.
    pub(crate) fn of(definition: &Json) -> Self {
        let graph = Graph::of(definition);
        let mut names = HashMap::new();
        for state in graph.states() {
            let mut found = Vec::new();
            let mut is_child = false;
            let mut around = Some(state);
            while let Some(state) = around {
                // The errors of a generated retrier are one kind of fault: only a handler that
                // names one of them makes a difference.
                let generated = generated_retrier(state.object);
                let retry = error_names(state.object.get("Retry"), generated);
                let catch = error_names(state.object.get("Catch"), None);
                for name in retry.into_iter().chain(catch) {
                    if name == errors::EXCEED_TOLERATED_FAILURE_THRESHOLD && is_child {
                        // All failures of an item lead to it.
                        found.push(errors::TASK_FAILED.to_owned());
                    }
                    found.push(name);
                }
                let container = &graph.containers()[state.container];
                let config = container.object.get("ProcessorConfig");
                let mode = config.and_then(|config| config.get("Mode")?.as_str());
                is_child |= mode == Some("DISTRIBUTED");
                around = container.parent.map(|parent| &graph.states()[parent]);
            }
            names.insert(state.name.to_owned(), found);
        }
        Self(names)
    }

    /// Returns the errors that the handlers around a state name.
    pub(crate) fn of_state(&self, state: &str) -> &[String] {
        self.0.get(state).map_or(&[], Vec::as_slice)
    }

    /// Returns whether an error of a state is named by its own name.
    pub(crate) fn mean(&self, state: &str, error: &str) -> bool {
        self.of_state(state).iter().any(|name| name == error)
    }
}

/// Returns the names in the entries of Retry or Catch; of the generated retrier only the first,
/// which represents them all.
fn error_names(list: Option<&Json>, generated: Option<usize>) -> Vec<String> {
    let entries = list.and_then(Json::as_array).into_iter().flatten();
    let names = entries.enumerate().flat_map(|(index, entry)| {
        let names = entry.get("ErrorEquals").and_then(Json::as_array);
        let max = if generated == Some(index) {
            1
        } else {
            usize::MAX
        };
        names.into_iter().flatten().take(max)
    });
    names.filter_map(Json::as_str).map(str::to_owned).collect()
}
