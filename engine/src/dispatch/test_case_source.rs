//! The test cases of a mock file, which answer tasks instead of handlers.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::task::{DefinedState, TaskSource};

/// The test cases of an engine.
pub trait TestCases: Send + Sync {
    /// Returns the source of task results of a test case of a state machine.
    ///
    /// # Errors
    ///
    /// A state machine or a test case that does not exist; the text lists the existing ones.
    fn case(&self, machine: &str, case: &str) -> Result<Arc<dyn TaskSource>, String>;

    /// Returns whether a test case names this state.
    fn may_answer(&self, state: &DefinedState) -> bool;
}

/// A test case of the engine's mock file.
#[derive(Clone, Debug)]
pub(crate) enum TestCase {
    /// A test case of the machine that is started.
    Chosen(String),
    /// The test case of the root execution: its machine, `#` and the case.
    Inherited(SmolStr),
}
