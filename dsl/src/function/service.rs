//! Calls of AWS services in function workflows.

use super::call::{OfService, TaskCall};
use super::callable::{Callable, CallableKind, Execution, IsTaskState, SelectsErrors, Started};
use crate::builder::Expression;
use crate::expr::Expr;
use crate::flow::{AnswerType, Call, State};
use crate::sealed::Sealed;
use crate::services::{Action, Argument, Calls, Flag, Json, Number, Placeholder, Text};
use crate::shape::Payload;
use crate::task::{CallOutcome, Deploy, NoError, TaskContext, TaskReturn};
use crate::type_block::WholeNumber;
use crate::workflow::Binder;
use serde::Serialize;
use serde_json::Value;
use std::any::TypeId;
use std::marker::PhantomData;

/// Calls an AWS service: `service(sqs::send_message(&url, &order)).await`, with a request of
/// [`services`](crate::services).
///
/// The arguments are values; [`placeholder`](crate::services::placeholder) is a text that is set at
/// deployment. A service fails outside of an error type:
/// `Err(Failed::Service("SQS.QueueDoesNotExistException"))` catches an error by its name, and
/// `Err(_)` every failure. In a plain run, [`PlainRun::service`](super::PlainRun::service) answers
/// the call.
///
/// ```
/// use serde_json::json;
/// use stepwright::function::*;
/// use stepwright::services::{placeholder, sqs};
///
/// #[workflow]
/// async fn notify(order: String) -> String {
///     let sent = service(sqs::send_message(placeholder("QueueUrl"), &order).delay_seconds(5)).await;
///     sent.message_id
/// }
///
/// assert!(Notify::definition().to_json().contains("arn:aws:states:::sqs:sendMessage"));
/// let run = PlainRun::new().service::<sqs::SendMessage>(|arguments| {
///     assert_eq!(arguments["MessageBody"], "o-1");
///     Ok(json!({"MessageId": "m-1", "MD5OfMessageBody": ""}))
/// });
/// assert_eq!(run.block_on(notify("o-1".to_owned())).unwrap(), "m-1");
/// ```
pub fn service<C>(request: C) -> ServiceOperation<C::Action, C::Answer>
where
    C: Calls<()>,
    C::Answer: TaskReturn<Output = C::Answer, Error = NoError>,
{
    let (waits, _, arguments) = request.parts();
    let fields = arguments
        .into_iter()
        .map(|(name, value)| (name.to_owned(), constant(value)));
    let call = TaskCall::new(vec![Ok(Value::Object(fields.collect()))]);
    let call = if waits { call.waiting() } else { call };
    call.of_service()
}

/// A call of an action, whose errors are those of its service.
type ServiceOperation<Action, Answer> =
    TaskCall<ServiceTarget<Action, Answer>, Answer, Answer, OfService>;

/// The value of an argument in a plain run. Its arguments are constants.
fn constant<From>(value: Expression<From, Value>) -> Value {
    value.constant_value().unwrap_or_default()
}

/// The action of a service, as the target of a call.
#[derive(Debug)]
pub struct ServiceTarget<A, Answer>(PhantomData<fn() -> (A, Answer)>);

impl<A: Action + 'static, Answer: Payload> CallOutcome for ServiceTarget<A, Answer> {
    type Output = Answer;
    type Error = NoError;
}

impl<A: Action + 'static, Answer: Payload> Callable for ServiceTarget<A, Answer> {
    type Arguments = Value;
    type Kind = ServiceKind;
    const FUNCTION: &'static str = A::RESOURCE;

    fn mock_key() -> TypeId {
        TypeId::of::<A>()
    }

    fn run(_: TaskContext, _: Vec<Value>) -> Option<Started<Self>> {
        None
    }
}

/// The kind of an action of a service.
#[derive(Debug)]
pub enum ServiceKind {}

impl SelectsErrors for ServiceKind {}
impl IsTaskState for ServiceKind {}

impl<A: Action, Answer: Payload> CallableKind<ServiceTarget<A, Answer>> for ServiceKind {
    const NAME: &'static str = A::RESOURCE;
    const EXECUTION: Execution = Execution::Handler;
    const IS_LAMBDA: bool = false;

    fn state(name: &'static str, _: Vec<Expr>) -> State {
        let resource = format!("arn:aws:states:::{}", A::RESOURCE);
        State::task(name, Call::service(resource, None, Some(Answer::shape)))
    }

    fn waiting_state(name: &'static str, _: Vec<Expr>, answer: AnswerType) -> State {
        let resource = format!("arn:aws:states:::{}", A::RESOURCE);
        let call = Call::service_with_task_token(resource, None, Some(answer));
        State::task(name, call)
    }

    fn bind<B: Binder>(_: &mut B, _: Option<Deploy>) {}
}

/// A value as an argument of a request.
#[derive(Debug)]
pub struct ServiceArgument<'v, T: ?Sized>(&'v T);

/// A value as an argument of a request.
pub fn service_argument<T: ?Sized>(value: &T) -> ServiceArgument<'_, T> {
    ServiceArgument(value)
}

impl<T: ?Sized> Sealed for ServiceArgument<'_, T> {}

impl<From, T: Serialize + ?Sized> Argument<From, Json> for ServiceArgument<'_, T> {
    fn argument(self) -> Expression<From, Value> {
        Expression::of_no_input(Expr::constant(self.0))
    }
}

/// The types that a text parameter takes.
pub trait ServiceText {
    /// The text as an expression.
    fn text(&self) -> Expr;
}

impl ServiceText for str {
    fn text(&self) -> Expr {
        Expr::constant(self)
    }
}

impl ServiceText for String {
    fn text(&self) -> Expr {
        Expr::constant(self)
    }
}

impl ServiceText for Placeholder {
    fn text(&self) -> Expr {
        Argument::<(), Text>::argument(self.clone()).into_tree()
    }
}

impl<T: ServiceText + ?Sized> ServiceText for &T {
    fn text(&self) -> Expr {
        (**self).text()
    }
}

impl<From, T: ServiceText + ?Sized> Argument<From, Text> for ServiceArgument<'_, T> {
    fn argument(self) -> Expression<From, Value> {
        Expression::of_no_input(self.0.text())
    }
}

impl<From, T: WholeNumber + Serialize> Argument<From, Number> for ServiceArgument<'_, T> {
    fn argument(self) -> Expression<From, Value> {
        Expression::of_no_input(Expr::constant(self.0))
    }
}

impl<From> Argument<From, Flag> for ServiceArgument<'_, bool> {
    fn argument(self) -> Expression<From, Value> {
        Expression::of_no_input(Expr::constant(self.0))
    }
}

/// A lowered argument of a request.
#[derive(Debug)]
pub struct LoweredArgument(pub Expr);

impl Sealed for LoweredArgument {}

impl<From, Kind> Argument<From, Kind> for LoweredArgument {
    fn argument(self) -> Expression<From, Value> {
        Expression::of_no_input(self.0)
    }
}

/// The call of a request whose arguments are lowered.
pub fn request_call<C: Calls<()>>(request: C) -> Call {
    let (waits, resource, arguments) = request.parts();
    let fields = arguments
        .into_iter()
        .map(|(name, value)| (name.into(), value.into_tree()));
    crate::services::call::<C::Answer>(waits, resource, fields.collect())
}

/// The result of a request, in code that never runs.
pub fn request_answer<C: Calls<()>>(_request: C) -> C::Answer {
    crate::type_block::any()
}
