//! The threads of requests. They are separate from those of executions, so that the operating
//! system serves both: executions that compute for long delay no request.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread::available_parallelism;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::connection::{self, ClientTimeouts};
use crate::error::ApiError;
use crate::response_memory::ResponseMemory;

/// The threads that accept connections and answer requests that take a few milliseconds.
const REQUEST_THREADS: usize = 2;
/// The maximum threads for requests that may compute for longer.
const SLOW_THREADS: usize = 8;
/// The maximum threads of each runtime that read the store.
const BLOCKING_THREADS: usize = 64;
/// A request with a longer body is slow: its JSON takes milliseconds.
const FAST_BODY_BYTES: usize = 65_536;

/// The runtimes of a server's requests.
pub(crate) struct RequestRuntimes {
    requests: Handle,
    slow: SlowRequests,
    /// Empty when the system has no threads for them: then requests share the runtime of the
    /// executions.
    owned: Vec<Runtime>,
}

impl RequestRuntimes {
    /// Starts the threads.
    pub(crate) fn start() -> Self {
        match Self::started() {
            Ok(runtimes) => runtimes,
            Err(error) => {
                tracing::warn!(%error, "no threads for requests could be started; they share those of the executions");
                Self {
                    requests: Handle::current(),
                    slow: SlowRequests(Handle::current()),
                    owned: Vec::new(),
                }
            }
        }
    }

    fn started() -> io::Result<Self> {
        let processors = available_parallelism().map_or(2, usize::from);
        let requests = runtime("stepwright-requests", REQUEST_THREADS)?;
        let mut runtimes = Self {
            requests: requests.handle().clone(),
            slow: SlowRequests(requests.handle().clone()),
            // Before the next one: if that cannot start, asynchronous code must not drop this one.
            owned: vec![requests],
        };
        let slow = runtime(
            "stepwright-slow-requests",
            processors.clamp(2, SLOW_THREADS),
        )?;
        runtimes.slow = SlowRequests(slow.handle().clone());
        runtimes.owned.push(slow);
        Ok(runtimes)
    }

    /// Returns the runtime for slow requests.
    pub(crate) fn slow(&self) -> &SlowRequests {
        &self.slow
    }

    /// Serves the connections of a listener until `shutdown` is done, then lets active requests
    /// finish.
    ///
    /// # Errors
    ///
    /// When the listener cannot move to the threads of the requests.
    pub(crate) async fn serve(
        &self,
        listener: TcpListener,
        router: Router,
        timeouts: ClientTimeouts,
        memory: ResponseMemory,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        // The runtime that created a listener also polls it.
        let listener = listener.into_std()?;
        let listener = {
            let _entered = self.requests.enter();
            TcpListener::from_std(listener)?
        };
        let (end, ended) = oneshot::channel::<()>();
        let ended = async { drop(ended.await) };
        let serving = connection::serve(listener, router, timeouts, memory, ended);
        let mut serving = AbortOnDrop(self.requests.spawn(serving));
        tokio::select! {
            served = &mut serving => served,
            () = shutdown => {
                drop(end);
                serving.await
            }
        }
        .ok_or_else(|| io::Error::other("the threads of the requests have ended"))
    }
}

fn runtime(name: &str, threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name(name)
        .enable_all()
        .build()
}

impl Drop for RequestRuntimes {
    fn drop(&mut self) {
        for runtime in self.owned.drain(..) {
            // Requests that still run are cancelled; asynchronous code must not wait for threads.
            runtime.shutdown_background();
        }
    }
}

/// Runs requests that may compute for longer than a few milliseconds, on threads that answer no
/// other requests.
#[derive(Clone)]
pub(crate) struct SlowRequests(Handle);

impl SlowRequests {
    /// Whether an operation of the API with a body of this length may compute for long.
    pub(crate) fn includes(operation: &str, body_bytes: usize) -> bool {
        body_bytes > FAST_BODY_BYTES
            || matches!(
                operation,
                "CreateStateMachine"
                    | "DescribeStateMachine"
                    | "DescribeStateMachineForExecution"
                    | "GetExecutionHistory"
                    | "ListExecutions"
                    | "TestState"
                    | "UpdateStateMachine"
                    | "ValidateStateMachineDefinition"
            )
    }

    /// Runs a request. Dropping the future cancels the request.
    ///
    /// # Errors
    ///
    /// `ServiceUnavailableException` when the server ends.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, ApiError> {
        let done = AbortOnDrop(self.0.spawn(request)).await;
        done.ok_or_else(|| ApiError::unavailable("the server has ended"))
    }
}

/// A spawned task that is aborted when its handle is dropped. Returns `None` when its runtime has
/// ended.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        match std::task::ready!(Pin::new(&mut self.0).poll(cx)) {
            Ok(done) => Poll::Ready(Some(done)),
            Err(error) if error.is_cancelled() => Poll::Ready(None),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
