//! The targets of calls in function workflows: tasks, fragments and other function workflows.

use super::failure::Failure;
use crate::expr::{Expr, ExpressionFunction, error_names};
use crate::flow::{AnswerType, Call, Fragment, State};
use crate::task::{
    Address, CallOutcome, Deploy, Handler, NoError, ParameterType, ReturnForm, Task, TaskBinder,
    TaskContext,
};
use crate::workflow::{Binder, Workflow};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::any::TypeId;
use std::future::Future;
use std::pin::Pin;
use stepwright_asl::model::MachineType;

/// A running function.
pub type Running<T> =
    Pin<Box<dyn Future<Output = Result<<T as CallOutcome>::Output, <T as CallOutcome>::Error>>>>;

/// A function that was started, or the reason why its arguments do not fit.
pub type Started<T> = Result<Running<T>, Failure>;

/// A task, a fragment or a function workflow. `#[task]`, `#[fragment]` and `#[workflow]` implement
/// it for the type with the function's name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a task",
    label = "a function workflow cannot call this",
    note = "put `#[task]` on the function, `#[fragment]` if its states are part of the caller, or `#[workflow]` if it is a workflow"
)]
pub trait Callable: CallOutcome + Sized {
    /// The types of the parameters: `()`, one type, or a tuple.
    type Arguments;
    /// Whether it is a task, a fragment, a workflow or a service.
    type Kind: CallableKind<Self>;
    /// The Rust name of the function.
    const FUNCTION: &'static str;
    /// The length of the longest state name, in characters; 0 if its call is one state.
    const LONGEST: usize = <Self::Kind as CallableKind<Self>>::LONGEST;
    /// The reason why an Express execution cannot run the states of its call, if there is one.
    const STANDARD: Option<&'static str> = <Self::Kind as CallableKind<Self>>::STANDARD;

    /// Runs the function with its arguments as JSON, in order; `None` if it is implemented
    /// elsewhere.
    fn run(context: TaskContext, arguments: Vec<Value>) -> Option<Started<Self>>;

    /// The type that identifies its mock.
    fn mock_key() -> TypeId {
        TypeId::of::<Self>()
    }

    /// The state of a call.
    fn state(name: &'static str, arguments: Vec<Expr>) -> State {
        <Self::Kind as CallableKind<Self>>::state(name, arguments)
    }

    /// The state of a call that waits for the task token among its arguments.
    fn waiting_state(name: &'static str, arguments: Vec<Expr>, answer: AnswerType) -> State {
        <Self::Kind as CallableKind<Self>>::waiting_state(name, arguments, answer)
    }

    /// Registers it with a runtime.
    fn bind_call<B: Binder>(binder: &mut B, deploy: Option<Deploy>) {
        <Self::Kind as CallableKind<Self>>::bind(binder, deploy);
    }
}

/// How a plain run runs a [`Callable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Execution {
    /// As a function of Rust, which may wait for something real.
    Handler,
    /// As the body of another function, whose failures are those of an execution.
    Nested,
    /// As a part of the caller.
    Inline,
}

/// The parts of a [`Callable`] that are the same for all tasks, for all fragments, and for all
/// function workflows.
pub trait CallableKind<T> {
    /// The deployed name.
    const NAME: &'static str;
    /// How a plain run runs it.
    const EXECUTION: Execution;
    /// [`Callable::LONGEST`].
    const LONGEST: usize = 0;
    /// [`Callable::STANDARD`].
    const STANDARD: Option<&'static str> = None;
    /// Whether it is deployed as a Lambda function, unless the workflow deploys it elsewhere.
    const IS_LAMBDA: bool;

    /// The state of a call.
    fn state(name: &'static str, arguments: Vec<Expr>) -> State;

    /// The state of a call that waits for the task token among its arguments.
    fn waiting_state(name: &'static str, arguments: Vec<Expr>, answer: AnswerType) -> State;

    /// Registers the target with a runtime.
    fn bind<B: Binder>(binder: &mut B, deploy: Option<Deploy>);
}

/// The kind of a task.
#[derive(Debug)]
pub enum TaskKind {}

/// The kind of a function workflow.
#[derive(Debug)]
pub enum WorkflowKind {}

/// The kind of a fragment.
#[derive(Debug)]
pub enum FragmentKind {}

/// The kind of a function with `#[expression]`, whose value needs no state.
#[derive(Debug)]
pub enum ExpressionKind {}

/// A function with `#[expression]` whose value a state computes. There is none.
#[diagnostic::on_unimplemented(
    message = "a function with `#[expression]` is called without `.await`",
    label = "no state computes this, because its code is part of the value",
    note = "write the call without `.await`: `let sum = total(&order);`"
)]
pub trait ComputedInAState {}

/// A function with `#[expression]` that a task state of `workflow!` calls. There is none.
#[diagnostic::on_unimplemented(
    message = "a function with `#[expression]` is called in a value",
    label = "a task state calls a task, and the code of this function is part of a value",
    note = "write the call where the value is: `let sum = total(order);` in a `pass` state, or `end total(order);`"
)]
pub trait CalledByAState {}

