//! States that do not go anywhere yet.

use super::errors::{ErrorsOf, InMap};
use super::expression::Expression;
use super::handle::Handle;
use super::retry::Retry;
use super::scope::Scope;
use super::values::{EndsWith, SecondsOf};
use crate::expr::{Expr, Node, Text};
use crate::flow::{self, Edge, State};
use crate::shape::{Payload, Shape};
use crate::task::TaskError;
use std::fmt;
use std::marker::PhantomData;

type Types<In, Result, Error, End> = PhantomData<fn(In) -> (Result, Error, End)>;

/// A task, parallel or map that goes nowhere yet: it takes an `In`, its work gives a `Result` or fails with an `Error`, and
/// its body ends with an `End`.
#[must_use = "a state without a transition goes nowhere: call `.next(&state)` or `.end()`"]
pub struct Fallible<'b, In, Result, Error, End> {
    scope: &'b Scope,
    index: usize,
    input: fn() -> Shape,
    types: Types<In, Result, Error, End>,
}

impl<'b, In, Result, Error, End> Fallible<'b, In, Result, Error, End> {
    pub(super) fn new(scope: &'b Scope, index: usize, input: fn() -> Shape) -> Self {
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

    /// The same state, whose work gives something else.
    pub(super) fn giving<Other>(self) -> Fallible<'b, In, Other, Error, End> {
        Fallible::new(self.scope, self.index, self.input)
    }

    /// A field as it stands in ASL. It wins over what the state would write.
    pub fn raw(self, field: impl Into<Text>, value: impl Into<serde_json::Value>) -> Self {
        let value = Expr::literal(value.into());
        self.edit(|state| state.raw(field, value))
    }

    /// Leaves a field out that the state would write.
    pub fn without(self, field: impl Into<Text>) -> Self {
        self.edit(|state| state.raw(field, Expr::none()))
    }

    /// Tries again after these errors, before any catch.
    pub fn retry<E: ErrorsOf<Error>>(self, retry: Retry<E>) -> Self {
        self.edit(|state| state.retry(retry.into_flow::<Error>()))
    }

    /// On these errors goes to a state that takes what they carry: an [`ErrorOutput`](crate::ErrorOutput), or the fields
    /// that [`errors!`](macro@crate::errors) names.
    #[track_caller]
    pub fn catch<E: ErrorsOf<Error>>(self, errors: E, to: &Handle<E::Caught>) -> Self {
        // What ASL hands on by itself is not written.
        let output = match &*errors.caught().node {
            Node::ErrorOutput => None,
            _ => Some(errors.caught()),
        };
        self.catch_edge(errors.names(), to, output)
    }

    /// On these errors goes to another state with a value made of this state's input and of what the errors carry.
    #[track_caller]
    pub fn catch_with<E: ErrorsOf<Error>, O>(
        self,
        errors: E,
        to: &Handle<O>,
        output: Expression<(In, E::Caught), O>,
    ) -> Self {
        let input = Expr::tuple(vec![Expr::input(self.input), errors.caught()]);
        self.catch_edge(errors.names(), to, Some(output.over(&input)))
    }

    #[track_caller]
    fn catch_edge<O>(self, errors: Vec<Text>, to: &Handle<O>, output: Option<Expr>) -> Self {
        let target = self.scope.target(self.index, to);
        let mut catch = flow::Catch::on(errors, Edge::to(target));
        if let Some(output) = output {
            catch = catch.output(output);
        }
        self.edit(|state| state.catch(catch))
    }

    /// Hands on a value made of the state's input and its result, instead of the result.
    pub fn output<O>(self, output: Expression<(In, Result), O>) -> Open<'b, O, End> {
        let input = Expr::tuple(vec![Expr::input(self.input), Expr::result()]);
        Open::new(self.scope, self.index, output.over(&input))
    }

    /// Goes to a state that takes the result.
    #[track_caller]
    pub fn next(self, to: &Handle<Result>) {
        let target = self.scope.target(self.index, to);
        self.scope.edit(self.index, |state| state.next(target));
        self.scope.close(self.index);
    }

    /// Ends the body with the result.
    pub fn end(self)
    where
        End: EndsWith<Result>,
    {
        self.scope.edit(self.index, State::end);
        self.scope.close(self.index);
    }
}

