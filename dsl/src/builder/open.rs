//! States that have no transition yet.

use super::assignment::{AssignedValue, Assignment, last};
use super::errors::{ErrorsOf, InMap};
use super::every::EveryCatch;
use super::expression::{Expression, UntypedExpression};
use super::retry::Retry;
use super::scope::BuilderScope;
use super::to::{Route, To};
use super::values::{CountOf, DeclaredOutput, SecondsOf};
use super::variable::{Variable, Variables};
use crate::expr::{Expr, ExprNode, Text};
use crate::flow::{self, State};
use crate::shape::{Payload, Shape};
use crate::task::TaskError;
use crate::workflow::SourceLocation;
use std::fmt;
use std::marker::PhantomData;
use stepwright_asl::model::QueryLanguage;

type Types<In, Result, Error, End> = PhantomData<fn(In) -> (Result, Error, End)>;

/// A Task, Parallel or Map state without a transition yet: it takes an `In`, its work returns a `Result` or fails with an
/// `Error`, and its body ends with an `End`.
#[must_use = "a state without a transition goes nowhere: call `.next(&state)` or `.end()`"]
pub struct Fallible<'b, In, Result, Error, End> {
    scope: &'b BuilderScope,
    index: usize,
    input: fn() -> Shape,
    types: Types<In, Result, Error, End>,
}

impl<'b, In, Result, Error, End> Fallible<'b, In, Result, Error, End> {
    pub(super) fn new(scope: &'b BuilderScope, index: usize, input: fn() -> Shape) -> Self {
        Fallible {
            scope,
            index,
            input,
            types: PhantomData,
        }
    }

    pub(super) fn edit(self, change: impl FnOnce(State) -> State) -> Self {
        self.scope.edit(self.index, change);
        self
    }

    /// `Comment`.
    pub fn comment(self, text: impl Into<Text>) -> Self {
        self.edit(|state| state.comment(text))
    }

    /// Applies an expression to the state's input.
    #[track_caller]
    pub(super) fn over_input(&self, tree: UntypedExpression) -> Expr {
        self.over_at(tree, SourceLocation::caller())
    }

    pub(super) fn over_at(&self, tree: UntypedExpression, place: SourceLocation) -> Expr {
        let input = Expr::input(self.input);
        self.scope.over_in_at(self.index, tree, &input, place)
    }

