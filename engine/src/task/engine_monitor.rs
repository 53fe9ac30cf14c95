//! The limited access that mocks have to the engine that calls them.

use std::fmt;
use std::sync::{Arc, Weak};

use super::DefinedState;
use crate::clock::ProgressState;

/// The view that mocks have of their engine.
pub(crate) trait EngineView: Send + Sync {
    /// Returns the states of its definitions, as they are now.
    fn defined(&self) -> Vec<DefinedState>;

    /// Returns whether the engine can make progress without the test.
    fn progress_state(&self) -> ProgressState;
}

/// A weak reference from mocks to their engine.
#[derive(Clone)]
pub struct EngineMonitor(Weak<dyn EngineView>);

impl EngineMonitor {
    pub(crate) fn new<E: EngineView + 'static>(engine: &Arc<E>) -> Self {
        let engine: Weak<E> = Arc::downgrade(engine);
        Self(engine)
    }

    /// Returns the states of its definitions, as they are now.
    #[doc(hidden)]
    pub fn defined(&self) -> Vec<DefinedState> {
        let engine = self.0.upgrade();
        engine.map_or_else(Vec::new, |engine| engine.defined())
    }

    /// Returns whether it can make progress without the test.
    #[doc(hidden)]
    pub fn progress_state(&self) -> ProgressState {
        let engine = self.0.upgrade();
        engine.map_or(ProgressState::Ended, |engine| engine.progress_state())
    }
}

impl fmt::Debug for EngineMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EngineMonitor")
            .field(&self.progress_state())
            .finish()
    }
}