impl<In: Payload, Result, Error: TaskError, End> Fallible<'_, In, Result, Error, End> {
    /// The longest time that the task may take, in seconds.
    pub fn timeout(self, seconds: impl SecondsOf<In>) -> Self {
        let seconds = seconds.seconds(&Expr::input(self.input));
        self.edit(|state| state.timeout(seconds))
    }

    /// The longest time between two heartbeats, in seconds.
    pub fn heartbeat(self, seconds: impl SecondsOf<In>) -> Self {
        let seconds = seconds.seconds(&Expr::input(self.input));
        self.edit(|state| state.heartbeat(seconds))
    }

    /// The role that the call is made with, by its ARN.
    pub fn credentials(self, role: Expression<In, String>) -> Self {
        let role = role.over(&Expr::input(self.input));
        self.edit(|state| state.credentials(role))
    }

    /// Says what the answer to a task token, or of a service, is, where the next state does not.
    pub fn answered_with<T>(self) -> Self
    where
        T: EndsWith<Result>,
    {
        self
    }
}

impl<In: Payload, Result, End> Fallible<'_, In, Result, InMap, End> {
    /// How many items run at the same time at most.
    pub fn max_concurrency(self, limit: u32) -> Self {
        self.edit(|state| state.max_concurrency(Expr::literal(limit)))
    }
}

impl<In, Result, Error, End> fmt::Debug for Fallible<'_, In, Result, Error, End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fallible").field(&self.index).finish()
    }
}

/// A state that hands on an `Out` and goes nowhere yet; its body ends with an `End`.
#[must_use = "a state without a transition goes nowhere: call `.next(&state)` or `.end()`"]
pub struct Open<'b, Out, End> {
    scope: &'b Scope,
    index: usize,
    output: Expr,
    types: PhantomData<fn() -> (Out, End)>,
}

impl<'b, Out, End> Open<'b, Out, End> {
    pub(super) fn new(scope: &'b Scope, index: usize, output: Expr) -> Self {
        Open {
            scope,
            index,
            output,
            types: PhantomData,
        }
    }

    /// `Comment`.
    pub fn comment(self, text: impl Into<Text>) -> Self {
        self.scope.edit(self.index, |state| state.comment(text));
        self
    }

    /// A field as it stands in ASL. It wins over what the state would write.
    pub fn raw(self, field: impl Into<Text>, value: impl Into<serde_json::Value>) -> Self {
        let value = Expr::literal(value.into());
        self.scope.edit(self.index, |state| state.raw(field, value));
        self
    }

    /// Leaves a field out that the state would write.
    pub fn without(self, field: impl Into<Text>) -> Self {
        self.scope
            .edit(self.index, |state| state.raw(field, Expr::none()));
        self
    }

    /// Goes to a state that takes the output.
    #[track_caller]
    pub fn next(self, to: &Handle<Out>) {
        let target = self.scope.target(self.index, to);
        self.scope.edit(self.index, |state| {
            if hands_on_by_itself(&state, &self.output) {
                state.next(target)
            } else {
                state.output(self.output).next(target)
            }
        });
        self.scope.close(self.index);
    }

    /// Ends the body with the output.
    pub fn end(self)
    where
        End: EndsWith<Out>,
    {
        self.scope
            .edit(self.index, |state| state.end_with(self.output));
        self.scope.close(self.index);
    }
}

/// A state without work hands on its input by itself.
fn hands_on_by_itself(state: &State, output: &Expr) -> bool {
    !state.has_result() && matches!(&*output.node, Node::Input(_))
}

impl<Out, End> fmt::Debug for Open<'_, Out, End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Open").field(&self.index).finish()
    }
}
