//! The HTTP client of all calls, with limits for the time and the size of responses.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::{HeaderMap, Method, Request, Uri};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use stepwright_asl::limits::MAX_PAYLOAD_BYTES;

/// The timeout of a connection.
pub(crate) const CONNECT_TIME: Duration = Duration::from_secs(10);
/// The timeout of unused connections. Servers of emulators often close them after 20 seconds or
/// more.
const IDLE_TIME: Duration = Duration::from_secs(15);
/// The maximum size of a response with the result of a task. A result of more than 262,144 bytes
/// fails the task, and is longer in XML or with escapes; an object for a Map may be larger, and is
/// read in parts.
pub(crate) const RESULT_BYTES: usize = 4 * MAX_PAYLOAD_BYTES as usize;
/// The maximum size of a page of a list. S3's page of 1,000 keys with 1,024 bytes each is escaped
/// in XML.
pub(crate) const LIST_BYTES: usize = 4 * 1_048_576;

#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// An HTTP client with a pool of connections, which its clones share.
#[derive(Clone, Debug)]
pub(crate) struct HttpClient(legacy::Client<Connector, Full<Bytes>>);

/// A signed request.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequest {
    pub(crate) method: Method,
    pub(crate) url: Uri,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

/// A response with its whole body.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A response whose body is not read yet.
#[derive(Debug)]
pub(crate) struct HttpStream {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: Incoming,
}

impl HttpStream {
    /// Returns the length of the whole body, if the server announced it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// Returns whether the end of the body can be recognized: a body that ends with its connection
    /// may be incomplete.
    pub(crate) fn has_end(&self) -> bool {
        [CONTENT_LENGTH, TRANSFER_ENCODING]
            .iter()
            .any(|name| self.headers.contains_key(name))
    }

    /// Returns the next bytes of the body, or none at its end. A body that is shorter than
    /// announced is an error.
    pub(crate) async fn chunk(&mut self, timeout: Duration) -> Result<Option<Bytes>, HttpFailure> {
        loop {
            let frame = tokio::time::timeout(timeout, self.body.frame()).await;
            let Some(frame) = frame.map_err(|_elapsed| HttpFailure::timed_out())? else {
                return Ok(None);
            };
            let frame = frame.map_err(|error| HttpFailure::new(root(&error)))?;
            // Frames without data are trailers.
            if let Ok(bytes) = frame.into_data() {
                return Ok(Some(bytes));
            }
        }
    }

    /// Reads the whole body, which has at most `max_bytes`.
    pub(crate) async fn collect(self, max_bytes: usize) -> Result<HttpResponse, HttpFailure> {
        let body = Limited::new(self.body, max_bytes).collect().await;
        let body = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                HttpFailure {
                    message: format!("the body of the response has more than {max_bytes} bytes"),
                    reason: FailureReason::TooLarge,
                }
            } else {
                HttpFailure::new(root(&*error))
            }
        })?;
        Ok(HttpResponse {
            status: self.status,
            headers: self.headers,
            body: body.to_bytes(),
        })
    }
}

/// A request without a response. The message is that of the SDK for Java, if it has one.
#[derive(Debug, thiserror::Error)]
#[error("Unable to execute HTTP request: {message}")]
pub(crate) struct HttpFailure {
    message: String,
    reason: FailureReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailureReason {
    /// There is no connection: the service certainly did not get the request.
    Unsent,
    /// The service may have got the request.
    Lost,
    /// The response is late: the service may have got the request.
    TimedOut,
    /// The same request fails in the same way: it has a wrong header.
    Permanent,
    /// The body of the response is too large.
    TooLarge,
}

impl HttpRequest {
    /// Checks the headers, whose names and values can come from the parameters of a task.
    pub(crate) fn check_headers(&self) -> Result<(), HttpFailure> {
        parsed_headers(&self.headers).map(drop)
    }
}

impl HttpFailure {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            reason: FailureReason::Lost,
        }
    }

    /// Returns whether the request may be sent again. `is_idempotent` is whether the service may
    /// get it twice.
    pub(crate) fn may_be_repeated(&self, is_idempotent: bool) -> bool {
        match self.reason {
            FailureReason::Unsent => true,
            FailureReason::Lost | FailureReason::TimedOut => is_idempotent,
            FailureReason::Permanent | FailureReason::TooLarge => false,
        }
    }

    /// Returns whether the body of the response is larger than any result.
    pub(crate) fn is_too_large(&self) -> bool {
        self.reason == FailureReason::TooLarge
    }

    /// Returns whether the response is late.
    #[cfg(feature = "account")]
    pub(crate) fn is_timeout(&self) -> bool {
        self.reason == FailureReason::TimedOut
    }

    pub(super) fn timed_out() -> Self {
        Self {
            message: "Read timed out".to_owned(),
            reason: FailureReason::TimedOut,
        }
    }
}

