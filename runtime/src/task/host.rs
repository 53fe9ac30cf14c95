use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;
use stepwright::task::TaskHost;

use crate::about::About;
use crate::engine::Responder;

/// The application's own state, one value of each type.
pub(crate) type SharedState = HashMap<TypeId, Box<dyn Any + Send + Sync>>;

/// What a task function learns about where it runs.
///
/// A task that nobody waits for any more is dropped at its next await, so there is nothing to be told of
/// cancellation while it is polled.
pub(crate) struct RunningTask {
    pub(crate) shared: Arc<SharedState>,
    pub(crate) about: Arc<About>,
    /// When the execution started, printed when it is asked for.
    pub(crate) started: OnceLock<String>,
    pub(crate) state: SmolStr,
    pub(crate) attempt: u32,
    pub(crate) responder: Responder,
}

impl TaskHost for RunningTask {
    fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        self.shared.get(&type_id).map(|state| &**state)
    }

    fn is_cancelled(&self) -> bool {
        self.responder.is_gone()
    }

    fn heartbeat(&self) {
        self.responder.heartbeat();
    }

    fn execution(&self) -> Option<&str> {
        Some(&self.about.id)
    }

    fn state_name(&self) -> Option<&str> {
        Some(&self.state)
    }

    fn attempt(&self) -> Option<u32> {
        Some(self.attempt)
    }

    fn start_time(&self) -> Option<&str> {
        let started = || self.about.started.to_string();
        Some(self.started.get_or_init(started))
    }
}
