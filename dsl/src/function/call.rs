//! The calls of a plain run: retries, timeouts and task tokens as Step Functions runs them.

use super::body::{Operation, raise, wait_for};
use super::callable::{Callable, CallableKind, Execution, IsTaskState, SelectsErrors};
use super::failure::{Failure, FailureKind};
use super::host::{Host, RealFuture, poll_child};
use super::record::{CallAnswer, PlainCall};
use super::vocabulary::{Failed, RetryPolicy, ServiceFailed, every};
use crate::shape::Payload;
use crate::task::{NoError, ReturnForm, TaskContext, TaskError};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use stepwright_asl::limits::LAMBDA_ERRORS;

/// Whether a Retrier takes a failure, and its policy.
type Retrier = (Box<dyn Fn(&mut Failure) -> bool + Send>, RetryPolicy);

/// The parts of a call that do not depend on its types.
struct CallSpec {
    arguments: Vec<Result<Value, serde_json::Error>>,
    retriers: Vec<Retrier>,
    timeout: Option<Duration>,
    heartbeat: Option<Duration>,
    waits_for_token: bool,
}

/// The view of a call without options: its error is that of the task.
#[derive(Debug)]
pub struct OwnError;

/// The view of a call with a timeout: its error is [`Failed`].
#[derive(Debug)]
pub struct WithTimeout;

/// The types of a call, without values.
type CallTypes<T, R, A, V> = fn() -> (T, R, A, V);

/// A call of a task. Awaited, it makes the call.
///
/// `R` is the return type of the function, `A` the type of the result, and `V` decides the type of
/// the error.
#[must_use = "a workflow makes a call when it is awaited"]
pub struct TaskCall<T, R, A, V = OwnError> {
    spec: CallSpec,
    types: PhantomData<CallTypes<T, R, A, V>>,
}

impl<T, R, A, V> fmt::Debug for TaskCall<T, R, A, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskCall")
    }
}

/// The error type of a call, which an arm matches.
pub trait ErrorView<E> {
    /// The type.
    type Error;

    /// The value of a failure; the failure itself if it is outside of the type.
    fn view(failure: Failure) -> Result<Self::Error, Failure>;

    /// Calls a closure with the value of a failure, if it has one.
    fn test(failure: &mut Failure, when: &dyn Fn(&Self::Error) -> bool) -> bool;
}

impl<E: 'static> ErrorView<E> for OwnError {
    type Error = E;

    fn view(failure: Failure) -> Result<E, Failure> {
        let Failure { error, cause, kind } = failure;
        let kind = match kind {
            FailureKind::Task(value) => match value.downcast::<E>() {
                Ok(value) => return Ok(*value),
                Err(value) => FailureKind::Task(value),
            },
            kind => kind,
        };
        Err(Failure { error, cause, kind })
    }

    fn test(failure: &mut Failure, when: &dyn Fn(&E) -> bool) -> bool {
        match &failure.kind {
            FailureKind::Task(value) => value.downcast_ref().is_some_and(when),
            _ => false,
        }
    }
}

impl<E: Send + 'static> ErrorView<E> for WithTimeout {
    type Error = Failed<E>;

    fn view(failure: Failure) -> Result<Failed<E>, Failure> {
        match failure.kind {
            FailureKind::Timeout => Ok(Failed::Timeout),
            _ => OwnError::view(failure).map(Failed::Task),
        }
    }

    fn test(failure: &mut Failure, when: &dyn Fn(&Failed<E>) -> bool) -> bool {
        let kind = std::mem::replace(&mut failure.kind, FailureKind::Outside);
        let (kind, takes) = match kind {
            FailureKind::Timeout => (FailureKind::Timeout, when(&Failed::Timeout)),
            FailureKind::Task(value) => match value.downcast::<E>() {
                Ok(value) => {
                    let value = Failed::Task(*value);
                    let takes = when(&value);
                    match value {
                        Failed::Task(value) => (FailureKind::Task(Box::new(value)), takes),
                        Failed::Timeout => (FailureKind::Timeout, takes),
                    }
                }
                Err(value) => (FailureKind::Task(value), false),
            },
            FailureKind::Outside => (FailureKind::Outside, false),
        };
        failure.kind = kind;
        takes
    }
}

/// The view of a call of a service: its result is a value, and an arm selects its failures by their
/// names.
#[derive(Debug)]
pub struct OfService;

impl ErrorView<NoError> for OfService {
    type Error = ServiceFailed;

    fn view(failure: Failure) -> Result<ServiceFailed, Failure> {
        Ok(service_failed(&failure))
    }

    fn test(failure: &mut Failure, when: &dyn Fn(&ServiceFailed) -> bool) -> bool {
        when(&service_failed(failure))
    }
}

