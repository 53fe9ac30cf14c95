//! The targets of transitions.

use super::expression::Expression;
use super::handle::{StateHandle, StepHandle};
use super::variable::{AssignedValue, Assignment, Variable, Variables, last};
use crate::expr::Text;
use crate::sealed::Sealed;
use crate::shape::Payload;
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

/// An edge to a state that takes an `Out`: its handle, or its handle with variables to assign, whose values are computed from a
/// `From`.
#[diagnostic::on_unimplemented(
    message = "a `{Out}` is passed on, but `{Self}` does not take it",
    label = "takes another type",
    note = "a `StepHandle` takes any value; for a `StateHandle`, compute a value of its type with `.output(expr!(..))` first"
)]
pub trait To<From, Out>: Sealed {
    /// The untyped target.
    #[doc(hidden)]
    fn route(self) -> Route;
}

/// The untyped target of an edge.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Route {
    pub(super) body: u64,
    pub(super) name: Rc<str>,
    pub(super) index: usize,
    /// The state ignores its input.
    pub(super) is_step: bool,
    pub(super) assigns: Vec<Assignment>,
    pub(super) raw: Vec<(Text, Value)>,
}

impl Route {
    fn of<T>(handle: &StateHandle<T>, is_step: bool) -> Route {
        Route {
            body: handle.body,
            name: handle.name.clone(),
            index: handle.index,
            is_step,
            assigns: Vec::new(),
            raw: Vec::new(),
        }
    }
}

impl<T> Sealed for StateHandle<T> {}
impl Sealed for StepHandle {}

#[diagnostic::do_not_recommend]
impl<From, T> To<From, T> for &StateHandle<T> {
    fn route(self) -> Route {
        Route::of(self, false)
    }
}

#[diagnostic::do_not_recommend]
impl<From, T> To<From, T> for &StepHandle {
    fn route(self) -> Route {
        Route::of(self, true)
    }
}

/// An edge to a state that assigns variables. Created by `state.assigning(..)` and `state.binding(..)`.
#[must_use = "pass it to a state: `.when(condition, way)`, `.catch(errors, way)`"]
pub struct AssigningEdge<From, H> {
    to: H,
    assigns: Vec<Assignment>,
    raw: Vec<(Text, Value)>,
    types: PhantomData<fn(From)>,
}

impl<From, H> AssigningEdge<From, H> {
    pub(super) fn new(to: H) -> Self {
        AssigningEdge {
            to,
            assigns: Vec::new(),
            raw: Vec::new(),
            types: PhantomData,
        }
    }

    /// Sets a field of the Choice rule or Catcher verbatim. It replaces the field that the edge would write.
    pub fn raw(mut self, field: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.raw.push((field.into(), value.into()));
        self
    }

    /// Assigns a variable on this edge. The value of a Choice edge is computed from its input, that of a catch from the state's input and the error.
    pub fn assigning<T: Payload>(
        mut self,
        variable: &Variable<T>,
        value: Expression<From, T>,
    ) -> Self {
        self.assigns
            .extend(variable.variables().into_iter().map(|(to, _)| Assignment {
                to,
                value: AssignedValue::Tree(value.tree.clone()),
            }));
        self
    }
}

impl<In, Caught, H> AssigningEdge<(In, Caught), H> {
    /// Assigns the caught error, or the fields that `errors!` names.
    pub fn binding(mut self, variables: impl Variables<Caught>) -> Self {
        self.assigns.extend(last(variables.variables(), true));
        self
    }
}

impl<From, H> Sealed for AssigningEdge<From, H> {}

#[diagnostic::do_not_recommend]
impl<From, T> To<From, T> for AssigningEdge<From, StateHandle<T>> {
    fn route(self) -> Route {
        Route {
            assigns: self.assigns,
            raw: self.raw,
            ..Route::of(&self.to, false)
        }
    }
}

#[diagnostic::do_not_recommend]
impl<From, T> To<From, T> for AssigningEdge<From, StepHandle> {
    fn route(self) -> Route {
        Route {
            assigns: self.assigns,
            raw: self.raw,
            ..Route::of(&self.to, true)
        }
    }
}

impl<From, H> fmt::Debug for AssigningEdge<From, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AssigningEdge").field(&self.assigns).finish()
    }
}
