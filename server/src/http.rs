//! Requests and responses: AWS JSON 1.0 at `/`, and the paths for operators.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use stepwright_engine::TraceContext;

use crate::access::Access;
use crate::body::{BodyMemory, RequestBody};
use crate::error::ApiError;
#[cfg(feature = "events")]
use crate::events;
use crate::operation::{PREFIX, only_reads, perform};
use crate::operator;
use crate::request_runtimes::SlowRequests;
use crate::response_memory::ResponseMemory;
use crate::service::Service;
use crate::trace::TRACE;

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

/// The state of the request handlers.
#[derive(Clone)]
struct Http {
    service: Arc<Service>,
    access: Arc<Access>,
    memory: BodyMemory,
    slow: SlowRequests,
    /// The timeout of a request's body.
    body_time: Duration,
}

/// Returns the routes of the server: the API, the paths for operators, and further pages.
pub(crate) fn router(
    service: Arc<Service>,
    access: Arc<Access>,
    slow: SlowRequests,
    body_time: Duration,
    bodies: BodyMemory,
    memory: ResponseMemory,
    pages: Router,
) -> Router {
    let router = if service.has_metrics {
        Router::new().route("/metrics", get(operator::metrics))
    } else {
        Router::new()
    };
    router
        .route("/", post(api))
        .route("/health", get(operator::health))
        .route("/ready", get(operator::ready))
        .fallback(async || refusal(&ApiError::not_found()))
        .method_not_allowed_fallback(async || {
            refusal(&ApiError::unknown_operation(
                "the API is at `/` with the method POST; `/health`, `/ready` and `/metrics` have the method GET",
            ))
        })
        .with_state(Http {
            service,
            access: access.clone(),
            memory: bodies,
            slow,
            body_time,
        })
        .merge(pages)
        .layer(from_fn_with_state(memory, within_memory))
        .layer(from_fn_with_state(access, from_own_host))
}

/// Returns the routes of a server without the API.
pub(crate) fn pages_router(pages: Router, access: Arc<Access>, memory: ResponseMemory) -> Router {
    pages
        .fallback(async || refusal(&ApiError::not_found()))
        .method_not_allowed_fallback(async || {
            refusal(&ApiError::unknown_operation(
                "this server has pages and no API; `stepwright serve` has the API",
            ))
        })
        .layer(from_fn_with_state(memory, within_memory))
        .layer(from_fn_with_state(access, from_own_host))
}

/// The maximum bytes of a request's line and headers. The connection's buffer also limits them, but
/// less exactly.
const HEAD_BYTES: usize = 32_768;

/// Returns how many bytes the line and the headers of a request have.
fn head_bytes(request: &Request) -> usize {
    let uri = request.uri().path_and_query();
    let uri = uri.map_or(0, |uri| uri.as_str().len());
    let line = request.method().as_str().len() + uri + " ".len() * 2 + "HTTP/1.1\r\n\r\n".len();
    let headers = request.headers().iter();
    headers.fold(line, |bytes, (name, value)| {
        bytes + name.as_str().len() + value.len() + ": \r\n".len()
    })
}

/// Rejects requests for hosts, or from origins, that are not accepted, on every path.
pub(crate) async fn from_own_host(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    if head_bytes(&request) > HEAD_BYTES {
        return refusal(&ApiError::headers_too_large(HEAD_BYTES));
    }
    match access.check_host(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => refusal_of_host(request.headers(), &error),
    }
}

/// Returns a page to a browser, and JSON to a client of the API.
#[cfg(feature = "console")]
fn refusal_of_host(headers: &HeaderMap, error: &ApiError) -> Response {
    let page = crate::console::refused_browser(headers, error);
    page.unwrap_or_else(|| refusal(error))
}

#[cfg(not(feature = "console"))]
fn refusal_of_host(_: &HeaderMap, error: &ApiError) -> Response {
    refusal(error)
}

/// Runs the requests of a page as slow requests.
pub(crate) async fn run_slowly(
    State(slow): State<SlowRequests>,
    request: Request,
    next: Next,
) -> Response {
    match slow.run(next.run(request)).await {
        Ok(response) => response,
        Err(error) => refusal(&error),
    }
}

/// Limits the memory of the responses of all connections.
async fn within_memory(
    State(memory): State<ResponseMemory>,
    request: Request,
    next: Next,
) -> Response {
    let is_repeatable = match *request.method() {
        Method::GET | Method::HEAD => true,
        _ => {
            let called = ServiceApi::of(target_of(request.headers()));
            called.is_some_and(|(api, operation)| api.only_reads(operation))
        }
    };
    let response = next.run(request).await;
    let counted = memory.count(response, is_repeatable).await;
    counted.unwrap_or_else(|error| refusal(&error))
}

