//! Names of states that know what their states take.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

/// A state that has a name and takes a `T`, whether or not it is defined yet. Transitions go to handles, so a misspelled
/// name or a value of the wrong type does not compile.
///
/// [`declare`](super::Body::declare) makes it.
pub struct Handle<T> {
    pub(super) body: u64,
    pub(super) name: Rc<str>,
    pub(super) index: usize,
    takes: PhantomData<fn(T)>,
}

impl<T> Handle<T> {
    pub(super) fn new(body: u64, name: Rc<str>, index: usize) -> Self {
        Handle {
            body,
            name,
            index,
            takes: PhantomData,
        }
    }

    /// The state's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Handle::new(self.body, self.name.clone(), self.index)
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.name).finish()
    }
}
