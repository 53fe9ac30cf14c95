//! Runs a function workflow as plain Rust, with mocks and virtual time.

use super::body::{Body, BodyHandle};
use super::callable::{Callable, CallableKind, decoded};
use super::failure::Failure;
use super::host::{Host, MockFn};
use super::record::{CallAnswer, PlainCall};
use super::service::ServiceTarget;
use crate::services::Action;
use crate::task::{ExpectedError, TaskReturn, message_of_cause, read_cause};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// Runs a function workflow as plain Rust, with mocks of its tasks and on virtual time.
///
/// ```
/// use stepwright::function::*;
///
/// #[task]
/// async fn price(item: String) -> f64 {
///     item.len() as f64
/// }
///
/// #[workflow]
/// async fn quote(item: String) -> f64 {
///     sleep(days(1)).await;
///     price(item).await
/// }
///
/// let run = PlainRun::new().returns::<price>(9.5);
/// assert_eq!(run.block_on(quote("book".to_owned())).unwrap(), 9.5);
/// assert_eq!(run.elapsed(), days(1));
/// assert_eq!(run.calls()[0].function, "price");
/// ```
///
/// Without mocks and failures, a test can await the function itself: `quote(item).await`.
#[derive(Debug)]
#[must_use = "it runs a function with `run` or `block_on`"]
pub struct PlainRun {
    host: Rc<Host>,
}

/// The reply of a task that [`PlainRun::reply`] replaces.
#[derive(Clone, Debug, PartialEq)]
pub enum PlainReply<E> {
    /// The result, or the answer to the task token.
    Output(Value),
    /// An error of the task.
    Error(E),
    /// The name and the cause of another failure, such as `Lambda.Unknown`.
    Failure(String, String),
    /// The call is never answered.
    Never,
}

/// A function workflow that failed: the error and the cause that its execution would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainFailure {
    /// The error's name.
    pub error: String,
    /// The cause; for an error type it is the JSON text that Step Functions receives.
    pub cause: String,
}

impl fmt::Display for PlainFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.cause)
    }
}

impl std::error::Error for PlainFailure {}

/// Assertions for tests. `expect` of `stepwright-runtime` has the same for executions.
impl PlainFailure {
    /// Asserts that the error is this one: a value of an error type, with its fields, or a name.
    ///
    /// ```
    /// use stepwright::function::*;
    ///
    /// #[derive(Debug, thiserror::Error, TaskError)]
    /// pub enum SaleError {
    ///     #[error("declined: {reason}")]
    ///     Declined { reason: String },
    /// }
    ///
    /// #[workflow]
    /// async fn sell(reason: String) -> Result<String, SaleError> {
    ///     Err(SaleError::Declined { reason })
    /// }
    ///
    /// let failure = PlainRun::new().block_on(sell("empty".to_owned())).unwrap_err();
    /// failure
    ///     .failed_with(SaleError::Declined { reason: "empty".to_owned() })
    ///     .failed_with("SaleError.Declined")
    ///     .message("declined: empty");
    /// ```
    ///
    /// # Panics
    ///
    /// If the error differs.
    #[track_caller]
    pub fn failed_with(&self, expected: impl ExpectedError) -> &Self {
        let name = expected.expected_name();
        assert!(self.error == name, "the error is not `{name}`: {self}");
        if let Some(cause) = expected.expected_cause() {
            let is_same = match (read_cause(&cause), read_cause(&self.cause)) {
                (Some(expected), Some(actual)) => expected == actual,
                _ => cause == self.cause,
            };
            assert!(
                is_same,
                "the fields of the error differ\n  expected: {cause}\n  actual: {}",
                self.cause
            );
        }
        self
    }

    /// Asserts the message of the error: that of a Rust error, or the cause if that is other text.
    ///
    /// # Panics
    ///
    /// If the message differs.
    #[track_caller]
    pub fn message(&self, expected: &str) -> &Self {
        let message = message_of_cause(&self.cause);
        assert!(
            message == expected,
            "the message of the error differs\n  expected: {expected}\n  actual: {message}"
        );
        self
    }
}

impl From<Failure> for PlainFailure {
    fn from(failure: Failure) -> PlainFailure {
        PlainFailure {
            error: failure.error,
            cause: failure.cause,
        }
    }
}

impl Default for PlainRun {
    fn default() -> Self {
        PlainRun::new()
    }
}

impl PlainRun {
    /// Creates a run without mocks: tasks run their own functions. Virtual time begins at
    /// 2026-01-01T00:00:00Z.
    pub fn new() -> PlainRun {
        PlainRun { host: Host::new() }
    }

