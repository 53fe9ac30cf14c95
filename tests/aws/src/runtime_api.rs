//! The Lambda Runtime API for a function's process.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::HashMap;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// The outcome of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its result: JSON text.
    Response(String),
    /// Its error: JSON text.
    Error(String),
}

impl Outcome {
    /// Returns the result.
    ///
    /// # Panics
    ///
    /// With the error if the function failed.
    #[must_use]
    pub fn response(self) -> String {
        match self {
            Self::Response(text) => text,
            Self::Error(text) => panic!("the function failed: {text}"),
        }
    }

    /// Returns the error.
    ///
    /// # Panics
    ///
    /// With the result if the function succeeded.
    #[must_use]
    pub fn error(self) -> String {
        match self {
            Self::Error(text) => text,
            Self::Response(text) => panic!("the function did not fail: {text}"),
        }
    }
}

struct Call {
    event: String,
    answer: oneshot::Sender<Outcome>,
}

struct Shared {
    /// Calls that no process has requested yet.
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Call>>,
    /// Calls that a process works on, by their request id.
    at_work: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    /// Errors of processes that failed to start.
    init_errors: mpsc::UnboundedSender<String>,
    calls: std::sync::atomic::AtomicU32,
    asked: tokio::sync::Notify,
}

/// A server of the API for one process.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    calls: mpsc::UnboundedSender<Call>,
    init_errors: mpsc::UnboundedReceiver<String>,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Call").field(&self.event).finish()
    }
}

impl RuntimeApi {
    /// Starts a server on a free port of this machine.
    ///
    /// # Panics
    ///
    /// When no port is free.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (calls, waiting) = mpsc::unbounded_channel();
        let (errors, init_errors) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            waiting: tokio::sync::Mutex::new(waiting),
            at_work: Mutex::default(),
            init_errors: errors,
            calls: 0.into(),
            asked: tokio::sync::Notify::new(),
        });
        let app = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            calls,
            init_errors,
            shared,
        }
    }

    /// Starts a program as Lambda does.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    #[must_use]
    pub fn spawn(&self, program: &Path, task: Option<&str>) -> Function {
        let mut command = Command::new(program);
        command
            .env("AWS_LAMBDA_RUNTIME_API", self.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "test")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env_remove("STEPWRIGHT_TASK")
            .stderr(Stdio::piped());
        if let Some(task) = task {
            command.env("STEPWRIGHT_TASK", task);
        }
        Function(command.spawn().expect("the program starts"))
    }

    /// Calls the function with an event: JSON text.
    ///
    /// # Panics
    ///
    /// When it does not respond within a minute.
    pub async fn invoke(&self, event: impl Into<String>) -> Outcome {
        let (answer, answered) = oneshot::channel();
        let event = event.into();
        let call = Call { event, answer };
        self.calls.send(call).expect("the server is there");
        let limit = std::time::Duration::from_secs(60);
        let answered = tokio::time::timeout(limit, answered).await;
        answered.expect("the function answers").expect("an answer")
    }

    /// Returns the error of a process that failed to start.
    ///
    /// # Panics
    ///
    /// When it reports none within a minute.
    pub async fn init_error(&mut self) -> String {
        let limit = std::time::Duration::from_secs(60);
        let said = tokio::time::timeout(limit, self.init_errors.recv()).await;
        said.expect("the process says something").expect("a server")
    }

    /// Waits until a process requests a call.
    pub async fn asked(&self) {
        self.shared.asked.notified().await;
    }
}

/// A process that is a Lambda function. It ends when this is dropped.
#[derive(Debug)]
pub struct Function(Child);

impl Function {
    /// Waits for its end. Returns whether it exited with success, and what it wrote to its standard
    /// error.
    ///
    /// # Panics
    ///
    /// When it cannot be waited for.
    pub fn end(&mut self) -> (bool, String) {
        let mut written = String::new();
        if let Some(mut stderr) = self.0.stderr.take() {
            stderr.read_to_string(&mut written).expect("text");
        }
        (self.0.wait().expect("its status").success(), written)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.asked.notify_one();
    let call = shared.waiting.lock().await.recv().await;
    let Some(call) = call else {
        return StatusCode::GONE.into_response();
    };
    let number = shared
        .calls
        .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let id = format!("request-{number}");
    let mut at_work = shared
        .at_work
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    at_work.insert(id.clone(), call.answer);
    drop(at_work);
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", id.as_str()),
        ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:123456789012:function:test",
        ),
        (
            "Lambda-Runtime-Trace-Id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
        ),
    ];
    let mut answer = call.event.into_response();
    for (name, value) in headers {
        let value = value.parse().expect("a header");
        answer.headers_mut().insert(name, value);
    }
    answer
}

fn answer(shared: &Shared, id: &str, outcome: Outcome) -> StatusCode {
    let mut at_work = shared
        .at_work
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    match at_work.remove(id).map(|answer| answer.send(outcome)) {
        Some(_) => StatusCode::ACCEPTED,
        None => StatusCode::NOT_FOUND,
    }
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
    body: String,
) -> StatusCode {
    answer(&shared, &id, Outcome::Response(body))
}

async fn error(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
    body: String,
) -> StatusCode {
    answer(&shared, &id, Outcome::Error(body))
}

async fn init_error(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let named = headers.contains_key("lambda-runtime-function-error-type");
    if named && shared.init_errors.send(body).is_ok() {
        StatusCode::ACCEPTED
    } else {
        StatusCode::BAD_REQUEST
    }
}
