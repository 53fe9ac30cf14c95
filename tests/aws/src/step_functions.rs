//! The API of Step Functions for workers and tokens, on an engine: real executions wait for the
//! requests.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html>

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::retry::RetryConfig;
use aws_sdk_sfn::config::{Credentials, Region};
use aws_smithy_http_client::Builder;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use stepwright_runtime::{ActivityError, Engine, TokenError};
use tokio::net::TcpListener;

/// A fault of a single request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service responds with this error.
    Error(&'static str),
    /// The connection breaks in the middle of the response.
    Broken,
}

/// A received request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GetActivityTask`.
    pub action: String,
    /// Its members.
    pub body: Value,
    /// When it was received.
    pub at: Instant,
}

#[derive(Debug)]
struct Shared {
    engine: Engine,
    poll: Duration,
    faults: Mutex<VecDeque<(&'static str, Fault)>>,
    requests: Mutex<Vec<Request>>,
}

/// A server of the API.
#[derive(Debug)]
pub struct StepFunctions {
    address: SocketAddr,
    shared: Arc<Shared>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StepFunctions {
    /// Starts a server on a free port of this machine. A poll without a task waits for `poll`.
    ///
    /// # Panics
    ///
    /// When no port is free.
    pub async fn start(engine: &Engine, poll: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            engine: engine.clone(),
            poll,
            faults: Mutex::default(),
            requests: Mutex::default(),
        });
        let app = Router::new()
            .route("/", post(serve))
            .with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, shared }
    }

    /// Makes the next requests of an action fail, in this order.
    pub fn fail(&self, action: &'static str, faults: impl IntoIterator<Item = Fault>) {
        let faults = faults.into_iter().map(|fault| (action, fault));
        lock(&self.shared.faults).extend(faults);
    }

    /// Returns the received requests of an action.
    #[must_use]
    pub fn requests(&self, action: &str) -> Vec<Request> {
        let requests = lock(&self.shared.requests);
        let own = requests.iter().filter(|request| request.action == action);
        own.cloned().collect()
    }

    /// Waits until this many requests of an action were received.
    ///
    /// # Panics
    ///
    /// When they are not received within half a minute.
    pub async fn wait_for(&self, action: &str, count: usize) {
        let until = Instant::now() + Duration::from_secs(30);
        while self.requests(action).len() < count {
            let seen = self.requests(action).len();
            assert!(
                Instant::now() < until,
                "{seen} of {count} requests {action} came"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client of the AWS SDK for it. It does not retry, so that the worker's own retries are
    /// observed.
    #[must_use]
    pub fn client(&self) -> Client {
        client(&self.url())
    }
}

/// A client of the AWS SDK for a server on this machine.
#[must_use]
pub fn client(url: &str) -> Client {
    let config = aws_sdk_sfn::Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .endpoint_url(url)
        .retry_config(RetryConfig::disabled())
        .http_client(Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

async fn serve(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers
        .get("x-amz-target")
        .and_then(|name| name.to_str().ok());
    let action = target.and_then(|name| name.strip_prefix("AWSStepFunctions."));
    let is_signed = headers.contains_key("authorization");
    let (Some(action), Ok(body), true) =
        (action, serde_json::from_slice::<Value>(&body), is_signed)
    else {
        return refuse("MissingAuthenticationToken", "no request of this service");
    };
    lock(&shared.requests).push(Request {
        action: action.to_owned(),
        body: body.clone(),
        at: Instant::now(),
    });
    if let Some(fault) = next_fault(&shared, action) {
        return match fault {
            Fault::Error(code) => refuse(code, "as the test says"),
            Fault::Broken => {
                let broken = Err::<Bytes, _>(io::Error::other("broken"));
                let stream = futures_util::stream::once(async { broken });
                Body::from_stream(stream).into_response()
            }
        };
    }
    let done = match action {
        "GetActivityTask" => return poll(&shared, &body).await,
        "SendTaskSuccess" => success(&shared, &body).await,
        "SendTaskFailure" => failure(&shared, &body).await,
        "SendTaskHeartbeat" => {
            let token = text(&body, "taskToken");
            shared.engine.send_task_heartbeat(token).await
        }
        _ => return refuse("UnknownOperationException", action),
    };
    match done {
        Ok(()) => axum_json(&json!({})),
        Err(error) => {
            let code = match &error {
                TokenError::InvalidToken => "InvalidToken",
                TokenError::TaskTimedOut => "TaskTimedOut",
                TokenError::InvalidOutput(_) => "InvalidOutput",
                _ => "TaskDoesNotExist",
            };
            refuse(code, &error.to_string())
        }
    }
}

fn next_fault(shared: &Shared, action: &str) -> Option<Fault> {
    let mut faults = lock(&shared.faults);
    let at = faults.iter().position(|(of, _)| *of == action)?;
    faults.remove(at).map(|(_, fault)| fault)
}

async fn poll(shared: &Shared, body: &Value) -> Response {
    let arn = text(body, "activityArn");
    let worker = body["workerName"].as_str();
    let task = shared.engine.get_activity_task(arn, worker);
    match tokio::time::timeout(shared.poll, task).await {
        Ok(Ok(task)) => {
            axum_json(&json!({ "taskToken": task.token, "input": task.input.to_text() }))
        }
        Ok(Err(error @ ActivityError::ActivityDoesNotExist(_))) => {
            refuse("ActivityDoesNotExist", &error.to_string())
        }
        Ok(Err(error)) => refuse("InternalServerError", &error.to_string()),
        Err(_) => axum_json(&json!({ "taskToken": null })),
    }
}

async fn success(shared: &Shared, body: &Value) -> Result<(), TokenError> {
    let output: Value = serde_json::from_str(text(body, "output"))
        .map_err(|error| TokenError::InvalidOutput(error.to_string()))?;
    let token = text(body, "taskToken");
    shared.engine.send_task_success(token, &output).await
}

async fn failure(shared: &Shared, body: &Value) -> Result<(), TokenError> {
    let (error, cause) = (body["error"].as_str(), body["cause"].as_str());
    let token = text(body, "taskToken");
    shared.engine.send_task_failure(token, error, cause).await
}

fn text<'a>(body: &'a Value, member: &str) -> &'a str {
    body[member].as_str().unwrap_or_default()
}

fn axum_json(value: &Value) -> Response {
    let kind = [("content-type", "application/x-amz-json-1.0")];
    (kind, value.to_string()).into_response()
}

fn refuse(code: &str, message: &str) -> Response {
    let body = json!({ "__type": format!("com.amazonaws.swf.service.v2.model#{code}"), "message": message });
    (StatusCode::BAD_REQUEST, axum_json(&body)).into_response()
}
