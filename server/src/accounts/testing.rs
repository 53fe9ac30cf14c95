//! The paths below `/testing/`: resets of accounts, their clocks, and the tasks that tests execute.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{any, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

use super::directory::{Directory, RunningServer, UsedServer};
use super::factory::{CheckedTasks, TestedTasks};
use crate::body::BODY_BYTES;
use crate::error::ApiError;
use crate::http::refusal;
use crate::operator::json_response;

/// How long a request waits for the end of steps and handlers, unless it has `timeoutSeconds`.
const PATIENCE: f64 = 30.0;
/// The maximum of `timeoutSeconds`.
const MOST_PATIENCE: f64 = 600.0;
/// The maximum of `seconds`: 100 years.
const MOST_SECONDS: f64 = 100.0 * 365.25 * 86_400.0;
/// How long the body of a request may take.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Returns the routes of the paths for tests.
pub(super) fn testing_routes(directory: Arc<Directory>) -> Router<Arc<Directory>> {
    let unknown = async || {
        refusal(&ApiError::unknown_operation(
            "the paths for tests have the method POST and are `/testing/reset`, `/testing/advance`, `/testing/time`, `/testing/wait`, `/testing/tasks` and `/testing/check`",
        ))
    };
    Router::new()
        .route("/testing/reset", post(reset))
        .route("/testing/advance", post(advance))
        .route("/testing/time", post(time))
        .route("/testing/wait", post(wait))
        .route("/testing/tasks", post(tasks))
        .route("/testing/check", post(check))
        .route("/testing/{path}", any(unknown))
        .method_not_allowed_fallback(unknown)
        .with_state(directory)
}

/// The body of `/testing/reset`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct ResetRequest {
    /// Test cases in the format of Step Functions Local.
    mocks: Option<Json>,
    /// Whether the clock is stopped from the beginning.
    stopped: bool,
    /// Whether the account has no server until its next request.
    remove: bool,
}

/// The body of `/testing/advance`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AdvanceRequest {
    seconds: f64,
    timeout_seconds: Option<f64>,
}

/// The body of `/testing/time`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct TimeRequest {
    /// Whether the clock is stopped; without it, nothing changes.
    stopped: Option<bool>,
}

/// The body of `/testing/wait`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct WaitRequest {
    timeout_seconds: Option<f64>,
}

/// The body of `/testing/check`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoMembers {}

async fn reset(State(directory): State<Arc<Directory>>, request: Request) -> Response {
    let done = async {
        let (account, request): (_, ResetRequest) = parsed(&directory, request).await?;
        if request.remove {
            directory.forget(&account).await;
            return Ok(json!({"account": account}));
        }
        let server = directory.reset(&account, request.mocks).await;
        let server = server.map_err(|error| ApiError::validation(error.message))?;
        if request.stopped {
            server.clock().stop();
        }
        Ok(server.time(&account))
    };
    respond(done.await)
}

async fn advance(State(directory): State<Arc<Directory>>, request: Request) -> Response {
    let done = async {
        let (account, request): (_, AdvanceRequest) = parsed(&directory, request).await?;
        let by = seconds("seconds", request.seconds, MOST_SECONDS)?;
        let patience = patience(request.timeout_seconds)?;
        let server = server(&directory, &account).await?;
        let advanced = async {
            let _advancing = server.advancing.lock().await;
            server.clock().advance(by).await;
        };
        let is_idle = tokio::time::timeout(patience, advanced).await.is_ok();
        Ok(idle(server.time(&account), is_idle))
    };
    respond(done.await)
}

async fn time(State(directory): State<Arc<Directory>>, request: Request) -> Response {
    let done = async {
        let (account, request): (_, TimeRequest) = parsed(&directory, request).await?;
        let server = server(&directory, &account).await?;
        if let Some(stopped) = request.stopped {
            let _advancing = server.advancing.lock().await;
            if stopped {
                server.clock().stop()
            } else {
                server.clock().resume()
            }
        }
        Ok(server.time(&account))
    };
    respond(done.await)
}