impl HttpClient {
    pub(crate) fn new() -> Self {
        Self::with_connect_time(CONNECT_TIME)
    }

    /// Returns a client whose connections have this timeout.
    pub(crate) fn with_connect_time(connect_time: Duration) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(connect_time));
        connector.set_nodelay(true);
        #[cfg(feature = "tls")]
        let connector = with_tls(connector);
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        builder.pool_idle_timeout(IDLE_TIME);
        Self(builder.build(connector))
    }

    /// Sends a request, and reads the whole response, whose body has at most `max_bytes`.
    pub(crate) async fn send(
        &self,
        request: HttpRequest,
        timeout: Duration,
        max_bytes: usize,
    ) -> Result<HttpResponse, HttpFailure> {
        let response = async { self.request(request).await?.collect(max_bytes).await };
        let response = tokio::time::timeout(timeout, response).await;
        response.map_err(|_elapsed| HttpFailure::timed_out())?
    }

    /// Sends a request, and reads the head of the response.
    pub(crate) async fn open(
        &self,
        request: HttpRequest,
        timeout: Duration,
    ) -> Result<HttpStream, HttpFailure> {
        let response = tokio::time::timeout(timeout, self.request(request)).await;
        response.map_err(|_elapsed| HttpFailure::timed_out())?
    }

    async fn request(&self, request: HttpRequest) -> Result<HttpStream, HttpFailure> {
        let HttpRequest {
            method,
            url,
            headers,
            body,
        } = request;
        let headers = parsed_headers(&headers)?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = url;
        *request.headers_mut() = headers;
        let response = self.0.request(request).await.map_err(|error| HttpFailure {
            reason: if error.is_connect() {
                FailureReason::Unsent
            } else {
                FailureReason::Lost
            },
            message: root(&error),
        })?;
        let (head, body) = response.into_parts();
        Ok(HttpStream {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        })
    }
}

/// Adds TLS that trusts the certificates of the system, or those of Mozilla in a container that has
/// none.
#[cfg(feature = "tls")]
fn with_tls(mut connector: HttpConnector) -> Connector {
    use hyper_rustls::HttpsConnectorBuilder;

    connector.enforce_http(false);
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let native = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider.clone());
    let builder = native.unwrap_or_else(|error| {
        tracing::debug!(%error, "the system has no certificates; those of Mozilla are used");
        let mozilla = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider);
        mozilla.expect("ring has the default versions of TLS")
    });
    builder
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector)
}

/// Parses headers, which may contain values of a task's parameters.
fn parsed_headers(headers: &[(String, String)]) -> Result<HeaderMap, HttpFailure> {
    let mut parsed = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let value = HeaderValue::try_from(value).map_err(|_| wrong_header(name))?;
        let name = HeaderName::try_from(name).map_err(|_| wrong_header(name))?;
        parsed.append(name, value);
    }
    Ok(parsed)
}

fn wrong_header(name: &str) -> HttpFailure {
    HttpFailure {
        message: format!(
            "the header `{name}` contains characters that a header cannot have, such as line breaks; remove them"
        ),
        reason: FailureReason::Permanent,
    }
}

/// The innermost cause of an error, which says what happened.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}
