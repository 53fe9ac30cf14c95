//! Requests and responses: AWS JSON 1.0 at `/`, and `/health`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use http_body_util::BodyExt;
use serde_json::json;
use tokio::sync::Semaphore;

use super::error::ApiError;
use super::operation::{PREFIX, perform};
use super::service::Service;

/// The most bytes of a request's body. AWS takes 1 MB; a definition of 1 MiB has more than that in JSON.
pub(super) const BODY_BYTES: usize = 1_572_864;
/// A body that is larger is read to its end, as far as this, so that the client reads why it was refused.
const DRAINED_BYTES: usize = 16 * 1_048_576;
/// How many bytes of bodies are held at a time, in units of [`UNIT`]; who has more to bring waits.
const HELD: usize = 64 * 1_048_576 / UNIT;
/// Bodies of up to this many bytes are not counted.
const UNIT: usize = 16_384;

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

/// What requests are answered with.
#[derive(Clone)]
struct Http {
    service: Arc<Service>,
    bodies: Arc<Semaphore>,
    /// How long a body may take to come.
    body_time: Duration,
}

/// The paths of the server.
pub(super) fn router(service: Arc<Service>, body_time: Duration) -> Router {
    Router::new()
        .route("/", post(api))
        .route("/health", get(health))
        .fallback(async || refusal(&ApiError::not_found()))
        .method_not_allowed_fallback(async || {
            refusal(&ApiError::unknown_operation(
                "the API is at `/` with the method POST, and `/health` with GET",
            ))
        })
        .with_state(Http {
            service,
            bodies: Arc::new(Semaphore::new(HELD)),
            body_time,
        })
}

/// Reports whether the server can do its work: 200, or 503 while its store cannot commit.
async fn health(State(http): State<Http>) -> Response {
    let engine = &http.service.engine;
    let (region, account) = engine.place();
    let mut body = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "region": region,
        "account": account,
    });
    let unreadable = engine.unreadable_executions().len();
    if unreadable > 0 {
        body["unreadableExecutions"] = unreadable.into();
    }
    let mut status = StatusCode::OK;
    if let Some(outage) = engine.store_outage() {
        status = StatusCode::SERVICE_UNAVAILABLE;
        body["status"] = "unavailable".into();
        body["store"] = json!({
            "error": outage.error.to_string(),
            "seconds": outage.duration.as_secs(),
            "isRetried": outage.is_retried,
        });
    }
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// A call of the API.
async fn api(State(http): State<Http>, request: Request) -> Response {
    let began = Instant::now();
    let target = request.headers().get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let operation = target.strip_prefix(PREFIX);
    let answered = match operation {
        Some(operation) => http.answer(operation, request).await,
        None => Err(unknown(&target)),
    };
    let response = match answered {
        Ok(body) => response(StatusCode::OK, body),
        Err(error) => refusal(&error),
    };
    tracing::debug!(
        operation = operation.unwrap_or_default(),
        status = response.status().as_u16(),
        micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        "a request was answered"
    );
    response
}

fn unknown(target: &str) -> ApiError {
    ApiError::unknown_operation(match target {
        "" => "the header `X-Amz-Target` is missing; it names the operation, as in `AWSStepFunctions.StartExecution`".to_owned(),
        target => format!("`{target}` in the header `X-Amz-Target` is no operation; it begins with `{PREFIX}`"),
    })
}

impl Http {
    async fn answer(&self, operation: &str, request: Request) -> Result<Vec<u8>, ApiError> {
        let reading = tokio::time::timeout(self.body_time, self.body(request)).await;
        let (body, held) = reading.map_err(|_| ApiError::too_slow())??;
        let performed = perform(&self.service, operation, &body).await;
        drop(held);
        performed
    }

    /// The body of a request, and its part of the room for bodies.
    async fn body(
        &self,
        request: Request,
    ) -> Result<(Bytes, Option<tokio::sync::OwnedSemaphorePermit>), ApiError> {
        let declared = request.headers().get(CONTENT_LENGTH);
        let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let mut body = request.into_body();
        if declared.is_some_and(|length| length > BODY_BYTES) {
            drain(&mut body).await;
            return Err(ApiError::too_large(BODY_BYTES));
        }
        // One that does not say how long it is may be of any length.
        let units = declared.unwrap_or(BODY_BYTES) / UNIT;
        let held = match u32::try_from(units) {
            Ok(0) | Err(_) => None,
            // The semaphore is never closed.
            Ok(units) => self.bodies.clone().acquire_many_owned(units).await.ok(),
        };
        let mut parts: Vec<Bytes> = Vec::new();
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                ApiError::serialization(format!("the body cannot be read: {error}"))
            })?;
            if let Ok(data) = frame.into_data() {
                length += data.len();
                if length > BODY_BYTES {
                    drain(&mut body).await;
                    return Err(ApiError::too_large(BODY_BYTES));
                }
                parts.push(data);
            }
        }
        let body = match parts.len() {
            1 => parts.swap_remove(0),
            _ => Bytes::from(parts.concat()),
        };
        Ok((body, held))
    }
}

/// Reads what is left of a body, up to a bound, and forgets it.
async fn drain(body: &mut Body) {
    let mut length = 0;
    while length < DRAINED_BYTES
        && let Some(Ok(frame)) = body.frame().await
    {
        length += frame.data_ref().map_or(0, Bytes::len);
    }
}

fn refusal(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut refusal = response(status, error.to_json().to_string().into_bytes());
    let code = HeaderValue::from_static(error.code());
    refusal.headers_mut().insert("x-amzn-errortype", code);
    refusal
}

fn response(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    let id = uuid::Uuid::new_v4().to_string();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
