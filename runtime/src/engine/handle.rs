use std::sync::Arc;

use super::shared::Shared;

/// What handles of an engine and of its executions have in common: with the last of them, sources of answers are told that
/// nobody looks any more.
pub(crate) struct LastHandle {
    shared: Arc<Shared>,
}

impl LastHandle {
    pub(super) fn new(shared: Arc<Shared>) -> Arc<Self> {
        Arc::new(Self { shared })
    }
}

impl Drop for LastHandle {
    fn drop(&mut self) {
        self.shared.finish_sources();
    }
}
