//! Names of states that know what their states take.

use super::expression::Expression;
use super::to::Way;
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

    /// The way to it on which a variable is assigned.
    pub fn assigning<From, V: Payload>(
        &self,
        variable: &Variable<V>,
        value: Expression<From, V>,
    ) -> Way<From, Handle<T>> {
        Way::new(self.clone()).assigning(variable, value)
    }

    /// The way to it whose rule or Catcher has a field as it stands in ASL.
    pub fn raw<From>(
        &self,
        field: impl Into<Text>,
        value: impl Into<Value>,
    ) -> Way<From, Handle<T>> {
        Way::new(self.clone()).raw(field, value)
    }

    /// The way of a catch to it, on which what is caught is assigned.
    pub fn binding<In, Caught>(
        &self,
        variables: impl Variables<Caught>,
    ) -> Way<(In, Caught), Handle<T>> {
        Way::new(self.clone()).binding(variables)
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

/// A state that does not look at what is handed on to it: it reads [variables](super::Variable). Every state may go to it.
///
/// [`step`](super::Body::step) makes it. Where a state is defined it is a handle of [`Anything`].
#[derive(Clone, Debug)]
pub struct Step {
    handle: Handle<Anything>,
}

impl Step {
    pub(super) fn new(handle: Handle<Anything>) -> Self {
        Step { handle }
    }

    /// The way to it on which a variable is assigned.
    pub fn assigning<From, V: Payload>(
        &self,
        variable: &Variable<V>,
        value: Expression<From, V>,
    ) -> Way<From, Step> {
        Way::new(self.clone()).assigning(variable, value)
    }

    /// The way to it whose rule or Catcher has a field as it stands in ASL.
    pub fn raw<From>(&self, field: impl Into<Text>, value: impl Into<Value>) -> Way<From, Step> {
        Way::new(self.clone()).raw(field, value)
    }

    /// The way of a catch to it, on which what is caught is assigned.
    pub fn binding<In, Caught>(
        &self,
        variables: impl Variables<Caught>,
    ) -> Way<(In, Caught), Step> {
        Way::new(self.clone()).binding(variables)
    }
}

impl Deref for Step {
    type Target = Handle<Anything>;

    fn deref(&self) -> &Handle<Anything> {
        &self.handle
    }
}

/// What is handed on to a [`Step`]: anything, at which it does not look.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Anything(serde_json::Value);

// No type of the user's: rustc shall not propose it for one that lacks the derive.
#[diagnostic::do_not_recommend]
impl Payload for Anything {
    fn shape() -> Shape {
        Shape::Any
    }
}
