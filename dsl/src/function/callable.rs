//! The targets of calls in function workflows: tasks and other function workflows.

use super::failure::Failure;
use crate::expr::Expr;
use crate::flow::{AnswerType, Call, error_names};
use crate::shape::Payload;
use crate::task::{Address, Deploy, Handler, Task, TaskContext, TaskError, TaskReturn};
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
    Pin<Box<dyn Future<Output = Result<<T as Callable>::Output, <T as Callable>::Error>>>>;

/// A function that was started, or the reason why its arguments do not fit.
pub type Started<T> = Result<Running<T>, Failure>;

/// A task or a function workflow. `#[task]` and `#[workflow]` implement it for the type with the
/// function's name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a task",
    label = "a function workflow cannot call this",
    note = "put `#[task]` on the function, or `#[workflow]` if it is a workflow"
)]
pub trait Callable: Sized + 'static {
    /// The types of the parameters: `()`, one type, or a tuple.
    type Arguments;
    /// The type of the result.
    type Output: Payload;
    /// The type of the error.
    type Error: TaskError;
    /// Whether it is a task, a workflow or a service.
    type Kind: CallableKind<Self>;
    /// The Rust name of the function.
    const FUNCTION: &'static str;

    /// Runs the function with its arguments as JSON, in order; `None` if it is implemented
    /// elsewhere.
    fn run(context: TaskContext, arguments: Vec<Value>) -> Option<Started<Self>>;

    /// The type that identifies its mock.
    fn mock_key() -> TypeId {
        TypeId::of::<Self>()
    }

    /// The call in a flow.
    fn call(arguments: Vec<Expr>) -> Call {
        <Self::Kind as CallableKind<Self>>::call(arguments)
    }

    /// The call in a flow that waits for the task token among its arguments.
    fn call_waiting(arguments: Vec<Expr>, answer: AnswerType) -> Call {
        <Self::Kind as CallableKind<Self>>::call_waiting(arguments, answer)
    }

    /// Registers it with a runtime.
    fn bind_call<B: Binder>(binder: &mut B, deploy: Option<Deploy>) {
        <Self::Kind as CallableKind<Self>>::bind(binder, deploy);
    }
}

/// The parts of a [`Callable`] that are the same for all tasks, and for all function workflows.
pub trait CallableKind<T> {
    /// The deployed name.
    const NAME: &'static str;
    /// Whether it is a workflow: its failures are those of an execution.
    const IS_WORKFLOW: bool;
    /// Whether it is deployed as a Lambda function, unless the workflow deploys it elsewhere.
    const IS_LAMBDA: bool;

    /// The call in a flow.
    fn call(arguments: Vec<Expr>) -> Call;

    /// The call in a flow that waits for the task token among its arguments.
    fn call_waiting(arguments: Vec<Expr>, answer: AnswerType) -> Call;

    /// Registers the target with a runtime.
    fn bind<B: Binder>(binder: &mut B, deploy: Option<Deploy>);
}

/// The kind of a task.
#[derive(Debug)]
pub enum TaskKind {}

/// The kind of a function workflow.
#[derive(Debug)]
pub enum WorkflowKind {}

/// A kind of targets whose calls fail under the name of each error, so that a Retrier can select
/// errors.
#[diagnostic::on_unimplemented(
    message = "a call of a workflow is not repeated after some of its errors",
    label = "Step Functions fails this call with `States.TaskFailed` for every error of the execution",
    note = "write `.retry(|_| true, ..)`, or repeat the call in a loop with an arm for the error"
)]
pub trait SelectsErrors {}

impl SelectsErrors for TaskKind {}

impl<T: Task> CallableKind<T> for TaskKind {
    const NAME: &'static str = T::NAME;
    const IS_WORKFLOW: bool = false;
    const IS_LAMBDA: bool = matches!(
        T::DEPLOY,
        Deploy::Lambda | Deploy::LambdaArn | Deploy::FunctionName(_)
    );

    fn call(arguments: Vec<Expr>) -> Call {
        Call::task::<T>(arguments)
    }

    fn call_waiting(arguments: Vec<Expr>, answer: AnswerType) -> Call {
        Call::wait_for_task_token::<T>(arguments, answer)
    }

    fn bind<B: Binder>(binder: &mut B, deploy: Option<Deploy>) {
        T::bind(binder, Address::of::<T>(deploy));
    }
}

impl<W: Workflow + Callable> CallableKind<W> for WorkflowKind {
    const NAME: &'static str = W::NAME;
    const IS_WORKFLOW: bool = true;
    const IS_LAMBDA: bool = false;

    fn call(mut arguments: Vec<Expr>) -> Call {
        let errors = error_names::<<W as Callable>::Error>();
        let input = arguments.pop();
        // A failed Express execution is a result of the call, which no Catcher takes.
        if W::TYPE == MachineType::Express && !errors.is_empty() {
            let why = format!(
                "`{}` is an Express workflow, and Step Functions does not fail the call when it fails, so its errors cannot be caught: remove `express`, or \
                 return a value instead of an error",
                <W as Workflow>::NAME
            );
            return Call::function_workflow::<W>(Expr::refused(why), errors);
        }
        Call::function_workflow::<W>(input.unwrap_or_else(|| Expr::object(Vec::new())), errors)
    }

    fn call_waiting(arguments: Vec<Expr>, _answer: AnswerType) -> Call {
        <W as Callable>::call(arguments)
    }

    fn bind<B: Binder>(binder: &mut B, _deploy: Option<Deploy>) {
        binder.workflow::<W>(Address::of_workflow::<W>());
    }
}

/// [`Callable::run`] of a task with a body.
pub fn run_task<T: Handler + Callable<Output = <T as Task>::Output, Error = <T as Task>::Error>>(
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
    W: Callable<Output = R::Output, Error = R::Error>,
    I: DeserializeOwned,
    R: TaskReturn,
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
    W: Callable<Output = R::Output, Error = R::Error>,
    R: TaskReturn,
    F: Future<Output = R> + 'static,
{
    Some(Ok(boxed::<W, R, F>(function())))
}

fn boxed<W, R, F>(future: F) -> Running<W>
where
    W: Callable<Output = R::Output, Error = R::Error>,
    R: TaskReturn,
    F: Future<Output = R> + 'static,
{
    Box::pin(async move { future.await.into_result() })
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
