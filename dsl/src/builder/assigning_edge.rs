//! Edges that assign variables.

use super::assignment::{AssignedValue, Assignment, last};
use super::expression::Expression;
use super::handle::{StateHandle, StepHandle};
use super::to::{Route, To};
use super::variable::{Variable, Variables};
use crate::expr::Text;
use crate::sealed::Sealed;
use crate::shape::Payload;
use serde_json::Value;
use std::marker::PhantomData;
use stepwright_asl::setters;

/// An edge to a state that assigns variables. Created by `state.assigning(..)` and
/// `state.binding(..)`.
#[must_use = "pass it to a state: `.when(condition, way)`, `.catch(errors, way)`"]
pub struct AssigningEdge<From, H> {
    to: H,
    assigns: Vec<Assignment>,
    raw: Vec<(Text, Value)>,
    types: PhantomData<fn(From)>,
}

impl<From, H> AssigningEdge<From, H> {
    fn new(to: H) -> Self {
        AssigningEdge {
            to,
            assigns: Vec::new(),
            raw: Vec::new(),
            types: PhantomData,
        }
    }

    setters! { self:
        /// Sets a field of the Choice rule or Catcher verbatim. It replaces the field that the edge
        /// would write.
        raw(field: impl Into<Text>, value: impl Into<Value>) => self.raw.push((field.into(), value.into()));
    }

    /// Assigns a variable on this edge. The value of a Choice edge is computed from its input, that
    /// of a catch from the state's input and the error.
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

/// Defines the methods of a handle that return an edge to its state.
macro_rules! edges_to {
    ([$($parameter:ident)?] $handle:ty, is_step: $is_step:literal) => {
        impl<$($parameter)?> $handle {
            /// An edge to this state that assigns a variable.
            pub fn assigning<From, V: Payload>(
                &self,
                variable: &Variable<V>,
                value: Expression<From, V>,
            ) -> AssigningEdge<From, $handle> {
                AssigningEdge::new(self.clone()).assigning(variable, value)
            }

            /// An edge to this state whose Choice rule or Catcher has a verbatim field.
            pub fn raw<From>(
                &self,
                field: impl Into<Text>,
                value: impl Into<Value>,
            ) -> AssigningEdge<From, $handle> {
                AssigningEdge::new(self.clone()).raw(field, value)
            }

            /// A catch edge to this state that assigns the caught data.
            pub fn binding<In, Caught>(
                &self,
                variables: impl Variables<Caught>,
            ) -> AssigningEdge<(In, Caught), $handle> {
                AssigningEdge::new(self.clone()).binding(variables)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<From, T> To<From, T> for AssigningEdge<From, $handle> {
            fn route(self) -> Route {
                Route {
                    assigns: self.assigns,
                    raw: self.raw,
                    ..Route::of(&self.to, $is_step)
                }
            }
        }
    };
}

edges_to!([T] StateHandle<T>, is_step: false);
edges_to!([] StepHandle, is_step: true);

debug_with!([From, H] AssigningEdge<From, H>: assigns);