    /// Replaces a task by a closure, which gets the arguments of the task: `()`, one argument, or a
    /// tuple.
    ///
    /// The closure returns a `Result` of each task. The error type of a task that cannot fail has
    /// no values, so its closure returns `Ok(..)`; [`returns`](Self::returns) takes the value
    /// itself.
    pub fn mock<T: Callable>(
        self,
        mock: impl Fn(T::Arguments) -> Result<T::Output, T::Error> + 'static,
    ) -> PlainRun
    where
        T::Arguments: DeserializeOwned,
    {
        self.with::<T>(Rc::new(move |arguments, _| {
            Some(match decoded::<T>(arguments) {
                Ok(arguments) => mock(arguments)
                    .map_err(Failure::of)
                    .and_then(|output| encoded(&output)),
                Err(failure) => Err(failure),
            })
        }))
    }

    /// Replaces a task by this result: of a task that can fail, the value in its `Ok(..)`.
    ///
    /// ```
    /// use stepwright::function::*;
    ///
    /// #[derive(Debug, thiserror::Error, TaskError)]
    /// pub enum ChargeError {
    ///     #[error("the bank is busy")]
    ///     Busy,
    /// }
    ///
    /// #[task]
    /// async fn price(item: String) -> f64;
    /// #[task]
    /// async fn charge(amount: f64) -> Result<String, ChargeError>;
    ///
    /// #[workflow]
    /// async fn buy(item: String) -> Result<String, ChargeError> {
    ///     charge(price(item).await).await
    /// }
    ///
    /// let run = PlainRun::new().returns::<price>(9.5).returns::<charge>("receipt".to_owned());
    /// assert_eq!(run.block_on(buy("book".to_owned())).unwrap(), "receipt");
    /// ```
    pub fn returns<T: Callable>(self, output: T::Output) -> PlainRun
    where
        T::Output: 'static,
    {
        self.with::<T>(Rc::new(move |_, _| Some(encoded(&output))))
    }

    /// Makes a task fail with an error outside of its error type, such as `Lambda.Unknown`.
    pub fn fail<T: Callable>(self, error: &str, cause: &str) -> PlainRun {
        let (error, cause) = (error.to_owned(), cause.to_owned());
        self.with::<T>(Rc::new(move |_, _| {
            Some(Err(Failure::named(error.clone(), cause.clone())))
        }))
    }

    /// Answers the calls of a task that wait for their task token. The closure gets the arguments,
    /// with the token among them; `None` means that the call is never answered.
    pub fn answer<T: Callable, A: Serialize>(
        self,
        answer: impl Fn(T::Arguments) -> Option<A> + 'static,
    ) -> PlainRun
    where
        T::Arguments: DeserializeOwned,
    {
        self.with::<T>(Rc::new(move |arguments, _| match decoded::<T>(arguments) {
            Ok(arguments) => answer(arguments).map(|answer| encoded(&answer)),
            Err(failure) => Some(Err(failure)),
        }))
    }