#[diagnostic::do_not_recommend]
impl<F: ExpressionFunction> CallOutcome for F {
    type Output = ();
    type Error = NoError;
}

/// rustc reports a function that is awaited by mistake at the call, and nothing about its state.
#[diagnostic::do_not_recommend]
impl<F: ExpressionFunction> Callable for F {
    type Arguments = ();
    type Kind = ExpressionKind;
    const FUNCTION: &'static str = "";

    fn run(_: TaskContext, _: Vec<Value>) -> Option<Started<Self>> {
        None
    }
}

/// rustc reports a function that a task state of `workflow!` calls at the call, and nothing more.
#[diagnostic::do_not_recommend]
impl<F: ExpressionFunction> Task for F {
    type Input = ();
    type Arguments = ();
    const NAME: &'static str = "";
    const FUNCTION: &'static str = "";
    const PARAMETERS: &'static [&'static str] = &[];
    const DEPLOY: Deploy = Deploy::Lambda;
    const SENDS_CONTEXT: bool = false;

    fn parameter_types() -> Vec<ParameterType> {
        Vec::new()
    }

    fn bind<B: TaskBinder>(_: &mut B, _: Address) {}
}

/// A kind of targets whose calls are Task states.
#[diagnostic::on_unimplemented(
    message = "the call of a fragment is no Task state",
    label = "the states of a fragment are states of the caller, which have no common timeout, heartbeat or task token",
    note = "set the option on the calls inside of the fragment, or make the function a `#[workflow]`, whose call has a timeout"
)]
pub trait IsTaskState {}

impl IsTaskState for TaskKind {}
impl IsTaskState for WorkflowKind {}

/// A kind of targets whose calls fail under the name of each error, so that a Retrier can select
/// errors.
#[diagnostic::on_unimplemented(
    message = "a call of a workflow is not repeated after some of its errors",
    label = "Step Functions fails this call with `States.TaskFailed` for every error of the execution",
    note = "write `.retry(|_| true, ..)`, or repeat the call in a loop with an arm for the error"
)]
pub trait SelectsErrors {}

impl SelectsErrors for TaskKind {}
impl SelectsErrors for FragmentKind {}

impl<T: Task> CallableKind<T> for TaskKind {
    const NAME: &'static str = T::NAME;
    const EXECUTION: Execution = Execution::Handler;
    const IS_LAMBDA: bool = matches!(
        T::DEPLOY,
        Deploy::Lambda | Deploy::LambdaArn | Deploy::FunctionName(_)
    );

    fn state(name: &'static str, arguments: Vec<Expr>) -> State {
        State::task(name, Call::task::<T>(arguments))
    }

    fn waiting_state(name: &'static str, arguments: Vec<Expr>, answer: AnswerType) -> State {
        State::task(name, Call::wait_for_task_token::<T>(arguments, answer))
    }

    fn bind<B: Binder>(binder: &mut B, deploy: Option<Deploy>) {
        T::bind(binder, Address::of::<T>(deploy));
    }
}

impl<F: ExpressionFunction> CallableKind<F> for ExpressionKind {
    const NAME: &'static str = "";
    const EXECUTION: Execution = Execution::Inline;
    const IS_LAMBDA: bool = false;

    fn state(name: &'static str, _arguments: Vec<Expr>) -> State {
        State::pass(name)
    }

    fn waiting_state(name: &'static str, arguments: Vec<Expr>, _answer: AnswerType) -> State {
        <F as Callable>::state(name, arguments)
    }

    fn bind<B: Binder>(_: &mut B, _: Option<Deploy>) {}
}

impl<W: Workflow + Callable> CallableKind<W> for WorkflowKind {
    const NAME: &'static str = W::NAME;
    const EXECUTION: Execution = Execution::Nested;
    const IS_LAMBDA: bool = false;

    fn state(name: &'static str, mut arguments: Vec<Expr>) -> State {
        let errors = error_names::<W::Error>().names;
        let input = arguments.pop();
        // A failed Express execution is a result of the call, which no Catcher takes.
        if W::TYPE == MachineType::Express && !errors.is_empty() {
            let why = format!(
                "`{}` is an Express workflow, and Step Functions does not fail the call when it fails, so its errors cannot be caught: remove `express`, or \
                 return a value instead of an error",
                <W as Workflow>::NAME
            );
            return State::task(
                name,
                Call::function_workflow::<W>(Expr::refused(why), errors),
            );
        }
        let input = input.unwrap_or_else(|| Expr::object(Vec::new()));
        State::task(name, Call::function_workflow::<W>(input, errors))
    }

    fn waiting_state(name: &'static str, arguments: Vec<Expr>, _answer: AnswerType) -> State {
        <W as Callable>::state(name, arguments)
    }

    fn bind<B: Binder>(binder: &mut B, _deploy: Option<Deploy>) {
        binder.workflow::<W>(Address::of_workflow::<W>());
    }
}