    /// Returns the same state with another result type.
    pub(super) fn giving<Other>(self) -> Fallible<'b, In, Other, Error, End> {
        Fallible::new(self.scope, self.index, self.input)
    }

    /// Sets a field verbatim. It replaces the field that the builder would write.
    pub fn raw(self, field: impl Into<Text>, value: impl Into<serde_json::Value>) -> Self {
        let value = Expr::literal(value.into());
        self.edit(|state| state.raw(field, value))
    }

    /// Omits a field that the builder would write.
    pub fn without(self, field: impl Into<Text>) -> Self {
        self.edit(|state| state.raw(field, Expr::none()))
    }

    /// Sets the query language of this state's expressions.
    pub fn query_language(self, language: QueryLanguage) -> Self {
        self.edit(|state| state.query_language(language))
    }

    /// Retries these errors, before any catch applies.
    #[track_caller]
    pub fn retry<E: ErrorsOf<Error>>(self, retry: Retry<E>) -> Self {
        let retry = flow::Retry {
            place: Some(SourceLocation::caller()),
            ..retry.into_flow::<Error>(|message| self.mistake(message))
        };
        self.edit(|state| state.retry(retry))
    }

    /// On these errors, goes to a state that takes the error's data: an [`ErrorOutput`](crate::ErrorOutput), or the fields
    /// that [`errors!`](macro@crate::errors) names. A [`StepHandle`](super::StepHandle) gets the error itself, which is ASL's default.
    #[track_caller]
    pub fn catch<E: ErrorsOf<Error>>(
        self,
        errors: E,
        to: impl To<(In, E::Caught), E::Caught>,
    ) -> Self {
        self.mistakes(&errors);
        let caught = errors.caught();
        self.catch_route(errors.names(), caught, to.route(), SourceLocation::caller())
    }

    fn catch_route(
        self,
        errors: Vec<Text>,
        caught: Expr,
        to: Route,
        place: SourceLocation,
    ) -> Self {
        // ASL's default output is not written, nor is an output that the target ignores.
        let output = match &*caught.node {
            ExprNode::ErrorOutput => None,
            _ if to.is_step => None,
            _ => Some(caught.clone()),
        };
        self.catch_edge(errors, caught, to, output, place)
    }

    /// On these errors, goes to a state with a value computed from this state's input and the error's data.
    #[track_caller]
    pub fn catch_with<E: ErrorsOf<Error>, O>(
        self,
        errors: E,
        to: impl To<(In, E::Caught), O>,
        output: Expression<(In, E::Caught), O>,
    ) -> Self {
        self.mistakes(&errors);
        let input = Expr::tuple(vec![Expr::input(self.input), errors.caught()]);
        let output = self.scope.over_in(self.index, output.tree, &input);
        let (names, caught) = (errors.names(), errors.caught());
        self.catch_edge(
            names,
            caught,
            to.route(),
            Some(output),
            SourceLocation::caller(),
        )
    }

    fn catch_edge(
        self,
        errors: Vec<Text>,
        caught: Expr,
        to: Route,
        output: Option<Expr>,
        place: SourceLocation,
    ) -> Self {
        let input = Expr::tuple(vec![Expr::input(self.input), caught]);
        let edge = self.scope.edge_at(self.index, to, &input, place);
        let mut catch = flow::Catch::on(errors, edge);
        if let Some(output) = output {
            catch = catch.output(output);
        }
        self.edit(|state| state.catch(catch))
    }

    /// Requires that every error is caught: `build` reports each error of the tasks inside that is not. For a task use
    /// [`catch_every`](Fallible::catch_every), which rustc checks.
    #[track_caller]
    pub fn exhaustive(self) -> Self {
        let place = SourceLocation::caller();
        self.edit(|state| state.exhaustive(place))
    }

    #[track_caller]
    fn mistakes<E: ErrorsOf<Error>>(&self, errors: &E) {
        for message in errors.mistakes() {
            self.mistake(message);
        }
    }

    #[track_caller]
    fn mistake(&self, message: String) {
        self.scope.mistake_in(self.index, message);
    }

    /// Assigns the result to a variable, or its fields to several: `let checked = ..`, `let (parcels, invoice) = ..`.
    #[track_caller]
    pub fn bind(self, variables: impl Variables<Result>) -> Self {
        for assignment in last(variables.variables(), false) {
            let (name, value) = self
                .scope
                .assignment(self.index, assignment, &Expr::result());
            self.scope
                .edit(self.index, |state| state.assign(name, value));
        }
        self
    }

    /// Assigns a variable a value computed from the state's input and result. Later states can read it.
    #[track_caller]
    pub fn assign<T: Payload>(
        self,
        variable: &Variable<T>,
        value: Expression<(In, Result), T>,
    ) -> Self {
        let input = Expr::tuple(vec![Expr::input(self.input), Expr::result()]);
        assign(self.scope, self.index, variable, value.tree, &input);
        self
    }

    /// Sets the output to a value computed from the state's input and result, instead of the result.
    #[track_caller]
    pub fn output<O>(self, output: Expression<(In, Result), O>) -> Open<'b, (In, Result), O, End> {
        let input = Expr::tuple(vec![Expr::input(self.input), Expr::result()]);
        let output = self.scope.over_in(self.index, output.tree, &input);
        Open::new(self.scope, self.index, input, output)
    }

    /// Goes to a state that takes the result.
    #[track_caller]
    pub fn next(self, to: impl To<(In, Result), Result>) {
        let input = Expr::tuple(vec![Expr::input(self.input), Expr::result()]);
        let edge = self.scope.edge(self.index, to.route(), &input);
        self.scope.edit(self.index, |state| state.next_along(edge));
        self.scope.close(self.index);
    }

    /// Ends the body with the result.
    pub fn end(self)
    where
        End: DeclaredOutput<Result>,
    {
        self.scope.edit(self.index, State::end);
        self.scope.close(self.index);
    }
}

/// Assigns a variable when a state ends.
#[track_caller]
fn assign<T: Payload>(
    scope: &BuilderScope,
    index: usize,
    variable: &Variable<T>,
    value: UntypedExpression,
    input: &Expr,
) {
    for (to, _) in variable.variables() {
        let value = AssignedValue::Tree(value.clone());
        let (name, value) = scope.assignment(index, Assignment { to, value }, input);
        scope.edit(index, |state| state.assign(name, value));
    }
}

