//! The states of a workflow, of a branch or of a map's body.

use super::branches::Branches;
use super::choice::Choice;
use super::errors::{InMap, InParallel};
use super::expression::Expression;
use super::handle::Handle;
use super::open::{Fallible, Open};
use super::scope::Scope;
use super::values::{SecondsOf, Takes, TextOf};
use crate::expr::{Expr, Text};
use crate::flow::{self, Call, State, Wait};
use crate::shape::Payload;
use crate::task::{NoError, Task};
use crate::type_block::Timestamp;
use crate::workflow::Workflow;
use std::fmt;
use std::marker::PhantomData;

/// States that begin with an `In` and end with an `Out`.
///
/// A branch of a parallel and the body of a map are made with [`Body::new`]; a [`FlowBuilder`](super::FlowBuilder) is one
/// for the whole workflow. Each state is declared, which gives a [`Handle`], and defined, once, by a method that is named
/// like its kind in ASL.
pub struct Body<In, Out> {
    pub(super) scope: Scope,
    types: PhantomData<fn(In) -> Out>,
}

impl<In: Payload, Out> Default for Body<In, Out> {
    fn default() -> Self {
        Body::new()
    }
}

impl<In, Out> fmt::Debug for Body<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body").field(&self.scope).finish()
    }
}

impl<In: Payload, Out> Body<In, Out> {
    /// A body without states.
    #[must_use]
    pub fn new() -> Self {
        Body {
            scope: Scope::new(),
            types: PhantomData,
        }
    }

    /// Gives a state its name and the type that it takes. It is defined later, once.
    #[track_caller]
    pub fn declare<T: Payload>(&self, name: impl Into<String>) -> Handle<T> {
        self.scope.declare(name.into())
    }

    /// `StartAt`.
    #[track_caller]
    pub fn start_at(&self, state: &Handle<In>) {
        self.scope.start_at(state);
    }

    #[track_caller]
    fn define<T>(&self, state: &Handle<T>, make: impl FnOnce(String) -> State) -> usize {
        let made = make(state.name().to_owned());
        self.scope.define(state, made, false)
    }

