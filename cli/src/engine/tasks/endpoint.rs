//! Tasks over HTTP: the input is posted as JSON, and the response is the output.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response as HttpResponse, StatusCode, Uri};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value as Json;
use stepwright_engine::TraceContext;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;

use super::output::RESULT_BYTES;

/// Connection timeout.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// Idle timeout of pooled connections.
const IDLE_TIME: Duration = Duration::from_secs(20);
/// Maximum number of characters of an unrecognized error body in a cause.
const SHOWN: usize = 1_000;

/// An HTTP client with a connection pool. Clones share the pool.
#[derive(Clone)]
pub(crate) struct Client(legacy::Client<HttpConnector, Full<Bytes>>);

impl Default for Client {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIME));
        connector.set_nodelay(true);
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        builder.pool_idle_timeout(IDLE_TIME);
        Self(builder.build(connector))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

/// The reason why there is no response.
#[derive(Debug)]
pub(crate) enum EndpointError {
    /// A sentence with the cause.
    Failed(String),
    /// The body is larger than any result.
    TooLarge,
}

impl EndpointError {
    /// Returns the failure of the task: `too_large`, or what `failed` makes of the sentence.
    pub(super) fn into_failure(
        self,
        too_large: TaskFailure,
        failed: impl FnOnce(String) -> TaskFailure,
    ) -> TaskFailure {
        match self {
            Self::Failed(cause) => failed(cause),
            Self::TooLarge => too_large,
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(cause) => f.write_str(cause),
            Self::TooLarge => write!(f, "the response has more than {RESULT_BYTES} bytes"),
        }
    }
}

/// An HTTP response.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Client {
    /// Posts JSON.
    pub(super) async fn post(
        &self,
        url: &Uri,
        headers: HeaderMap,
        body: String,
    ) -> Result<Response, EndpointError> {
        let mut request = Request::post(url.clone()).body(Full::from(body));
        if let Ok(request) = &mut request {
            *request.headers_mut() = headers;
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
        }
        let request = request
            .map_err(|error| EndpointError::Failed(format!("cannot post to {url}: {error}")))?;
        let (head, body) = self.send(request).await?.into_parts();
        Ok(Response {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    /// Sends a request, and reads the response up to the maximum size of a result.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<HttpResponse<Bytes>, EndpointError> {
        let url = request.uri().clone();
        let response = self.0.request(request).await;
        let response = response.map_err(|error| {
            EndpointError::Failed(format!("cannot reach {url}: {}", root(&error)))
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, RESULT_BYTES).collect().await;
        let body = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                EndpointError::TooLarge
            } else {
                EndpointError::Failed(format!("the response of {url} cannot be read: {error}"))
            }
        })?;
        Ok(HttpResponse::from_parts(head, body.to_bytes()))
    }
}

/// The root cause of an error.
fn root(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}

/// Parses the URL of an endpoint.
pub(crate) fn url(text: &str) -> Result<Uri, String> {
    let url: Uri = text
        .parse()
        .map_err(|error| format!("`{text}` is not a URL: {error}"))?;
    match (url.scheme_str(), url.host()) {
        (Some("http"), Some(_)) => Ok(url),
        (Some("https"), _) => Err(format!(
            "`{text}`: endpoints must use http://; for TLS, put a proxy in between"
        )),
        _ => Err(format!("`{text}` is not a URL that begins with http://")),
    }
}

/// The result of an endpoint for the input of a task.
pub(super) async fn call(
    client: &Client,
    url: Uri,
    input: String,
    trace: Option<&TraceContext>,
    too_large: TaskFailure,
) -> Result<Value, TaskFailure> {
    let failed = |cause: String| TaskFailure::new("EndpointFailed", cause);
    let headers = trace.map_or_else(HeaderMap::new, trace_headers);
    let response = client.post(&url, headers, input).await;
    let response = response.map_err(|error| error.into_failure(too_large, failed))?;
    let body = response.body.trim();
    if response.status.is_success() {
        if body.is_empty() {
            return Ok(Value::Null);
        }
        return Value::from_text(body)
            .map_err(|error| failed(format!("{url} did not respond with JSON: {error}")));
    }
    Err(reported_failure(body).unwrap_or_else(|| {
        let shown: String = body.chars().take(SHOWN).collect();
        failed(format!("{url} responded with {}: {shown}", response.status))
    }))
}

/// The headers of W3C Trace Context.
fn trace_headers(trace: &TraceContext) -> HeaderMap {
    let state = trace.tracestate().map(|state| ("tracestate", state));
    let values = [("traceparent", trace.traceparent())]
        .into_iter()
        .chain(state);
    // A trace context consists of printable characters, which all are valid in a header.
    let headers = values.filter_map(|(name, value)| {
        Some((
            HeaderName::from_static(name),
            HeaderValue::from_str(value).ok()?,
        ))
    });
    headers.collect()
}

/// The failure in a body: `{"error": .., "cause": ..}`, or with Lambda's names.
fn reported_failure(body: &str) -> Option<TaskFailure> {
    let body: Json = serde_json::from_str(body).ok()?;
    let text = |name: &str| body.get(name).and_then(Json::as_str).map(str::to_owned);
    if let Some(error) = text("error") {
        let cause = text("cause");
        return Some(TaskFailure {
            error: Some(error),
            cause,
        });
    }
    let error = text("errorType")?;
    Some(TaskFailure::new(error, body.to_string()))
}
