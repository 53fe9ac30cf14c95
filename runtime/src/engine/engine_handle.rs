use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use stepwright_interpreter::value::Value;

use super::drive::execution_state::ExecutionState;
use super::execution_handle::ExecutionHandle;
use super::last_handle::LastHandle;
use super::shared::EngineShared;
use crate::clock::Clock;
use crate::task::EngineMonitor;

/// Runs workflows. Clones refer to the same engine.
#[derive(Clone)]
pub struct Engine {
    pub(super) shared: Arc<EngineShared>,
    pub(super) handle: Arc<LastHandle>,
}

impl Engine {
    pub(super) fn new(shared: EngineShared) -> Self {
        let shared = Arc::new(shared);
        let handle = LastHandle::new(shared.clone());
        for source in shared.engine_sources() {
            source.attach(&EngineMonitor::new(&shared));
        }
        Self { shared, handle }
    }

    /// Returns the clock of all waits, retries and timeouts.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Returns the values of placeholders that the engine was built with.
    pub(crate) fn substitutions(&self) -> &HashMap<String, String> {
        &self.shared.setting.substitutions
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
