//! Handles: names of states with their input types.

use crate::shape::{Payload, Shape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

/// The name of a state that takes a `T`; the state may be defined later. Transitions go to handles,
/// so a misspelled name or a value of the wrong type does not compile.
///
/// Created by [`declare`](super::Body::declare).
pub struct StateHandle<T> {
    pub(super) body: u64,
    pub(super) name: Rc<str>,
    pub(super) index: usize,
    takes: PhantomData<fn(T)>,
}

impl<T> StateHandle<T> {
    pub(super) fn new(body: u64, name: Rc<str>, index: usize) -> Self {
        StateHandle {
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

impl<T> Clone for StateHandle<T> {
    fn clone(&self) -> Self {
        StateHandle::new(self.body, self.name.clone(), self.index)
    }
}

debug_with!([T] StateHandle<T>: name);

/// A state that ignores its input: it reads [variables](super::Variable). Every state may go to it.
///
/// Created by [`step`](super::Body::step). In the definition of its state it is a handle of
/// [`AnyInput`].
#[derive(Clone, Debug)]
pub struct StepHandle {
    handle: StateHandle<AnyInput>,
}

impl StepHandle {
    pub(super) fn new(handle: StateHandle<AnyInput>) -> Self {
        StepHandle { handle }
    }
}

impl Deref for StepHandle {
    type Target = StateHandle<AnyInput>;

    fn deref(&self) -> &StateHandle<AnyInput> {
        &self.handle
    }
}

/// The input of a [`StepHandle`]: any value, which the state ignores.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct AnyInput(serde_json::Value);

// This is not a user's type: rustc must not suggest it for a type that lacks the derive.
#[diagnostic::do_not_recommend]
impl Payload for AnyInput {
    fn shape() -> Shape {
        Shape::Any
    }
}