/// Handles a call of the API.
async fn api(State(http): State<Http>, request: Request) -> Response {
    let began = Instant::now();
    let target = target_of(request.headers()).to_owned();
    let called = ServiceApi::of(&target);
    let answered = match called {
        Some((api, operation)) => http.answer(api, operation, request).await,
        None => Err(unknown(&target)),
    };
    let mut response = match answered {
        Ok(body) => response(StatusCode::OK, body),
        Err(error) => refusal(&error),
    };
    if let Some((api, _)) = called {
        response
            .headers_mut()
            .insert(CONTENT_TYPE, api.content_type());
    }
    tracing::debug!(
        operation = called.map_or("", |(_, operation)| operation),
        status = response.status().as_u16(),
        micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        "a request was answered"
    );
    response
}

/// The APIs of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ServiceApi {
    StepFunctions,
    #[cfg(feature = "events")]
    EventBridge,
}

impl ServiceApi {
    /// Returns the API and the operation that a header `X-Amz-Target` names.
    fn of(target: &str) -> Option<(Self, &str)> {
        #[cfg(feature = "events")]
        if let Some(operation) = target.strip_prefix(events::PREFIX) {
            return Some((Self::EventBridge, operation));
        }
        let operation = target.strip_prefix(PREFIX)?;
        Some((Self::StepFunctions, operation))
    }

    /// The service in the credential scope of a signature.
    fn signing_name(self) -> &'static str {
        match self {
            Self::StepFunctions => "states",
            #[cfg(feature = "events")]
            Self::EventBridge => "events",
        }
    }

    fn content_type(self) -> HeaderValue {
        match self {
            Self::StepFunctions => JSON,
            #[cfg(feature = "events")]
            Self::EventBridge => HeaderValue::from_static("application/x-amz-json-1.1"),
        }
    }

    /// Whether an operation changes nothing, so that a client can repeat it.
    fn only_reads(self, operation: &str) -> bool {
        match self {
            Self::StepFunctions => only_reads(operation),
            #[cfg(feature = "events")]
            Self::EventBridge => operation.starts_with("Test"),
        }
    }

    /// Performs an operation. Returns the body of its response.
    async fn perform(
        self,
        service: &Arc<Service>,
        operation: &str,
        body: RequestBody,
    ) -> Result<Vec<u8>, ApiError> {
        match self {
            Self::StepFunctions => perform(service, operation, body).await,
            #[cfg(feature = "events")]
            Self::EventBridge => events::perform(service, operation, body).await,
        }
    }
}

/// Returns the header that names the operation.
fn target_of(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    target.unwrap_or_default()
}

fn unknown(target: &str) -> ApiError {
    ApiError::unknown_operation(match target {
        "" => "the header `X-Amz-Target` is missing; it names the operation, as in `AWSStepFunctions.StartExecution`".to_owned(),
        target => format!("`{target}` in the header `X-Amz-Target` is no operation; it begins with `{PREFIX}`"),
    })
}

impl FromRef<Http> for Arc<Service> {
    fn from_ref(http: &Http) -> Self {
        http.service.clone()
    }
}

impl Http {
    async fn answer(
        &self,
        api: ServiceApi,
        operation: &str,
        request: Request,
    ) -> Result<Vec<u8>, ApiError> {
        let (head, body) = request.into_parts();
        let reading = self.memory.read(&head.headers, body);
        let reading = tokio::time::timeout(self.body_time, reading);
        let body = tokio::select! {
            body = reading => body.map_err(|_| ApiError::too_slow())??,
            // A slow client does not delay the end of the server.
            () = self.service.shutdown.closing() => {
                return Err(ApiError::shut_down());
            }
        };
        let signing_name = api.signing_name();
        self.access
            .check_signature(signing_name, &head.headers, &head.uri, body.as_ref())?;
        self.check_lease()?;
        let is_slow = SlowRequests::includes(operation, body.as_ref().len());
        let is_read = api.only_reads(operation);
        let (service, operation) = (self.service.clone(), operation.to_owned());
        let trace = trace_of(&head.headers);
        let performed = async move {
            let performed = api.perform(&service, &operation, body);
            match trace {
                Some(trace) => TRACE.scope(trace, performed).await,
                None => performed.await,
            }
        };
        let answer = if is_slow {
            self.slow.run(performed).await?
        } else {
            performed.await
        };
        // Another server may have committed more since the read. A change is
        // answered when it is durable, and the lease was trusted then.
        if is_read {
            self.check_lease()?;
        }
        answer
    }

    /// Refuses requests while another server may have the store.
    fn check_lease(&self) -> Result<(), ApiError> {
        match self.service.engine.store_lease() {
            Some(lease) if !lease.is_trusted() => Err(ApiError::unavailable(
                "this server cannot renew the lease of its store; another server may have taken over",
            )),
            _ => Ok(()),
        }
    }
}

/// Returns the trace that a request continues.
fn trace_of(headers: &HeaderMap) -> Option<TraceContext> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // Lists that are split over several headers are one list.
    let states: Vec<_> = headers.get_all("tracestate").iter().collect();
    let states: Result<Vec<_>, _> = states.iter().map(|state| state.to_str()).collect();
    let state = states.map(|states| states.join(",")).unwrap_or_default();
    TraceContext::new(text("traceparent")?, Some(&state))
}

pub(crate) fn refusal(error: &ApiError) -> Response {
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
