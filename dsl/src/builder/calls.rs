//! Task states that call tasks, workflows and services.

use super::body::Body;
use super::built::BuiltWorkflow;
use super::errors::InChild;
use super::expression::Expression;
use super::handle::StateHandle;
use super::open::Fallible;
use super::values::TaskWithInput;
use crate::expr::{Expr, Text};
use crate::flow::{AnswerType, Call, State};
use crate::shape::Payload;
use crate::task::{NoError, Task};
use crate::workflow::Workflow;

impl<In: Payload, Out> Body<In, Out> {
    /// Adds a Task state that calls a task with the state's input.
    ///
    /// A task with several parameters takes a tuple of them; a task without parameters takes `()`.
    /// The state's output is the task's result.
    #[track_caller]
    pub fn task<T: Payload, F: Task + TaskWithInput<T>>(
        &self,
        state: &StateHandle<T>,
        _task: F,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        self.task_of::<T, F>(state, Expr::input(T::shape))
    }

    /// Adds a Task state that calls a task with arguments computed from the state's input.
    #[track_caller]
    pub fn task_with<T: Payload, F: Task>(
        &self,
        state: &StateHandle<T>,
        _task: F,
        arguments: Expression<T, F::Arguments>,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        let arguments = self.apply(state, arguments.tree, &Expr::input(T::shape));
        self.task_of::<T, F>(state, arguments)
    }

    #[track_caller]
    fn task_of<T: Payload, F: Task>(
        &self,
        state: &StateHandle<T>,
        arguments: Expr,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        self.scope.bind_task::<F>();
        self.fallible(state, |name| {
            State::task(name, Call::task::<F>(positional::<F>(arguments)))
        })
    }

