//! Detects that a program has dropped all handles of an engine and of its executions.

use std::sync::Arc;

use super::shared::EngineShared;

/// Shared by the handles of an engine and of its executions. Dropping the last one notifies the
/// sources of task results that no handle is left.
pub(crate) struct LastHandle {
    shared: Arc<EngineShared>,
}

impl LastHandle {
    pub(super) fn new(shared: Arc<EngineShared>) -> Arc<Self> {
        Arc::new(Self { shared })
    }

    /// Returns the shared state of the engine.
    pub(super) fn shared(&self) -> &Arc<EngineShared> {
        &self.shared
    }
}

impl Drop for LastHandle {
    fn drop(&mut self) {
        self.shared.finish_sources();
    }
}
