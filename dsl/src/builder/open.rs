//! States that have no transition yet.

use super::assignment::{AssignedValue, Assignment, last};
use super::errors::{ErrorSet, ErrorsOf, InMap};
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
use std::marker::PhantomData;
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::setters;

type Types<In, Result, Error, End> = PhantomData<fn(In) -> (Result, Error, End)>;

/// Defines the options of states of every type that has a transition.
macro_rules! shared_options {
    () => {
        pub(super) fn edit(&self, change: impl FnOnce(State) -> State) {
            self.scope.edit(self.index, change);
        }

        setters! { self:
            /// `Comment`.
            comment(text: impl Into<Text>) => self.edit(|state| state.comment(text));
            /// Sets a field verbatim. It replaces the field that the builder would write.
            raw(field: impl Into<Text>, value: impl Into<serde_json::Value>) => {
                let value = Expr::literal(value.into());
                self.edit(|state| state.raw(field, value));
            };
            /// Omits a field that the builder would write.
            without(field: impl Into<Text>) => self.edit(|state| state.raw(field, Expr::none()));
            /// Sets the query language of this state's expressions.
            query_language(language: QueryLanguage) => {
                self.edit(|state| state.query_language(language));
            };
        }
    };
}

/// A Task, Parallel or Map state without a transition yet: it takes an `In`, its work returns a
/// `Result` or fails with an `Error`, and its body ends with an `End`.
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

    shared_options!();

    /// Sets an option to the value of an expression over the state's input.
    #[track_caller]
    pub(super) fn set(&self, tree: UntypedExpression, option: impl FnOnce(State, Expr) -> State) {
        let value = self.apply_at(tree, SourceLocation::caller());
        self.edit(|state| option(state, value));
    }

    pub(super) fn apply_at(&self, tree: UntypedExpression, place: SourceLocation) -> Expr {
        let input = Expr::input(self.input);
        self.scope.over_in_at(self.index, tree, &input, place)
    }

    /// Returns the same state with another result type.
    pub(super) fn giving<Other>(self) -> Fallible<'b, In, Other, Error, End> {
        Fallible::new(self.scope, self.index, self.input)
    }

    /// Retries these errors, before any catch applies.
    #[track_caller]
    pub fn retry<E: ErrorsOf<Error>>(self, retry: Retry<E>) -> Self {
        let retry = flow::Retry {
            place: Some(SourceLocation::caller()),
            ..retry.into_flow::<Error>(|message| self.scope.mistake_in(self.index, message))
        };
        self.edit(|state| state.retry(retry));
        self
    }

    /// On these errors, goes to a state that takes the error's data: an
    /// [`ErrorOutput`](crate::ErrorOutput), or the fields that [`errors!`](macro@crate::errors)
    /// names. A [`StepHandle`](super::StepHandle) gets the error itself, which is ASL's default.
    #[track_caller]
    pub fn catch<E: ErrorsOf<Error>>(
        self,
        errors: E,
        to: impl To<(In, E::Caught), E::Caught>,
    ) -> Self {
        let errors = self.set_of(&errors);
        self.catch_route(errors, to.route(), SourceLocation::caller())
    }

    fn catch_route(self, errors: ErrorSet, to: Route, place: SourceLocation) -> Self {
        let output = errors.output(&to);
        self.catch_edge(errors, to, output, place)
    }

    /// On these errors, goes to a state with a value computed from this state's input and the
    /// error's data.
    #[track_caller]
    pub fn catch_with<E: ErrorsOf<Error>, O>(
        self,
        errors: E,
        to: impl To<(In, E::Caught), O>,
        output: Expression<(In, E::Caught), O>,
    ) -> Self {
        let errors = self.set_of(&errors);
        let input = Expr::tuple(vec![Expr::input(self.input), errors.caught.clone()]);
        let output = self.scope.over_in(self.index, output.tree, &input);
        self.catch_edge(errors, to.route(), Some(output), SourceLocation::caller())
    }

    fn catch_edge(
        self,
        errors: ErrorSet,
        to: Route,
        output: Option<Expr>,
        place: SourceLocation,
    ) -> Self {
        let input = Expr::input(self.input);
        let catch = self
            .scope
            .catch(self.index, input, errors, to, output, place);
        self.edit(|state| state.catch(catch));
        self
    }

    /// Requires that every error is caught: `build` reports each error of the tasks inside that is
    /// not. For a task use [`catch_every`](Fallible::catch_every), which rustc checks.
    #[track_caller]
    pub fn exhaustive(self) -> Self {
        let place = SourceLocation::caller();
        self.edit(|state| state.exhaustive(place));
        self
    }

    /// Returns the errors without their types, and reports their faults.
    #[track_caller]
    fn set_of<E: ErrorsOf<Error>>(&self, errors: &E) -> ErrorSet {
        let mut set = errors.set();
        for message in set.mistakes.drain(..) {
            self.scope.mistake_in(self.index, message);
        }
        set
    }

    /// Assigns the result to a variable, or its fields to several: `let checked = ..`,
    /// `let (parcels, invoice) = ..`.
    #[track_caller]
    pub fn bind(self, variables: impl Variables<Result>) -> Self {
        for assignment in last(variables.variables(), false) {
            let (name, value) = self
                .scope
                .assignment(self.index, assignment, &Expr::result());
            self.edit(|state| state.assign(name, value));
        }
        self
    }

    /// Assigns a variable a value computed from the state's input and result. Later states can read
    /// it.
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

    /// Sets the output to a value computed from the state's input and result, instead of the
    /// result.
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
        self.edit(|state| state.next_along(edge));
        self.scope.close(self.index);
    }

    /// Ends the body with the result.
    pub fn end(self)
    where
        End: DeclaredOutput<Result>,
    {
        self.edit(State::end);
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
    /// Sends each error of the task to a separate state. [`every!`](macro@crate::every) lists the
    /// errors; rustc checks that none is missing. Only catches of [`States`](super::States) may be
    /// added to it.
    #[track_caller]
    pub fn catch_every(self, every: EveryCatch<In, Error>) -> Self {
        let place = SourceLocation::caller();
        let arms = every.arms.into_iter();
        arms.fold(self, |state, (errors, to)| {
            state.catch_route(errors, to, place)
        })
    }

    /// Sets the timeout of the task, in seconds.
    #[track_caller]
    pub fn timeout(self, seconds: impl SecondsOf<In>) -> Self {
        self.set(seconds.seconds(), State::timeout);
        self
    }

    setters! { self:
        /// Sets the longest time between two heartbeats, in seconds.
        #[track_caller]
        heartbeat(seconds: impl SecondsOf<In>) => self.set(seconds.seconds(), State::heartbeat);
        /// Sets the ARN of the role that the call assumes.
        #[track_caller]
        credentials(role: Expression<In, String>) => self.set(role.tree, State::credentials);
    }

    /// Sets the type of a task token's output or of a service's result, where the next state does
    /// not determine it.
    pub fn answered_with<T>(self) -> Self
    where
        T: DeclaredOutput<Result>,
    {
        self
    }
}

impl<In: Payload, Result, End> Fallible<'_, In, Result, InMap, End> {
    setters! { self:
        /// Sets how many items may run at the same time; 0 means no limit.
        #[track_caller]
        max_concurrency(limit: impl CountOf<In>) => self.set(limit.count(), State::max_concurrency);
        /// Writes the body as `Iterator`, its old name, without a `ProcessorConfig`.
        iterator() => self.edit(State::iterator);
    }
}

debug_with!([In, Result, Error, End] Fallible<'_, In, Result, Error, End>: index);

/// A state without a transition yet whose output is an `Out`. Its body ends with an `End`; values
/// that it assigns are computed from a `From`.
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

    shared_options!();

    /// Assigns a variable when the state ends: the value is computed from the same data as the
    /// state's output. Later states can read it.
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

debug_with!([From, Out, End] Open<'_, From, Out, End>: index);