fn service_failed(failure: &Failure) -> ServiceFailed {
    match failure.kind {
        FailureKind::Timeout => Failed::Timeout,
        _ => Failed::Service(interned(&failure.error)),
    }
}

/// The same text for the rest of the program: patterns match texts only by reference.
fn interned(text: &str) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let new: &'static str = Box::leak(text.to_owned().into_boxed_str());
    texts.insert(new);
    new
}

/// The error of a call whose code has an arm for every failure.
#[derive(Debug)]
pub enum Caught<E> {
    /// A value of the error type.
    Error(E),
    /// Another failure: a timeout, a panic, an error of the service.
    Outside,
}

// Without bounds: a task whose return type is no `TaskReturn` is reported where it is declared.
impl<T, R, A> TaskCall<T, R, A> {
    /// A call with these arguments.
    pub fn new(arguments: Vec<Result<Value, serde_json::Error>>) -> Self {
        TaskCall {
            spec: CallSpec {
                arguments,
                retriers: Vec::new(),
                timeout: None,
                heartbeat: None,
                waits_for_token: false,
            },
            types: PhantomData,
        }
    }
}

impl<T: Callable, R, B> TaskCall<T, R, B> {
    /// The same call of a service.
    pub(super) fn of_service(self) -> TaskCall<T, R, B, OfService> {
        self.with()
    }

    /// The same call, which waits for the answer to the task token among its arguments.
    pub(super) fn waiting(mut self) -> Self {
        self.spec.waits_for_token = true;
        self
    }

    /// Waits for the answer to the task token among its arguments.
    pub fn answered<A: Payload>(mut self) -> TaskCall<T, R, A>
    where
        T::Kind: IsTaskState,
    {
        self.spec.waits_for_token = true;
        self.with()
    }
}

impl<T: Callable, R, A, V> TaskCall<T, R, A, V> {
    fn with<B, W>(self) -> TaskCall<T, R, B, W> {
        TaskCall {
            spec: self.spec,
            types: PhantomData,
        }
    }

    /// Repeats the call after errors that the closure selects.
    pub fn retry(
        mut self,
        when: impl Fn(&V::Error) -> bool + Send + 'static,
        policy: RetryPolicy,
    ) -> Self
    where
        T::Kind: SelectsErrors,
        V: ErrorView<T::Error>,
    {
        let takes = move |failure: &mut Failure| V::test(failure, &when);
        self.spec.retriers.push((Box::new(takes), policy));
        self
    }

    /// Repeats the call after every failure: `.retry(|_| true, policy)` in the source.
    pub fn retry_all(mut self, policy: RetryPolicy) -> Self {
        let takes = |failure: &mut Failure| failure.is_in_states_all();
        self.spec.retriers.push((Box::new(takes), policy));
        self
    }

    /// Repeats the call of a Lambda function after Lambda's transient errors: the option
    /// `lambda_retries` of the workflow.
    pub fn lambda_retries(mut self) -> Self {
        if <T::Kind as CallableKind<T>>::IS_LAMBDA {
            let takes = |failure: &mut Failure| LAMBDA_ERRORS.contains(&&*failure.error);
            let policy = every(Duration::from_secs(2)).times(6);
            self.spec.retriers.push((Box::new(takes), policy));
        }
        self
    }

    /// Fails an attempt that takes longer. The error is [`Failed::Timeout`].
    pub fn timeout(mut self, timeout: Duration) -> TaskCall<T, R, A, WithTimeout>
    where
        T::Kind: IsTaskState,
    {
        self.spec.timeout = Some(timeout);
        self.with()
    }

    /// Fails an attempt that reports no heartbeat for longer. Only calls that wait for a token miss
    /// heartbeats in a plain run.
    pub fn heartbeat(mut self, heartbeat: Duration) -> Self
    where
        T::Kind: IsTaskState,
    {
        self.spec.heartbeat = Some(heartbeat);
        self
    }

    /// Names the state of the call.
    pub fn named(self, _name: &'static str) -> Self {
        self
    }

    /// Returns every failure as a value, because the code has an arm for every failure.
    pub fn catching(self) -> Catching<Self> {
        Catching(self)
    }
}

/// The types of a call that never runs, in the block that checks types.
pub fn called<T: Callable, R, A, V>(_: TaskCall<T, R, A, V>) -> crate::__::Called<A, T::Error> {
    crate::__::Called::new()
}

/// A call or a combinator that returns every failure as a value.
#[derive(Debug)]
#[must_use = "a workflow makes a call when it is awaited"]
pub struct Catching<C>(pub(super) C);