    /// Answers the calls of a service: the closure gets the arguments of the request as a JSON
    /// object, and returns the result, or the name and the cause of a failure.
    pub fn service<A: Action + 'static>(
        self,
        answer: impl Fn(Value) -> Result<Value, PlainFailure> + 'static,
    ) -> PlainRun {
        self.with::<ServiceTarget<A, Value>>(Rc::new(move |arguments, _| {
            let arguments = arguments.first().cloned().unwrap_or_default();
            Some(
                answer(arguments).map_err(|failure| Failure::outside(failure.error, failure.cause)),
            )
        }))
    }

    /// Sets the items that Distributed Maps read from S3: of `csv_items(bucket, key)` and the like.
    /// The rows of a CSV file become text, as on AWS.
    ///
    /// # Panics
    ///
    /// If an item has no JSON form.
    pub fn items<T: Serialize>(self, bucket: &str, key: &str, items: &[T]) -> PlainRun {
        let items = items.iter().map(|item| match serde_json::to_value(item) {
            Ok(item) => item,
            Err(error) => panic!("an item of `{key}` in `{bucket}` has no JSON form: {error}"),
        });
        let location = (bucket.to_owned(), key.to_owned());
        self.host
            .items
            .borrow_mut()
            .insert(location, items.collect());
        self
    }

    /// Replaces a task by a closure that decides each reply: a result, an error of the task,
    /// another failure, or none. The closure gets the arguments as JSON.
    ///
    /// ```
    /// use stepwright::function::*;
    ///
    /// #[task]
    /// async fn price(item: String) -> f64 {
    ///     item.len() as f64
    /// }
    ///
    /// #[workflow]
    /// async fn quote(item: String) -> f64 {
    ///     price(item).retry(|_| true, every(secs(1)).times(1)).await
    /// }
    ///
    /// let failed = std::cell::Cell::new(false);
    /// let run = PlainRun::new().reply::<price>(move |_arguments| match failed.replace(true) {
    ///     false => PlainReply::Failure("Lambda.Unknown".to_owned(), String::new()),
    ///     true => PlainReply::Output(9.5.into()),
    /// });
    /// assert_eq!(run.block_on(quote("book".to_owned())).unwrap(), 9.5);
    /// ```
    pub fn reply<T: Callable>(
        self,
        reply: impl Fn(&[Value]) -> PlainReply<T::Error> + 'static,
    ) -> PlainRun {
        self.with::<T>(Rc::new(move |arguments, _| {
            Some(match reply(arguments) {
                PlainReply::Output(value) => Ok(value),
                PlainReply::Error(error) => Err(Failure::of(error)),
                PlainReply::Failure(error, cause) => Err(Failure::named(error, cause)),
                PlainReply::Never => return None,
            })
        }))
    }

    fn with<T: Callable>(self, mock: MockFn) -> PlainRun {
        self.host.mocks.borrow_mut().insert(T::mock_key(), mock);
        self
    }

    /// Runs the future of a function workflow, in any async runtime.
    ///
    /// # Errors
    ///
    /// The failure of the workflow: an error that it returns, or one that it does not catch.
    pub async fn run<R: TaskReturn>(
        &self,
        function: impl Future<Output = R>,
    ) -> Result<R::Output, PlainFailure> {
        self.host.begin();
        let mut function = pin!(function);
        let ended = poll_fn(|cx| self.host.drive(function.as_mut(), cx)).await;
        ended
            .and_then(|value| value.into_result().map_err(Failure::of))
            .map_err(PlainFailure::from)
    }

    /// Runs the future of a function workflow on this thread, without an async runtime.
    ///
    /// # Errors
    ///
    /// As [`run`](PlainRun::run).
    pub fn block_on<R: TaskReturn>(
        &self,
        function: impl Future<Output = R>,
    ) -> Result<R::Output, PlainFailure> {
        block_on(self.run(function))
    }

    /// The calls so far, in the order in which they began.
    #[must_use]
    pub fn calls(&self) -> Vec<PlainCall> {
        self.host.calls.borrow().clone()
    }

    /// The virtual time that has passed.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.host.elapsed()
    }
}

fn encoded(value: &impl Serialize) -> CallAnswer {
    serde_json::to_value(value)
        .map_err(|error| Failure::outside(crate::task::INVALID_OUTPUT, error.to_string()))
}

/// The body of a function workflow, with its timeout in seconds: runs in the current plain run, or
/// begins one.
pub async fn workflow<W: Callable, R: Send + 'static>(
    timeout: Option<u64>,
    function: impl FnOnce() -> R + Send + 'static,
) -> R {
    if let Some(host) = Host::current() {
        return limited::<W, R>(&host, timeout, function).await;
    }
    let host = Host::new();
    let mut function = pin!(limited::<W, R>(&host, timeout, function));
    let ended = poll_fn(|cx| host.drive(function.as_mut(), cx)).await;
    match ended {
        Ok(value) => value,
        Err(failure) => panic!(
            "the workflow `{}` failed with {}: {}; `PlainRun::run` returns such a failure",
            <W::Kind as CallableKind<W>>::NAME,
            failure.error,
            failure.cause
        ),
    }
}

/// Runs the body until its end, or until the timeout of the workflow.
async fn limited<W: Callable, R: Send + 'static>(
    host: &Rc<Host>,
    timeout: Option<u64>,
    function: impl FnOnce() -> R + Send + 'static,
) -> R {
    let mut timer = timeout.map(|timeout| host.timer(Duration::from_secs(timeout)));
    let failure = match BodyHandle::function(W::FUNCTION, function) {
        Ok(handle) => {
            let mut body = Body::started(handle);
            let ended = poll_fn(|cx| {
                if let Poll::Ready(value) = Pin::new(&mut body).poll(cx) {
                    return Poll::Ready(Some(value));
                }
                match &mut timer {
                    Some(timer) => Pin::new(timer).poll(cx).map(|()| None),
                    None => Poll::Pending,
                }
            });
            match ended.await {
                Some(value) => return value,
                None => Failure::outside("States.Timeout", ""),
            }
        }
        Err(failure) => failure,
    };
    host.raise(failure);
    pending().await
}

fn block_on<F: Future>(future: F) -> F::Output {
    struct Parked(Thread);
    impl Wake for Parked {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Parked(thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