    #[track_caller]
    fn fallible<T: Payload, R, E>(
        &self,
        state: &Handle<T>,
        make: impl FnOnce(String) -> State,
    ) -> Fallible<'_, T, R, E, Out> {
        let index = self.define(state, make);
        Fallible::new(&self.scope, index, T::shape)
    }

    /// A Task state that calls a task with the state's input.
    ///
    /// A task with several parameters takes a tuple of them; one without takes `()`. The state hands on what the task
    /// gives.
    #[track_caller]
    pub fn task<T: Payload, F: Task + Takes<T>>(
        &self,
        state: &Handle<T>,
        _task: F,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        self.call::<T, F>(state, Expr::input(T::shape))
    }

    /// A Task state that calls a task with arguments made of the state's input.
    #[track_caller]
    pub fn task_with<T: Payload, F: Task>(
        &self,
        state: &Handle<T>,
        _task: F,
        arguments: Expression<T, F::Arguments>,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        self.call::<T, F>(state, arguments.over(&Expr::input(T::shape)))
    }

    #[track_caller]
    fn call<T: Payload, F: Task>(
        &self,
        state: &Handle<T>,
        arguments: Expr,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        self.scope.bind_task::<F>();
        self.fallible(state, |name| {
            State::task(name, Call::task::<F>(positional::<F>(arguments)))
        })
    }

    /// A Task state that calls a task with a token, and waits until somebody answers it: `.waitForTaskToken`.
    ///
    /// The expression makes the arguments of the state's input and the token. What the answer is, the next state says,
    /// or [`answered_with`](Fallible::answered_with).
    #[track_caller]
    pub fn wait_for_task_token<T: Payload, F: Task, Answer: Payload>(
        &self,
        state: &Handle<T>,
        _task: F,
        arguments: Expression<(T, String), F::Arguments>,
    ) -> Fallible<'_, T, Answer, F::Error, Out> {
        self.scope.bind_task::<F>();
        let input = Expr::tuple(vec![Expr::input(T::shape), Expr::task_token()]);
        let arguments = positional::<F>(arguments.over(&input));
        self.fallible(state, |name| {
            State::task(
                name,
                Call::wait_for_task_token::<F>(arguments, Answer::shape),
            )
        })
    }

    /// A Task state that runs another workflow with the state's input and waits for its output.
    #[track_caller]
    pub fn workflow<W: Workflow>(
        &self,
        state: &Handle<W::Input>,
        workflow: W,
    ) -> Fallible<'_, W::Input, W::Output, NoError, Out> {
        self.nested(state, workflow, Expr::input(W::Input::shape))
    }

    /// A Task state that runs another workflow with an input made of the state's and waits for its output.
    #[track_caller]
    pub fn workflow_with<T: Payload, W: Workflow>(
        &self,
        state: &Handle<T>,
        workflow: W,
        input: Expression<T, W::Input>,
    ) -> Fallible<'_, T, W::Output, NoError, Out> {
        self.nested(state, workflow, input.over(&Expr::input(T::shape)))
    }

    #[track_caller]
    fn nested<T: Payload, W: Workflow>(
        &self,
        state: &Handle<T>,
        _workflow: W,
        input: Expr,
    ) -> Fallible<'_, T, W::Output, NoError, Out> {
        self.scope.bind_workflow::<W>();
        self.fallible(state, |name| State::task(name, Call::workflow::<W>(input)))
    }

    /// A Task state that starts another workflow with the state's input and goes on. It hands on
    /// `{"ExecutionArn", "StartDate"}`.
    #[track_caller]
    pub fn start_workflow<W: Workflow>(
        &self,
        state: &Handle<W::Input>,
        _workflow: W,
    ) -> Fallible<'_, W::Input, serde_json::Value, NoError, Out> {
        self.scope.bind_workflow::<W>();
        let input = Expr::input(W::Input::shape);
        self.fallible(state, |name| {
            State::task(name, Call::start_workflow::<W>(input))
        })
    }

    /// A Task state that calls a service integration by its resource, pattern suffix included. The arguments are an
    /// object of the state's input: `{"QueueUrl", "MessageBody"}`, say. What the service gives, the next state says.
    #[track_caller]
    pub fn service<T: Payload, Answer: Payload>(
        &self,
        state: &Handle<T>,
        resource: impl Into<Text>,
        arguments: Vec<(&'static str, Expression<T, serde_json::Value>)>,
    ) -> Fallible<'_, T, Answer, NoError, Out> {
        let input = Expr::input(T::shape);
        let fields = arguments
            .into_iter()
            .map(|(key, value)| (key.into(), value.over(&input)))
            .collect();
        let resource = resource.into();
        self.fallible(state, |name| {
            State::task(
                name,
                Call::service(resource, Some(fields), Some(Answer::shape)),
            )
        })
    }

    /// A Pass state that makes its output of its input.
    #[track_caller]
    pub fn pass<T: Payload, O>(
        &self,
        state: &Handle<T>,
        output: Expression<T, O>,
    ) -> Open<'_, O, Out> {
        let output = output.over(&Expr::input(T::shape));
        let index = self.define(state, State::pass);
        Open::new(&self.scope, index, output)
    }

    /// A Wait state: seconds as a number, or `expr!` over the state's input, which it hands on.
    #[track_caller]
    pub fn wait<T: Payload>(
        &self,
        state: &Handle<T>,
        seconds: impl SecondsOf<T>,
    ) -> Open<'_, T, Out> {
        let input = Expr::input(T::shape);
        let wait = Wait::seconds(seconds.seconds(&input));
        let index = self.define(state, |name| State::wait(name, wait));
        Open::new(&self.scope, index, input)
    }

    /// A Wait state that waits until a time, and hands on its input.
    #[track_caller]
    pub fn wait_until<T: Payload, At: Timestamp>(
        &self,
        state: &Handle<T>,
        time: Expression<T, At>,
    ) -> Open<'_, T, Out> {
        let input = Expr::input(T::shape);
        let wait = Wait::timestamp(time.over(&input));
        let index = self.define(state, |name| State::wait(name, wait));
        Open::new(&self.scope, index, input)
    }

    /// A Choice state. All of its targets get the state's input.
    #[track_caller]
    pub fn choice<T: Payload>(&self, state: &Handle<T>) -> Choice<'_, T> {
        let made = State::choice(state.name().to_owned());
        let index = self.scope.define(state, made, true);
        Choice::new(&self.scope, index)
    }

    /// A Succeed state that ends the body with its input.
    #[track_caller]
    pub fn succeed(&self, state: &Handle<Out>) {
        let index = self.define(state, State::succeed);
        self.scope.close(index);
    }

    /// A Succeed state that ends the body with a value made of its input.
    #[track_caller]
    pub fn succeed_with<T: Payload>(&self, state: &Handle<T>, output: Expression<T, Out>) {
        let output = output.over(&Expr::input(T::shape));
        let index = self.define(state, |name| State::succeed(name).end_with(output));
        self.scope.close(index);
    }

    /// A Fail state: its error and its cause are texts, expressions over its input, or `()` for none.
    #[track_caller]
    pub fn fail<T: Payload>(
        &self,
        state: &Handle<T>,
        error: impl TextOf<T>,
        cause: impl TextOf<T>,
    ) {
        let input = Expr::input(T::shape);
        let (error, cause) = (error.text(&input), cause.text(&input));
        let index = self.define(state, |name| {
            let mut made = State::fail(name);
            if let Some(error) = error {
                made = made.error(error);
            }
            if let Some(cause) = cause {
                made = made.cause(cause);
            }
            made
        });
        self.scope.close(index);
    }

    /// A Parallel state: each branch gets the state's input, and the state hands on a tuple of what they end with. As
    /// many branches of one type as a `Vec` holds give a `Vec`.
    #[track_caller]
    pub fn parallel<T: Payload, B: Branches<T>>(
        &self,
        state: &Handle<T>,
        branches: B,
    ) -> Fallible<'_, T, B::Outputs, InParallel, Out> {
        let bodies = branches.bodies();
        let made = bodies
            .iter()
            .map(Scope::to_lower)
            .map(flow::Body::new)
            .collect();
        self.scope.inner.borrow_mut().extend(bodies);
        self.fallible(state, |name| State::parallel(name, made))
    }

    /// A Map state: the body runs for each item of the list that the expression takes from the state's input, and the
    /// state hands on a list of what the body ends with.
    #[track_caller]
    pub fn map<T: Payload, Item: Payload, O>(
        &self,
        state: &Handle<T>,
        items: Expression<T, Vec<Item>>,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let items = items.over(&Expr::input(T::shape));
        self.run_map(state, flow::Map::over(items, "item"), body)
    }

    /// A Map state that runs a body.
    #[track_caller]
    pub(super) fn run_map<T: Payload, Item, O, R>(
        &self,
        state: &Handle<T>,
        map: flow::Map,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, R, InMap, Out> {
        let made = flow::Body::new(body.scope.to_lower());
        self.scope.inner.borrow_mut().push(body.scope);
        self.fallible(state, |name| State::map(name, map.body(made)))
    }
}

/// The arguments of a task, one for each parameter: a tuple is taken apart.
fn positional<F: Task>(arguments: Expr) -> Vec<Expr> {
    match F::PARAMETERS.len() {
        0 => Vec::new(),
        1 => vec![arguments],
        several => (0..several)
            .map(|index| arguments.clone().taken_apart(index))
            .collect(),
    }
}