impl<T, R, A, V> Operation for TaskCall<T, R, A, V>
where
    T: Callable,
    A: Payload,
    V: CallOutput<T, R, A>,
{
    type Output = V::Output;

    fn run(self) -> V::Output {
        match self.spec.complete::<T, A>() {
            Ok(value) => V::output(value),
            Err(failure) => V::failed(failure).unwrap_or_else(|failure| raise(failure)),
        }
    }
}

impl<T, R, A, V> Operation for Catching<TaskCall<T, R, A, V>>
where
    T: Callable,
    A: Payload,
    V: ErrorView<T::Error>,
{
    type Output = Result<A, Caught<V::Error>>;

    fn run(self) -> Self::Output {
        match self.0.spec.complete::<T, A>() {
            Ok(value) => Ok(value),
            Err(failure) if failure.is_in_states_all() => {
                Err(V::view(failure).map_or(Caught::Outside, Caught::Error))
            }
            Err(failure) => raise(failure),
        }
    }
}

/// The type that a call returns.
pub trait CallOutput<T: Callable, R, A: Payload> {
    /// The type.
    type Output;

    /// A result.
    fn output(value: A) -> Self::Output;

    /// A failure; the failure itself if it is no value of the type.
    fn failed(failure: Failure) -> Result<Self::Output, Failure>;
}

impl<T: Callable, R: ReturnForm<T::Output, T::Error>, A: Payload> CallOutput<T, R, A> for OwnError {
    type Output = R::With<A>;

    fn output(value: A) -> Self::Output {
        R::wrap(Ok(value))
    }

    fn failed(failure: Failure) -> Result<Self::Output, Failure> {
        OwnError::view(failure).map(|error| R::wrap(Err(error)))
    }
}

impl<T: Callable, R: ReturnForm<T::Output, NoError>, A: Payload> CallOutput<T, R, A> for OfService {
    type Output = R::With<A>;

    fn output(value: A) -> Self::Output {
        R::wrap(Ok(value))
    }

    fn failed(failure: Failure) -> Result<Self::Output, Failure> {
        Err(failure)
    }
}

impl<T: Callable, R, A: Payload> CallOutput<T, R, A> for WithTimeout {
    type Output = Result<A, Failed<T::Error>>;

    fn output(value: A) -> Self::Output {
        Ok(value)
    }

    fn failed(failure: Failure) -> Result<Self::Output, Failure> {
        WithTimeout::view(failure).map(Err)
    }
}

impl CallSpec {
    /// Makes the call with its retries, on the thread of the body.
    fn complete<T: Callable, A: Payload>(self) -> Result<A, Failure> {
        let value = wait_for(move |host| complete::<T>(host, self))?;
        serde_json::from_value(value).map_err(|error| {
            Failure::outside(
                "States.Runtime",
                format!("the result of `{}` has another type: {error}", T::FUNCTION),
            )
        })
    }
}

