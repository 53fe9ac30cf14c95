use std::fmt;
use std::sync::{Arc, Weak};

use super::DefinedState;
use crate::clock::Stillness;

/// An engine, as the mocks that it has see it.
pub(crate) trait Watched: Send + Sync {
    /// The states of its definitions, as they are now.
    fn defined(&self) -> Vec<DefinedState>;

    /// Whether something can still happen that the test does not do itself.
    fn stillness(&self) -> Stillness;
}

/// What mocks see of an engine that has them. It does not keep the engine.
#[derive(Clone)]
pub struct Watch(Weak<dyn Watched>);

impl Watch {
    pub(crate) fn new<E: Watched + 'static>(engine: &Arc<E>) -> Self {
        let engine: Weak<E> = Arc::downgrade(engine);
        Self(engine)
    }

    pub(crate) fn defined(&self) -> Vec<DefinedState> {
        let engine = self.0.upgrade();
        engine.map_or_else(Vec::new, |engine| engine.defined())
    }

    pub(crate) fn stillness(&self) -> Stillness {
        let engine = self.0.upgrade();
        engine.map_or(Stillness::Over, |engine| engine.stillness())
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.stillness()).finish()
    }
}
