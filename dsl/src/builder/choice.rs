//! Choices.

use super::expression::Expression;
use super::handle::Handle;
use super::scope::Scope;
use crate::expr::{Expr, Text};
use crate::flow::Edge;
use crate::shape::Payload;
use std::fmt;
use std::marker::PhantomData;

/// A Choice state that is not complete yet. The first condition that holds decides.
#[must_use = "a choice is complete with `.otherwise(&state)` or `.otherwise_fail()`"]
pub struct Choice<'b, In> {
    scope: &'b Scope,
    index: usize,
    types: PhantomData<fn(In)>,
}

impl<'b, In: Payload> Choice<'b, In> {
    pub(super) fn new(scope: &'b Scope, index: usize) -> Self {
        Choice {
            scope,
            index,
            types: PhantomData,
        }
    }

    /// `Comment`.
    pub fn comment(self, text: impl Into<Text>) -> Self {
        self.scope.edit(self.index, |state| state.comment(text));
        self
    }

    /// Goes to a state when the condition holds and no earlier one did.
    #[track_caller]
    pub fn when(self, condition: Expression<In, bool>, to: &Handle<In>) -> Self {
        let condition = condition.over(&Expr::input(In::shape));
        let target = self.scope.target(self.index, to);
        self.scope
            .edit(self.index, |state| state.when(condition, Edge::to(target)));
        self
    }

    /// Goes to a state when no condition holds: `Default`.
    #[track_caller]
    pub fn otherwise(self, to: &Handle<In>) {
        let target = self.scope.target(self.index, to);
        self.scope
            .edit(self.index, |state| state.otherwise(Edge::to(target)));
        self.scope.close(self.index);
    }

    /// Fails with `States.Runtime` when no condition holds, on purpose: no `Default` is written.
    pub fn otherwise_fail(self) {
        self.scope.edit(self.index, |state| state.no_default());
        self.scope.close(self.index);
    }
}

impl<In> fmt::Debug for Choice<'_, In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Choice").field(&self.index).finish()
    }
}
