//! Handles: names of states with their input types.

use super::expression::Expression;
use super::to::AssigningEdge;
use super::variable::{Variable, Variables};
use crate::expr::Text;
use crate::shape::{Payload, Shape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

/// The name of a state that takes a `T`; the state may be defined later. Transitions go to handles, so a misspelled
/// name or a value of the wrong type does not compile.
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

    /// An edge to this state that assigns a variable.
    pub fn assigning<From, V: Payload>(
        &self,
        variable: &Variable<V>,
        value: Expression<From, V>,
    ) -> AssigningEdge<From, StateHandle<T>> {
        AssigningEdge::new(self.clone()).assigning(variable, value)
    }

    /// An edge to this state whose Choice rule or Catcher has a verbatim field.
    pub fn raw<From>(
        &self,
        field: impl Into<Text>,
        value: impl Into<Value>,
    ) -> AssigningEdge<From, StateHandle<T>> {
        AssigningEdge::new(self.clone()).raw(field, value)
    }

    /// A catch edge to this state that assigns the caught data.
    pub fn binding<In, Caught>(
        &self,
        variables: impl Variables<Caught>,
    ) -> AssigningEdge<(In, Caught), StateHandle<T>> {
        AssigningEdge::new(self.clone()).binding(variables)
    }
}

impl<T> Clone for StateHandle<T> {
    fn clone(&self) -> Self {
        StateHandle::new(self.body, self.name.clone(), self.index)
    }
}

impl<T> fmt::Debug for StateHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StateHandle").field(&self.name).finish()
    }
}

/// A state that ignores its input: it reads [variables](super::Variable). Every state may go to it.
///
/// Created by [`step`](super::Body::step). In the definition of its state it is a handle of [`AnyInput`].
#[derive(Clone, Debug)]
pub struct StepHandle {
    handle: StateHandle<AnyInput>,
}

impl StepHandle {
    pub(super) fn new(handle: StateHandle<AnyInput>) -> Self {
        StepHandle { handle }
    }

    /// An edge to this state that assigns a variable.
    pub fn assigning<From, V: Payload>(
        &self,
        variable: &Variable<V>,
        value: Expression<From, V>,
    ) -> AssigningEdge<From, StepHandle> {
        AssigningEdge::new(self.clone()).assigning(variable, value)
    }

    /// An edge to this state whose Choice rule or Catcher has a verbatim field.
    pub fn raw<From>(
        &self,
        field: impl Into<Text>,
        value: impl Into<Value>,
    ) -> AssigningEdge<From, StepHandle> {
        AssigningEdge::new(self.clone()).raw(field, value)
    }

    /// A catch edge to this state that assigns the caught data.
    pub fn binding<In, Caught>(
        &self,
        variables: impl Variables<Caught>,
    ) -> AssigningEdge<(In, Caught), StepHandle> {
        AssigningEdge::new(self.clone()).binding(variables)
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
