//! The type `Engine`, the public handle with which a program uses an engine.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use stepwright_interpreter::value::Value;

use super::execution_handle::ExecutionHandle;
use super::last_handle::LastHandle;
use super::shared::EngineShared;
use crate::clock::Clock;
use crate::execution::execution_state::ExecutionState;
use crate::task::EngineMonitor;

/// Runs workflows. Clones refer to the same engine.
///
/// # Names of the methods
///
/// | method | name and parameters |
/// |---|---|
/// | starts an execution, and returns a handle | `start_…`, after what is started, with [`StartOptions`](crate::StartOptions) as the last parameter: [`start_machine`](Self::start_machine), [`start_from_state`](Self::start_from_state) |
/// | runs an execution to its end on the caller's task | `execute_…`: [`execute_machine`](Self::execute_machine) |
/// | reads executions, and a store on a thread for blocking work | a noun, `async`: [`execution`](Self::execution), [`executions`](Self::executions), [`execution_data`](Self::execution_data), [`history`](Self::history), [`stored_counts`](Self::stored_counts), [`map_run`](Self::map_run), [`map_runs`](Self::map_runs), [`map_run_children`](Self::map_run_children), [`map_run_executions`](Self::map_run_executions) |
/// | the same, and blocks the thread while it reads a store | `blocking_…`: [`blocking_execution`](Self::blocking_execution), [`blocking_executions`](Self::blocking_executions), … |
/// | describes what the engine has in memory | a noun, not `async`: [`machine`](Self::machine), [`activity`](Self::activity), [`unhandled_tasks`](Self::unhandled_tasks), … |
#[derive(Clone)]
pub struct Engine {
    pub(super) shared: Arc<EngineShared>,
    pub(super) handle: Arc<LastHandle>,
}

impl Engine {
    pub(super) fn new(shared: EngineShared) -> Self {
        let shared = Arc::new(shared);
        let handle = LastHandle::new(shared.clone());
        for source in shared.sources.all() {
            source.attach(&EngineMonitor::new(&shared));
        }
        Self { shared, handle }
    }

    /// Returns the clock of all waits, retries and timeouts.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Returns the values of placeholders that the engine was built with.
    pub fn substitutions(&self) -> &HashMap<String, String> {
        &self.shared.compile_settings.substitutions
    }

    /// Returns a handle of an execution.
    pub(super) fn run(&self, state: Arc<ExecutionState>) -> ExecutionHandle<Value> {
        ExecutionHandle::new(state, |output| Ok(output.clone()), &self.handle)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("machines", &self.shared.machines.names())
            .field("clock", &self.shared.clock)
            .finish_non_exhaustive()
    }
}