impl<F: Fragment + Callable> CallableKind<F> for FragmentKind {
    const NAME: &'static str = <F as Fragment>::NAME;
    const EXECUTION: Execution = Execution::Inline;
    const IS_LAMBDA: bool = false;
    const LONGEST: usize = <F as Fragment>::LONGEST;
    const STANDARD: Option<&'static str> = <F as Fragment>::STANDARD;

    fn state(name: &'static str, arguments: Vec<Expr>) -> State {
        State::fragment::<F>(name, arguments)
    }

    fn waiting_state(name: &'static str, arguments: Vec<Expr>, _answer: AnswerType) -> State {
        <F as Callable>::state(name, arguments)
    }

    fn bind<B: Binder>(binder: &mut B, deploy: Option<Deploy>) {
        <F as Fragment>::bind(binder, deploy);
    }
}

/// [`Callable::run`] of a task with a body.
pub fn run_task<T: Handler + Callable>(
    context: TaskContext,
    arguments: Vec<Value>,
) -> Option<Started<T>> {
    let input = match <[Value; 1]>::try_from(arguments) {
        Ok([only]) if T::PARAMETERS.len() == 1 => only,
        Ok(one) => object::<T>(one.into()),
        Err(several) => object::<T>(several),
    };
    Some(match serde_json::from_value(input) {
        Ok(input) => Ok(Box::pin(<T as Handler>::call(context, input))),
        Err(error) => Err(Failure::outside(
            crate::task::INVALID_INPUT,
            error.to_string(),
        )),
    })
}

fn object<T: Task>(arguments: Vec<Value>) -> Value {
    let names = T::PARAMETERS.iter().map(|name| (*name).to_owned());
    Value::Object(names.zip(arguments).collect())
}

/// [`Callable::run`] of a function workflow with an input.
pub fn run_workflow<W, I, R, F>(
    mut arguments: Vec<Value>,
    function: fn(I) -> F,
) -> Option<Started<W>>
where
    W: Callable,
    I: DeserializeOwned,
    R: ReturnForm<W::Output, W::Error>,
    F: Future<Output = R> + 'static,
{
    let input = arguments.pop().unwrap_or_default();
    Some(match serde_json::from_value(input) {
        Ok(input) => Ok(boxed::<W, R, F>(function(input))),
        Err(error) => Err(Failure::outside("States.Runtime", error.to_string())),
    })
}

/// [`Callable::run`] of a function workflow without an input.
pub fn run_workflow_without_input<W, R, F>(function: fn() -> F) -> Option<Started<W>>
where
    W: Callable,
    R: ReturnForm<<W as CallOutcome>::Output, <W as CallOutcome>::Error>,
    F: Future<Output = R> + 'static,
{
    Some(Ok(boxed::<W, R, F>(function())))
}

/// [`Callable::run`] of a fragment.
pub fn run_fragment<T, R, F>(
    arguments: &[Value],
    function: impl FnOnce(T::Arguments) -> F,
) -> Option<Started<T>>
where
    T: Callable<Arguments: DeserializeOwned>,
    R: ReturnForm<T::Output, T::Error>,
    F: Future<Output = R> + 'static,
{
    Some(decoded::<T>(arguments).map(|arguments| boxed::<T, R, F>(function(arguments))))
}

/// The arguments of a call, from their JSON.
pub(super) fn decoded<T: Callable>(arguments: &[Value]) -> Result<T::Arguments, Failure>
where
    T::Arguments: DeserializeOwned,
{
    let value = match arguments {
        [] => Value::Null,
        [only] => only.clone(),
        several => Value::Array(several.to_vec()),
    };
    serde_json::from_value(value)
        .map_err(|error| Failure::outside(crate::task::INVALID_INPUT, error.to_string()))
}

fn boxed<W, R, F>(future: F) -> Running<W>
where
    W: Callable,
    R: ReturnForm<<W as CallOutcome>::Output, <W as CallOutcome>::Error>,
    F: Future<Output = R> + 'static,
{
    Box::pin(async move { future.await.result() })
}

/// A value, or a reference to it, as an argument of a task: it is serialized.
#[diagnostic::on_unimplemented(
    message = "this argument is a `{Self}`, and the task takes a `{T}`",
    label = "expected `{T}`"
)]
pub trait ArgumentFor<T> {
    /// The argument as JSON.
    fn json(self) -> Result<Value, serde_json::Error>;
}

impl<T: Serialize> ArgumentFor<T> for T {
    fn json(self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }
}

/// An argument whose type is that of the parameter.
#[derive(Debug)]
pub struct Inferred<T>(T);

/// Returns an argument whose type is that of the parameter: rustc cannot choose between a value and
/// a reference for `"text".into()`.
pub fn inferred<T>(value: T) -> Inferred<T> {
    Inferred(value)
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> ArgumentFor<T> for Inferred<T> {
    fn json(self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self.0)
    }
}

impl<T: Serialize> ArgumentFor<T> for &T {
    fn json(self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }
}