async fn wait(State(directory): State<Arc<Directory>>, request: Request) -> Response {
    let done = async {
        let (account, request): (_, WaitRequest) = parsed(&directory, request).await?;
        let patience = patience(request.timeout_seconds)?;
        let server = server(&directory, &account).await?;
        let waited = tokio::time::timeout(patience, server.clock().idle());
        let is_idle = waited.await.is_ok();
        Ok(idle(server.time(&account), is_idle))
    };
    respond(done.await)
}

async fn tasks(State(directory): State<Arc<Directory>>, request: Request) -> Response {
    let done = async {
        let (account, request): (_, TestedTasks) = parsed(&directory, request).await?;
        let server = server(&directory, &account).await?;
        let sent = directory.factory.send_tasks(&account, request);
        sent.map_err(|error| ApiError::validation(error.message))?;
        Ok(server.time(&account))
    };
    respond(done.await)
}

/// Returns the names of `/testing/tasks` that no state machine of the account has, and those that
/// nothing called.
async fn check(State(directory): State<Arc<Directory>>, request: Request) -> Response {
    let done = async {
        let (account, NoMembers {}) = parsed(&directory, request).await?;
        let CheckedTasks { unknown, unused } = directory.factory.check_tasks(&account);
        Ok(json!({"account": account, "unknown": unknown, "unused": unused}))
    };
    respond(done.await)
}

/// Reads the body of a request. Returns its account, too: the member `account`, or the account of
/// the access key.
async fn parsed<T: DeserializeOwned>(
    directory: &Directory,
    request: Request,
) -> Result<(String, T), ApiError> {
    let (head, body) = request.into_parts();
    let body = tokio::time::timeout(BODY_TIME, to_bytes(body, BODY_BYTES)).await;
    let body = body.map_err(|_| ApiError::too_slow())?;
    let body = body.map_err(|_| ApiError::too_large(BODY_BYTES))?;
    let body = match body.trim_ascii() {
        [] => b"{}",
        body => body,
    };
    let unreadable = |error: serde_json::Error| {
        ApiError::validation(format!("the body of the request: {error}"))
    };
    let mut members: Map<String, Json> = serde_json::from_slice(body).map_err(unreadable)?;
    let account = match members.remove("account") {
        None => directory.account_of(&head.headers),
        Some(account) => {
            let name = account.as_str().unwrap_or_default();
            let named = directory.named_account(name);
            named.map_err(|error| ApiError::validation(error.message))?
        }
    };
    let parsed = serde_json::from_value(Json::Object(members)).map_err(unreadable)?;
    Ok((account, parsed))
}

async fn server(directory: &Directory, account: &str) -> Result<UsedServer, ApiError> {
    let server = directory.server(account).await;
    server.map_err(|error| ApiError::unavailable(error.message))
}

fn patience(seconds_given: Option<f64>) -> Result<Duration, ApiError> {
    let given = seconds_given.unwrap_or(PATIENCE);
    seconds("timeoutSeconds", given, MOST_PATIENCE)
}

fn seconds(name: &str, given: f64, most: f64) -> Result<Duration, ApiError> {
    if (0.0..=most).contains(&given) {
        Ok(Duration::from_secs_f64(given))
    } else {
        Err(ApiError::validation(format!(
            "`{name}` must be a number from 0 to {most}"
        )))
    }
}

fn idle(mut body: Json, is_idle: bool) -> Json {
    body["idle"] = is_idle.into();
    body
}

fn respond(done: Result<Json, ApiError>) -> Response {
    match done {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => refusal(&error),
    }
}

impl RunningServer {
    fn clock(&self) -> &stepwright_engine::clock::Clock {
        self.service.engine.clock()
    }

    /// Returns the account and its time.
    fn time(&self, account: &str) -> Json {
        json!({
            "account": account,
            "now": self.clock().now().to_string(),
            "stopped": self.clock().is_stopped(),
        })
    }
}