    /// Adds a Task state that calls a task with a task token, and waits until the token is
    /// completed: `.waitForTaskToken`.
    ///
    /// The expression computes the arguments from the state's input and the token. The input type
    /// of the next state, or [`answered_with`](Fallible::answered_with), sets the type of the
    /// token's output.
    #[track_caller]
    pub fn wait_for_task_token<T: Payload, F: Task, Answer: Payload>(
        &self,
        state: &StateHandle<T>,
        _task: F,
        arguments: Expression<(T, String), F::Arguments>,
    ) -> Fallible<'_, T, Answer, F::Error, Out> {
        self.scope.bind_task::<F>();
        let input = Expr::tuple(vec![Expr::input(T::shape), Expr::task_token()]);
        let arguments = positional::<F>(self.apply(state, arguments.tree, &input));
        self.fallible(state, |name| {
            State::task(
                name,
                Call::wait_for_task_token::<F>(arguments, AnswerType::of::<Answer>()),
            )
        })
    }

    /// Adds a Task state that runs another workflow with the state's input and waits for its
    /// output.
    #[track_caller]
    pub fn workflow<W: Workflow>(
        &self,
        state: &StateHandle<W::Input>,
        workflow: W,
    ) -> Fallible<'_, W::Input, W::Output, InChild, Out> {
        self.nested(state, workflow, Expr::input(W::Input::shape))
    }

    /// Adds a Task state that runs another workflow with an input computed from the state's input
    /// and waits for its output.
    #[track_caller]
    pub fn workflow_with<T: Payload, W: Workflow>(
        &self,
        state: &StateHandle<T>,
        workflow: W,
        input: Expression<T, W::Input>,
    ) -> Fallible<'_, T, W::Output, InChild, Out> {
        let input = self.apply(state, input.tree, &Expr::input(T::shape));
        self.nested(state, workflow, input)
    }

    #[track_caller]
    fn nested<T: Payload, W: Workflow>(
        &self,
        state: &StateHandle<T>,
        _workflow: W,
        input: Expr,
    ) -> Fallible<'_, T, W::Output, InChild, Out> {
        self.scope.bind_workflow::<W>();
        self.fallible(state, |name| State::task(name, Call::workflow::<W>(input)))
    }

    /// Adds a Task state that starts another workflow with the state's input and does not wait for
    /// it. Its output is `{"ExecutionArn", "StartDate"}`.
    #[track_caller]
    pub fn start_workflow<W: Workflow>(
        &self,
        state: &StateHandle<W::Input>,
        workflow: W,
    ) -> Fallible<'_, W::Input, serde_json::Value, NoError, Out> {
        let input = Expr::input(W::Input::shape);
        self.started(state, workflow, input)
    }

    /// Adds a Task state that starts another workflow with an input computed from the state's input
    /// and does not wait for it.
    #[track_caller]
    pub fn start_workflow_with<T: Payload, W: Workflow>(
        &self,
        state: &StateHandle<T>,
        workflow: W,
        input: Expression<T, W::Input>,
    ) -> Fallible<'_, T, serde_json::Value, NoError, Out> {
        let input = self.apply(state, input.tree, &Expr::input(T::shape));
        self.started(state, workflow, input)
    }

    #[track_caller]
    fn started<T: Payload, W: Workflow>(
        &self,
        state: &StateHandle<T>,
        _workflow: W,
        input: Expr,
    ) -> Fallible<'_, T, serde_json::Value, NoError, Out> {
        self.scope.bind_workflow::<W>();
        self.fallible(state, |name| {
            State::task(name, Call::start_workflow::<W>(input))
        })
    }

    /// Adds a Task state that runs a built workflow with the state's input and waits for its
    /// output.
    #[track_caller]
    pub fn built<I: Payload, O: Payload>(
        &self,
        state: &StateHandle<I>,
        workflow: &BuiltWorkflow<I, O>,
    ) -> Fallible<'_, I, O, InChild, Out> {
        self.nested_built(state, workflow, Expr::input(I::shape), true)
    }

    /// Adds a Task state that runs a built workflow with an input computed from the state's input
    /// and waits for its output.
    #[track_caller]
    pub fn built_with<T: Payload, I: Payload, O: Payload>(
        &self,
        state: &StateHandle<T>,
        workflow: &BuiltWorkflow<I, O>,
        input: Expression<T, I>,
    ) -> Fallible<'_, T, O, InChild, Out> {
        let input = self.apply(state, input.tree, &Expr::input(T::shape));
        self.nested_built(state, workflow, input, true)
    }

    /// Adds a Task state that starts a built workflow with an input computed from the state's input
    /// and does not wait for it. Its output is `{"ExecutionArn", "StartDate"}`.
    #[track_caller]
    pub fn start_built<T: Payload, I: Payload, O: Payload>(
        &self,
        state: &StateHandle<T>,
        workflow: &BuiltWorkflow<I, O>,
        input: Expression<T, I>,
    ) -> Fallible<'_, T, serde_json::Value, NoError, Out> {
        let input = self.apply(state, input.tree, &Expr::input(T::shape));
        self.nested_built(state, workflow, input, false)
    }

    #[track_caller]
    fn nested_built<T: Payload, I: Payload, O: Payload, R, Error>(
        &self,
        state: &StateHandle<T>,
        workflow: &BuiltWorkflow<I, O>,
        input: Expr,
        awaited: bool,
    ) -> Fallible<'_, T, R, Error, Out> {
        let child = workflow.as_child();
        self.scope
            .bind(move |bindings, _| bindings.built(child.clone()));
        let call = Call::machine(
            workflow.name().to_owned(),
            workflow.machine_type(),
            input,
            awaited.then_some(O::shape),
        );
        self.fallible(state, |name| State::task(name, call))
    }

    /// Adds a Task state that calls a service integration by its resource, pattern suffix included.
    /// The arguments are an object computed from the state's input: `{"QueueUrl", "MessageBody"}`,
    /// for example. Keys may be computed; [`Expression::object`] creates an object inside of it.
    /// The input type of the next state sets the type of the result.
    #[track_caller]
    pub fn service<T: Payload, Answer: Payload, K: Into<Text>>(
        &self,
        state: &StateHandle<T>,
        resource: impl Into<Text>,
        arguments: impl IntoIterator<Item = (K, Expression<T, serde_json::Value>)>,
    ) -> Fallible<'_, T, Answer, NoError, Out> {
        let input = Expr::input(T::shape);
        let fields = self.fields(state, arguments, &input);
        let call = Call::service(resource, Some(fields), Some(Answer::shape));
        self.fallible(state, |name| State::task(name, call))
    }

    /// Adds a Task state that calls a service integration with a task token, and waits until the
    /// token is completed: `.waitForTaskToken`, which is added to the resource. The arguments are
    /// computed from the state's input and the token.
    #[track_caller]
    pub fn wait_for_service<T: Payload, Answer: Payload, K: Into<Text>>(
        &self,
        state: &StateHandle<T>,
        resource: impl Into<Text>,
        arguments: impl IntoIterator<Item = (K, Expression<(T, String), serde_json::Value>)>,
    ) -> Fallible<'_, T, Answer, NoError, Out> {
        let input = Expr::tuple(vec![Expr::input(T::shape), Expr::task_token()]);
        let fields = self.fields(state, arguments, &input);
        let answer = AnswerType::of::<Answer>();
        let call = Call::service_with_task_token(resource, Some(fields), Some(answer));
        self.fallible(state, |name| State::task(name, call))
    }

    #[track_caller]
    pub(crate) fn fields<T, From, K: Into<Text>>(
        &self,
        state: &StateHandle<T>,
        arguments: impl IntoIterator<Item = (K, Expression<From, serde_json::Value>)>,
        input: &Expr,
    ) -> Vec<(Text, Expr)> {
        let mut fields = Vec::new();
        for (key, value) in arguments {
            fields.push((key.into(), self.apply(state, value.tree, input)));
        }
        fields
    }
}

/// The arguments of a task, one for each parameter: a tuple is split into its items.
fn positional<F: Task>(arguments: Expr) -> Vec<Expr> {
    match F::PARAMETERS.len() {
        0 => Vec::new(),
        1 => vec![arguments],
        several => (0..several)
            .map(|index| arguments.clone().taken_apart(index))
            .collect(),
    }
}
