//! Reserves a runtime for the executions that a server starts.

use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::ServerEngine;
use crate::shared::EngineShared;

/// A runtime on which executions start until the value is dropped.
#[must_use]
pub struct ReservedRuntime {
    engine: Arc<EngineShared>,
    handle: Handle,
}

impl ServerEngine {
    /// Makes executions start on this runtime until the result is dropped, and not on the runtime
    /// of the request that starts them.
    pub fn reserve_runtime(&self, handle: Handle) -> ReservedRuntime {
        self.shared.start_runtimes.reserve(handle.clone());
        ReservedRuntime {
            engine: self.shared.clone(),
            handle,
        }
    }
}

impl fmt::Debug for ReservedRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReservedRuntime").finish_non_exhaustive()
    }
}

impl Drop for ReservedRuntime {
    fn drop(&mut self) {
        self.engine.start_runtimes.release(&self.handle);
    }
}
