//! Choices.

use super::arms::Arms;
use super::expression::Expression;
use super::scope::BuilderScope;
use super::to::To;
use crate::expr::{Expr, Text};
use crate::flow::Arm;
use crate::shape::Payload;
use crate::workflow::SourceLocation;
use std::marker::PhantomData;
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::setters;

/// A Choice state that is not complete yet. The first condition that is true decides.
#[must_use = "a choice is complete with `.otherwise(&state)`, `.otherwise_fail()` or `.match_on(arms!(..))`"]
pub struct Choice<'b, In> {
    scope: &'b BuilderScope,
    index: usize,
    types: PhantomData<fn(In)>,
}

impl<'b, In: Payload> Choice<'b, In> {
    pub(super) fn new(scope: &'b BuilderScope, index: usize) -> Self {
        Choice {
            scope,
            index,
            types: PhantomData,
        }
    }

    setters! { self:
        /// `Comment`.
        comment(text: impl Into<Text>) => self.scope.edit(self.index, |state| state.comment(text));
        /// Sets the query language of this state's expressions.
        query_language(language: QueryLanguage) => {
            self.scope.edit(self.index, |state| state.query_language(language));
        };
        /// Sets a field verbatim. It replaces the field that the builder would write.
        raw(field: impl Into<Text>, value: impl Into<serde_json::Value>) => {
            let value = Expr::literal(value.into());
            self.scope.edit(self.index, |state| state.raw(field, value));
        };
    }

    /// Goes to a state when the condition is true and no earlier condition was.
    #[track_caller]
    pub fn when(self, condition: Expression<In, bool>, to: impl To<In, In>) -> Self {
        let input = Expr::input(In::shape);
        let condition = self.scope.over_in(self.index, condition.tree, &input);
        let edge = self.scope.edge(self.index, to.route(), &input);
        self.scope
            .edit(self.index, |state| state.when(condition, edge));
        self
    }

    /// Goes to a state when an ASL rule is true. The rule is written verbatim: its fields, without
    /// `Next`.
    #[track_caller]
    pub fn when_raw<K: Into<Text>>(
        self,
        rule: impl IntoIterator<Item = (K, serde_json::Value)>,
        to: impl To<In, In>,
    ) -> Self {
        let edge = self
            .scope
            .edge(self.index, to.route(), &Expr::input(In::shape));
        let edge = rule.into_iter().fold(edge, |edge, (key, value)| {
            edge.raw(key, Expr::literal(value))
        });
        self.scope.edit(self.index, |state| state.when_raw(edge));
        self
    }

    /// Goes to a state when no condition is true: `Default`.
    #[track_caller]
    pub fn otherwise(self, to: impl To<In, In>) {
        let edge = self
            .scope
            .edge(self.index, to.route(), &Expr::input(In::shape));
        self.scope.edit(self.index, |state| state.otherwise(edge));
        self.scope.close(self.index);
    }

    /// Takes the first arm that matches. [`arms!`](macro@crate::arms) creates the arms; rustc
    /// checks that none is missing.
    #[track_caller]
    pub fn match_on(self, arms: Arms<In>) {
        let input = Expr::input(In::shape);
        let (scope, place) = (self.scope, SourceLocation::caller());
        let subject = scope.over_in(self.index, arms.subject, &input);
        let made = arms.arms.into_iter().map(|arm| {
            for variable in &arm.bound {
                scope.assigned_in(self.index, variable, place);
            }
            let guard = arm
                .guard
                .map(|guard| scope.over_in_at(self.index, guard, &input, place));
            let edge = scope.edge_at(self.index, arm.to, &input, place);
            Arm::new(arm.pattern, guard, edge)
        });
        let made = made.collect();
        scope.edit(self.index, |state| state.match_on(subject, made));
        scope.close(self.index);
    }

    /// Fails with `States.Runtime` when no condition is true: no `Default` is written.
    pub fn otherwise_fail(self) {
        self.scope.edit(self.index, |state| state.no_default());
        self.scope.close(self.index);
    }
}

debug_with!([In] Choice<'_, In>: index);
