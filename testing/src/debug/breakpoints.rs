//! The states and errors at which a debugger stops.

use std::collections::BTreeSet;

use stepwright_asl::errors;
use stepwright_interpreter::execution::Failure;

/// The breakpoints of a debugger.
#[derive(Clone, Debug, Default)]
pub(super) struct Breakpoints {
    pub(super) states: BTreeSet<String>,
    pub(super) errors: BTreeSet<String>,
}

impl Breakpoints {
    pub(super) fn has_state(&self, state: &str) -> bool {
        self.states.contains(state)
    }

    /// Returns whether a failure has a breakpoint: its error name, or `States.ALL`.
    pub(super) fn has_error(&self, failure: &Failure) -> bool {
        let name = failure.error.as_deref().unwrap_or_default();
        self.errors.contains(errors::ALL) || self.errors.contains(name)
    }
}