/// Makes a call with its retries, on the thread of the host.
async fn complete<T: Callable>(host: Rc<Host>, spec: CallSpec) -> CallAnswer {
    let host = &host;
    let mut arguments = Vec::with_capacity(spec.arguments.len());
    for argument in spec.arguments {
        arguments
            .push(argument.map_err(|error| Failure::outside("States.Runtime", error.to_string()))?);
    }
    let mut retries = vec![0; spec.retriers.len()];
    loop {
        let began = begin::<T>(host, &arguments);
        let answer = limited(
            host,
            spec.timeout,
            spec.heartbeat.filter(|_| spec.waits_for_token),
            attempt::<T>(host, arguments.clone(), spec.waits_for_token),
        )
        .await;
        let written = match &answer {
            Ok(value) => Ok(value.clone()),
            Err(failure) => Err(failure.error.clone()),
        };
        if let Some(began) = began
            && let Some(call) = host.calls.borrow_mut().get_mut(began)
        {
            call.outcome = Some(written);
        }
        let mut failure = match answer {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        // As in Step Functions: only the first Retrier that takes the error counts, even if it has
        // no retries left.
        let retrier = spec
            .retriers
            .iter()
            .position(|(takes, _)| takes(&mut failure));
        let delay = retrier.and_then(|index| {
            let count = retries.get_mut(index)?;
            *count += 1;
            spec.retriers.get(index)?.1.delay(*count - 1)
        });
        match delay {
            Some(delay) => host.timer(delay).await,
            None => return Err(failure),
        }
    }
}

/// Records a call; returns its index. The calls of a fragment are recorded, and not the call of the
/// fragment.
fn begin<T: Callable>(host: &Host, arguments: &[Value]) -> Option<usize> {
    let is_inline = <T::Kind as CallableKind<T>>::EXECUTION == Execution::Inline;
    if is_inline && !host.mocks.borrow().contains_key(&T::mock_key()) {
        return None;
    }
    let input = match arguments {
        [only] => only.clone(),
        several => Value::Array(several.to_vec()),
    };
    let mut calls = host.calls.borrow_mut();
    calls.push(PlainCall {
        function: T::FUNCTION,
        input,
        outcome: None,
        at: host.elapsed(),
    });
    calls.len().checked_sub(1)
}

/// One attempt.
async fn attempt<T: Callable>(
    host: &Rc<Host>,
    arguments: Vec<Value>,
    waits_for_token: bool,
) -> CallAnswer {
    let mock = host.mocks.borrow().get(&T::mock_key()).cloned();
    if let Some(mock) = mock {
        return match mock(&arguments, None) {
            Some(answer) => answer,
            None => never(host, T::FUNCTION).await,
        };
    }
    let running = match T::run(TaskContext::detached(), arguments) {
        Some(running) => running?,
        None => {
            return Err(Failure::outside(
                "Stepwright.NoHandler",
                format!(
                    "the task `{0}` has no body here: mock it with `PlainRun::mock::<{0}>`",
                    T::FUNCTION
                ),
            ));
        }
    };
    let output = match <T::Kind as CallableKind<T>>::EXECUTION {
        Execution::Nested => inline(host, running).await.map_err(of_execution)?,
        Execution::Inline => inline(host, running).await?,
        Execution::Handler => {
            let mut running = RealFuture::new(host, running);
            poll_fn(|cx| {
                match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    Pin::new(&mut running).poll(cx)
                })) {
                    Ok(polled) => polled.map(|ended| ended.map_err(Failure::of)),
                    Err(payload) => Poll::Ready(Err(Failure::of_task_panic(payload))),
                }
            })
            .await?
        }
    };
    if waits_for_token {
        return never(host, T::FUNCTION).await;
    }
    serde_json::to_value(output)
        .map_err(|error| Failure::outside(crate::task::INVALID_OUTPUT, error.to_string()))
}

/// Runs another function of the run.
async fn inline<O, E: TaskError>(
    host: &Rc<Host>,
    mut running: Pin<Box<dyn Future<Output = Result<O, E>>>>,
) -> Result<O, Failure> {
    poll_fn(|cx| match poll_child(running.as_mut(), cx) {
        Ok(Poll::Ready(ended)) => Poll::Ready(ended.map_err(Failure::of)),
        Ok(Poll::Pending) => match host.take_raised() {
            Some(failure) => Poll::Ready(Err(failure)),
            None => Poll::Pending,
        },
        Err(failure) => Poll::Ready(Err(failure)),
    })
    .await
}

/// The failure of a nested workflow. One outside of its error type is `States.TaskFailed` for the
/// workflow that waits for it.
fn of_execution(failure: Failure) -> Failure {
    if let FailureKind::Task(_) = failure.kind {
        return failure;
    }
    let cause = serde_json::json!({ "Error": failure.error, "Cause": failure.cause });
    Failure::outside("States.TaskFailed", cause.to_string())
}

/// A call that waits for an answer which never comes.
async fn never(host: &Host, function: &'static str) -> CallAnswer {
    /// Removes the call when it is dropped: after its timeout it no longer waits.
    struct Unanswered<'h>(&'h Host, &'static str);

    impl Drop for Unanswered<'_> {
        fn drop(&mut self) {
            let mut unanswered = self.0.unanswered.borrow_mut();
            if let Some(index) = unanswered.iter().position(|name| *name == self.1) {
                unanswered.remove(index);
            }
        }
    }

    host.unanswered.borrow_mut().push(function);
    let _waits = Unanswered(host, function);
    pending().await
}

/// Limits an attempt by its timeout and its heartbeat.
async fn limited(
    host: &Rc<Host>,
    timeout: Option<Duration>,
    heartbeat: Option<Duration>,
    attempt: impl Future<Output = CallAnswer>,
) -> CallAnswer {
    let limit = match (timeout, heartbeat) {
        (Some(timeout), Some(heartbeat)) => Some(timeout.min(heartbeat)),
        (one, other) => one.or(other),
    };
    let mut attempt = pin!(attempt);
    let Some(limit) = limit else {
        return attempt.await;
    };
    let mut timer = host.timer(limit);
    poll_fn(|cx| {
        if let Poll::Ready(answer) = attempt.as_mut().poll(cx) {
            return Poll::Ready(answer);
        }
        Pin::new(&mut timer)
            .poll(cx)
            .map(|()| Err(Failure::timeout("States.Timeout")))
    })
    .await
}
