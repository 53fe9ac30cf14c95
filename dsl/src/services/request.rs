//! A call of a service, before it is added to a state.

use super::action::{Action, HasSync, HasTaskToken};
use super::argument::Argument;
use crate::Payload;
use crate::builder::{Body, Expression, Fallible, StateHandle};
use crate::expr::{Expr, Text};
use crate::flow::{AnswerType, Call, State};
use crate::sealed::Sealed;
use crate::task::NoError;
use std::fmt;
use std::marker::PhantomData;

/// The arguments of a call, by their names.
pub(crate) type RequestArguments<From> = Vec<(&'static str, Expression<From, serde_json::Value>)>;

/// A call of an action, with arguments computed from a `From`.
/// [`Body::call`](crate::builder::Body::call) adds it to a state.
#[must_use = "a request is made by a state: `flow.call(&state, request)`"]
pub struct Request<A, From, Answer = <A as Action>::Answer> {
    suffix: &'static str,
    arguments: RequestArguments<From>,
    types: PhantomData<fn() -> (A, Answer)>,
}

impl<A: Action, From> Request<A, From> {
    pub(crate) fn new() -> Self {
        Request {
            suffix: "",
            arguments: Vec::new(),
            types: PhantomData,
        }
    }
}

impl<A, From, Answer> Request<A, From, Answer> {
    /// Sets a parameter by its name in the service's API, if it has no method here because AWS
    /// added it later. The last value of a name is used.
    pub fn with<Kind>(mut self, name: &'static str, value: impl Argument<From, Kind>) -> Self {
        self.arguments.retain(|(known, _)| *known != name);
        self.arguments.push((name, value.argument()));
        self
    }

    /// Returns the same request with another pattern and result type.
    pub(super) fn giving<Other>(self, suffix: &'static str) -> Request<A, From, Other> {
        Request {
            suffix,
            arguments: self.arguments,
            types: PhantomData,
        }
    }
}

impl<A: HasSync, From> Request<A, From> {
    /// Waits for the end of the job: `.sync`. The state's output is the finished job; a failed job
    /// fails the state.
    pub fn sync(self) -> Request<A, From, A::Job> {
        self.giving(".sync")
    }
}

impl<A: HasTaskToken, Input> Request<A, (Input, String)> {
    /// Waits until the task token is completed: `.waitForTaskToken`. The arguments are computed
    /// from the state's input and the token; the state's output is the token's output.
    ///
    /// ```
    /// use stepwright::expr;
    /// use stepwright::services::{placeholder, sqs};
    ///
    /// let body = expr!(|order: String, token: String| (order, token));
    /// let _request = sqs::send_message(placeholder("QueueUrl"), body).wait_for_task_token::<bool>();
    /// ```
    pub fn wait_for_task_token<Answer: Payload>(self) -> TokenRequest<A, Input, Answer> {
        TokenRequest(self.giving(""))
    }
}

/// A request that waits until a task token is completed.
#[must_use = "a request is made by a state: `flow.call(&state, request)`"]
pub struct TokenRequest<A, Input, Answer>(Request<A, (Input, String), Answer>);

/// A call of a state: a [`Request`], or a request that waits for a task token.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request for a state that takes a `{Input}`",
    label = "built for a different input",
    note = "the arguments are expressions over the state's input, `expr!(|input: {Input}| ..)`; those of `(input, token)` need `.wait_for_task_token()`"
)]
pub trait Calls<Input>: Sealed {
    /// The result of the state.
    type Answer: Payload;
    /// The input of the arguments' expressions.
    #[doc(hidden)]
    type From;
    /// The action that is called.
    #[doc(hidden)]
    type Action: Action + 'static;

    /// Whether the arguments also read a token; the resource; the arguments.
    #[doc(hidden)]
    fn parts(self) -> (bool, String, RequestArguments<Self::From>);
}

impl<A, From, Answer> Sealed for Request<A, From, Answer> {}
impl<A, Input, Answer> Sealed for TokenRequest<A, Input, Answer> {}

impl<A: Action + 'static, Input, Answer: Payload> Calls<Input> for Request<A, Input, Answer> {
    type Answer = Answer;
    type From = Input;
    type Action = A;

    fn parts(self) -> (bool, String, RequestArguments<Input>) {
        (false, resource::<A>(self.suffix), self.arguments)
    }
}

impl<A: Action + 'static, Input, Answer: Payload> Calls<Input> for TokenRequest<A, Input, Answer> {
    type Answer = Answer;
    type From = (Input, String);
    type Action = A;

    fn parts(self) -> (bool, String, RequestArguments<(Input, String)>) {
        (true, resource::<A>(""), self.0.arguments)
    }
}

fn resource<A: Action>(suffix: &str) -> String {
    format!("arn:aws:states:::{}{suffix}", A::RESOURCE)
}

/// Builds the call of a state.
pub(crate) fn call<Answer: Payload>(
    waits: bool,
    resource: String,
    fields: Vec<(Text, crate::expr::Expr)>,
) -> Call {
    if waits {
        let answer = AnswerType::of::<Answer>();
        Call::service_with_task_token(resource, Some(fields), Some(answer))
    } else {
        Call::service(resource, Some(fields), Some(Answer::shape))
    }
}

impl<A: Action, From, Answer> fmt::Debug for Request<A, From, Answer> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.arguments.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("resource", &format_args!("{}{}", A::RESOURCE, self.suffix))
            .field("arguments", &names)
            .finish()
    }
}

impl<A: Action, Input, Answer> fmt::Debug for TokenRequest<A, Input, Answer> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenRequest").field(&self.0).finish()
    }
}

impl<In: Payload, Out> Body<In, Out> {
    /// Adds a Task state that sends a request of [`services`](crate::services), with arguments
    /// computed from the state's input.
    #[track_caller]
    pub fn call<T: Payload, C: Calls<T>>(
        &self,
        state: &StateHandle<T>,
        request: C,
    ) -> Fallible<'_, T, C::Answer, NoError, Out> {
        let (waits, resource, arguments) = request.parts();
        let input = if waits {
            Expr::tuple(vec![Expr::input(T::shape), Expr::task_token()])
        } else {
            Expr::input(T::shape)
        };
        let fields = self.fields(state, arguments, &input);
        let call = call::<C::Answer>(waits, resource, fields);
        self.fallible(state, |name| State::task(name, call))
    }
}