impl<In: Payload, Result, Error: TaskError, End> Fallible<'_, In, Result, Error, End> {
    /// Sends each error of the task to a separate state. [`every!`](macro@crate::every) lists the errors; rustc checks
    /// that none is missing. Only catches of [`States`](super::States) may be added to it.
    #[track_caller]
    pub fn catch_every(self, every: EveryCatch<In, Error>) -> Self {
        let place = SourceLocation::caller();
        every.arms.into_iter().fold(self, |state, arm| {
            state.catch_route(arm.names, arm.caught, arm.to, place)
        })
    }

    /// Sets the timeout of the task, in seconds.
    #[track_caller]
    pub fn timeout(self, seconds: impl SecondsOf<In>) -> Self {
        let seconds = self.over_input(seconds.seconds());
        self.edit(|state| state.timeout(seconds))
    }

    /// Sets the longest time between two heartbeats, in seconds.
    #[track_caller]
    pub fn heartbeat(self, seconds: impl SecondsOf<In>) -> Self {
        let seconds = self.over_input(seconds.seconds());
        self.edit(|state| state.heartbeat(seconds))
    }

    /// Sets the ARN of the role that the call assumes.
    #[track_caller]
    pub fn credentials(self, role: Expression<In, String>) -> Self {
        let role = self.over_input(role.tree);
        self.edit(|state| state.credentials(role))
    }

    /// Sets the type of a task token's output or of a service's result, where the next state does not determine it.
    pub fn answered_with<T>(self) -> Self
    where
        T: DeclaredOutput<Result>,
    {
        self
    }
}

impl<In: Payload, Result, End> Fallible<'_, In, Result, InMap, End> {
    /// Sets how many items may run at the same time; 0 means no limit.
    #[track_caller]
    pub fn max_concurrency(self, limit: impl CountOf<In>) -> Self {
        let limit = self.over_input(limit.count());
        self.edit(|state| state.max_concurrency(limit))
    }

    /// Writes the body as `Iterator`, its old name, without a `ProcessorConfig`.
    pub fn iterator(self) -> Self {
        self.edit(State::iterator)
    }
}

impl<In, Result, Error, End> fmt::Debug for Fallible<'_, In, Result, Error, End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fallible").field(&self.index).finish()
    }
}

/// A state without a transition yet whose output is an `Out`. Its body ends with an `End`; values that it assigns are computed from a `From`.
#[must_use = "a state without a transition goes nowhere: call `.next(&state)` or `.end()`"]
pub struct Open<'b, From, Out, End> {
    scope: &'b BuilderScope,
    index: usize,
    from: Expr,
    output: Expr,
    types: PhantomData<fn(From) -> (Out, End)>,
}

impl<'b, From, Out, End> Open<'b, From, Out, End> {
    pub(super) fn new(scope: &'b BuilderScope, index: usize, from: Expr, output: Expr) -> Self {
        Open {
            scope,
            index,
            from,
            output,
            types: PhantomData,
        }
    }

    fn edit(self, change: impl FnOnce(State) -> State) -> Self {
        self.scope.edit(self.index, change);
        self
    }

    /// `Comment`.
    pub fn comment(self, text: impl Into<Text>) -> Self {
        self.edit(|state| state.comment(text))
    }

    /// Sets a field verbatim. It replaces the field that the builder would write.
    pub fn raw(self, field: impl Into<Text>, value: impl Into<serde_json::Value>) -> Self {
        let value = Expr::literal(value.into());
        self.edit(|state| state.raw(field, value))
    }

    /// Omits a field that the builder would write.
    pub fn without(self, field: impl Into<Text>) -> Self {
        self.edit(|state| state.raw(field, Expr::none()))
    }

    /// Sets the query language of this state's expressions.
    pub fn query_language(self, language: QueryLanguage) -> Self {
        self.edit(|state| state.query_language(language))
    }

    /// Assigns a variable when the state ends: the value is computed from the same data as the state's output. Later states can
    /// read it.
    #[track_caller]
    pub fn assign<T: Payload>(self, variable: &Variable<T>, value: Expression<From, T>) -> Self {
        assign(self.scope, self.index, variable, value.tree, &self.from);
        self
    }

    /// Goes to a state that takes the output.
    #[track_caller]
    pub fn next(self, to: impl To<From, Out>) {
        let edge = self.scope.edge(self.index, to.route(), &self.from);
        self.scope.edit(self.index, |state| {
            if hands_on_by_itself(&state, &self.output) {
                state.next_along(edge)
            } else {
                state.output(self.output).next_along(edge)
            }
        });
        self.scope.close(self.index);
    }

    /// Ends the body with the output.
    pub fn end(self)
    where
        End: DeclaredOutput<Out>,
    {
        self.scope
            .edit(self.index, |state| state.end_with(self.output));
        self.scope.close(self.index);
    }
}

/// Whether `output` is the default of a state without work: its input.
fn hands_on_by_itself(state: &State, output: &Expr) -> bool {
    !state.has_result() && matches!(&*output.node, ExprNode::Input(_))
}

impl<From, Out, End> fmt::Debug for Open<'_, From, Out, End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Open").field(&self.index).finish()
    }
}
