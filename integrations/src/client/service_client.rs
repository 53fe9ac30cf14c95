//! Prepares, signs and sends calls of AWS services, and repeats calls that fail temporarily.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use hyper::{HeaderMap, Method, Uri};
use serde_json::{Map, Value as Json};
use stepwright_asl::resource::action_reads;

use super::attempt::{self, MAX_ATTEMPTS};
use super::credentials::{EndpointKeys, SigningKeys};
use super::endpoints::Endpoints;
use super::host::{is_api_gateway, is_of_aws};
use super::http::{
    HttpClient, HttpFailure, HttpRequest, HttpResponse, HttpStream, LIST_BYTES, RESULT_BYTES,
};
use super::signature::add_signature;
use crate::models::{ModelError, Models, ServiceModel};
use crate::protocol::{
    self, ApiError, ApiRequest, InvalidParameter, Naming, UnreadableResponse, api_error,
    is_error_document,
};

/// How long services may take to respond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResponseTime {
    pub(crate) service: Duration,
    /// A function of Lambda runs for 15 minutes at most.
    pub(crate) function: Duration,
}

impl Default for ResponseTime {
    fn default() -> Self {
        Self {
            service: Duration::from_secs(60),
            function: Duration::from_secs(16 * 60),
        }
    }
}

/// Calls operations of AWS services.
#[derive(Debug)]
pub(crate) struct ServiceClient {
    pub(crate) models: Models,
    pub(crate) endpoints: Endpoints,
    /// Keys for services without an endpoint, which are called at AWS. None if AWS is never called.
    pub(crate) aws: Option<SigningKeys>,
    pub(crate) emulator_keys: EndpointKeys,
    pub(crate) region: String,
    pub(crate) http: HttpClient,
    pub(crate) response_time: ResponseTime,
}

/// A call that can be sent.
#[derive(Debug)]
pub(crate) struct PreparedCall {
    model: Arc<ServiceModel>,
    action: String,
    naming: Naming,
    request: HttpRequest,
    keys: SigningKeys,
    region: String,
    /// Whether the service does the same work only once if it gets the request twice.
    is_idempotent: bool,
}

impl PreparedCall {
    /// Returns whether the service does the same work only once if it gets the request twice.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.is_idempotent
    }

    /// Declares that the service does the same work only once if it gets the request twice.
    pub(crate) fn idempotent(mut self) -> Self {
        self.is_idempotent = true;
        self
    }

    /// Sets the body, for bytes that are not text: parameters are JSON.
    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.request.body = body;
        self
    }
}

/// A successful response.
#[derive(Debug)]
pub(crate) struct CallOutput {
    pub(crate) members: Map<String, Json>,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
}

/// A call without a successful response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The service refused it.
    #[error("{}", .0.message)]
    Api(ApiError, u32),
    /// There is no response that can be read. The message is that of the SDK.
    #[error("{0}")]
    Client(String, u32),
    /// The response is larger than any result.
    #[error("{0}")]
    TooLarge(String),
}

/// A call that cannot be built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("the API model of {service} has no operation for `{action}`")]
    NoOperation { service: String, action: String },
    #[error("{0}")]
    Url(String),
}

impl ServiceClient {
    /// Returns whether calls of a service are sent, by its name in botocore.
    pub(crate) fn serves(&self, service: &str) -> bool {
        self.endpoints.of(service).is_some() || self.aws.is_some()
    }

    /// Builds a call. Returns none if the service has no endpoint. `token` is the idempotency token
    /// of operations that have one.
    pub(crate) fn prepare(
        &self,
        service: &str,
        action: &str,
        naming: Naming,
        parameters: &Json,
        token: &str,
    ) -> Result<Option<PreparedCall>, PrepareError> {
        if !self.serves(service) {
            return Ok(None);
        }
        let model = self.models.find(service)?;
        let operation = model
            .operations
            .get(action)
            .ok_or_else(|| PrepareError::NoOperation {
                service: service.to_owned(),
                action: action.to_owned(),
            })?;
        let has_token = model.structure(operation.input).is_some_and(|input| {
            input
                .members
                .iter()
                .any(|member| member.is_idempotency_token)
        });
        let is_idempotent = has_token || action_reads(action);
        let api = protocol::request(&model, operation, parameters, token)?;
        let (base, keys) = match (self.endpoints.of(service), &self.aws) {
            (Some(endpoint), _) => (endpoint.clone(), self.emulator_keys.of(service).clone()),
            (None, Some(keys)) => (aws_url(&model, &api, &self.region)?, keys.clone()),
            (None, None) => return Ok(None),
        };
        let region = model
            .signing_region
            .clone()
            .unwrap_or_else(|| self.region.clone());
        let request = http_request(&base, api).map_err(PrepareError::Url)?;
        let is_named = self.endpoints.of(service).is_some();
        if !is_named && !is_of_aws(&request.url, &self.region) {
            return Err(PrepareError::Url(format!(
                "`{}` is no host of AWS for the region {}, so that it gets no signature",
                request.url.host().unwrap_or_default(),
                self.region
            )));
        }
        Ok(Some(PreparedCall {
            action: action.to_owned(),
            naming,
            request,
            keys,
            region,
            is_idempotent,
            model,
        }))
    }

    /// Signs a request to an API of API Gateway. Only AWS, or an endpoint that was named for it,
    /// gets a signature.
    pub(crate) async fn sign(
        &self,
        request: &mut HttpRequest,
        service: &str,
    ) -> Result<(), String> {
        let keys = match (self.endpoints.of("apigateway"), &self.aws) {
            (None, Some(keys)) if is_api_gateway(&request.url, &self.region) => keys,
            (None, Some(_)) => {
                return Err(format!(
                    "a call with the AuthType IAM_ROLE is signed only for an API of API Gateway, such as `ID.execute-api.{}.amazonaws.com`, and not for `{}`; name another endpoint with --aws-endpoint apigateway=URL",
                    self.region,
                    request.url.host().unwrap_or_default()
                ));
            }
            _ => self.emulator_keys.of("apigateway"),
        };
        let keys = keys.get().await.map_err(|error| error.to_string())?;
        add_signature(request, &keys, service, &self.region)
    }

    /// Sends a call. Throttled and lost calls are repeated, as the SDKs do.
    pub(crate) async fn send(&self, call: PreparedCall) -> Result<CallOutput, CallError> {
        let mut attempt = 1;
        loop {
            match self.attempt(&call).await {
                Ok(output) => return Ok(output),
                Err(error) => call.wait_before_next_attempt(error, attempt).await?,
            }
            attempt += 1;
        }
    }

    /// Sends a call, and returns the response with its unread body. Calls are repeated as in
    /// [`send`](Self::send); a body that breaks off is not.
    pub(crate) async fn open(&self, call: PreparedCall) -> Result<HttpStream, CallError> {
        let mut attempt = 1;
        loop {
            match self.attempt_open(&call).await {
                Ok(stream) => return Ok(stream),
                Err(error) => call.wait_before_next_attempt(error, attempt).await?,
            }
            attempt += 1;
        }
    }

    async fn attempt(&self, call: &PreparedCall) -> Result<CallOutput, AttemptError> {
        let timeout = match call.model.name.as_str() {
            "lambda" => self.response_time.function,
            _ => self.response_time.service,
        };
        let response = self
            .http
            .send(call.signed().await?, timeout, call.max_bytes())
            .await?;
        // `prepare` found it.
        let Some(operation) = call.model.operations.get(&call.action) else {
            return Err(AttemptError::Unsigned(format!(
                "no operation `{}`",
                call.action
            )));
        };
        let response = call.checked(response)?;
        let HttpResponse {
            status,
            headers,
            body,
        } = response;
        if is_error_document(&call.model, operation, &body) {
            // S3 sends the status before it has completed an upload. The SDKs repeat such calls, as
            // those with the status 500.
            let error = api_error(&call.model, 500, &headers, &body);
            return Err(AttemptError::Api(error));
        }
        let members =
            protocol::response(&call.model, operation, call.naming, status, &headers, &body)?;
        Ok(CallOutput {
            members,
            status,
            headers,
        })
    }

    async fn attempt_open(&self, call: &PreparedCall) -> Result<HttpStream, AttemptError> {
        let request = call.signed().await?;
        let deadline = tokio::time::Instant::now() + self.response_time.service;
        let stream = self.http.open(request, self.response_time.service).await?;
        if (200..300).contains(&stream.status) {
            return Ok(stream);
        }
        let response = tokio::time::timeout_at(deadline, stream.collect(RESULT_BYTES)).await;
        let response = response.map_err(|_elapsed| HttpFailure::timed_out())??;
        match call.checked(response) {
            Err(error) => Err(error),
            Ok(response) => Err(AttemptError::Unsigned(format!(
                "unexpected status {}",
                response.status
            ))),
        }
    }
}

impl PreparedCall {
    /// Returns the request with the signature of this time.
    async fn signed(&self) -> Result<HttpRequest, AttemptError> {
        let keys = self.keys.get().await;
        let keys = keys.map_err(|error| AttemptError::Unsigned(error.to_string()))?;
        let mut request = self.request.clone();
        // The signature's own message names no header.
        request.check_headers()?;
        add_signature(&mut request, &keys, &self.model.signing_name, &self.region)
            .map_err(AttemptError::Unsigned)?;
        Ok(request)
    }

    /// Returns the maximum size of the response.
    fn max_bytes(&self) -> usize {
        if self.action.starts_with("list") {
            LIST_BYTES
        } else {
            RESULT_BYTES
        }
    }

    /// Returns a successful response, or the error of another one.
    fn checked(&self, response: HttpResponse) -> Result<HttpResponse, AttemptError> {
        let HttpResponse {
            status,
            headers,
            body,
        } = &response;
        if (200..300).contains(status) {
            Ok(response)
        } else {
            let error = api_error(&self.model, *status, headers, body);
            Err(AttemptError::Api(with_name_of_head(self, error)))
        }
    }

    /// Waits until the call can be repeated after a failed attempt. Returns the error if it is not
    /// repeated.
    async fn wait_before_next_attempt(
        &self,
        error: AttemptError,
        attempt: u32,
    ) -> Result<(), CallError> {
        let is_repeated = match &error {
            AttemptError::Http(failure) => failure.may_be_repeated(self.is_idempotent),
            AttemptError::Api(error) => attempt::is_repeated(&self.model.name, error),
            AttemptError::Unreadable(_) | AttemptError::Unsigned(_) => false,
        };
        if !is_repeated || attempt == MAX_ATTEMPTS {
            return Err(match error {
                AttemptError::Api(error) => CallError::Api(error, attempt),
                AttemptError::Http(failure) if failure.is_too_large() => {
                    CallError::TooLarge(failure.to_string())
                }
                other => CallError::Client(other.to_string(), attempt),
            });
        }
        tokio::time::sleep(attempt::delay(attempt, random())).await;
        Ok(())
    }
}

/// The failure of one attempt.
#[derive(Debug, thiserror::Error)]
enum AttemptError {
    #[error(transparent)]
    Http(#[from] HttpFailure),
    #[error("{}", .0.message)]
    Api(ApiError),
    #[error(transparent)]
    Unreadable(#[from] UnreadableResponse),
    /// The request could not be signed.
    #[error("{0}")]
    Unsigned(String),
}

/// Adds the name of an error whose response has no body, as `ExceptionTranslationInterceptor` of
/// the SDK for Java does: the response to a HEAD request for what does not exist.
fn with_name_of_head(call: &PreparedCall, error: ApiError) -> ApiError {
    let name = match (call.model.name.as_str(), call.action.as_str(), error.status) {
        ("s3", "headObject", 404) => "NoSuchKey",
        ("s3", "headBucket", 404) => "NoSuchBucket",
        _ => return error,
    };
    ApiError {
        name: error.name.or_else(|| Some(name.to_owned())),
        ..error
    }
}

/// The URL of a service at AWS.
fn aws_url(model: &ServiceModel, api: &ApiRequest, region: &str) -> Result<Uri, PrepareError> {
    let host = model
        .host
        .as_deref()
        .unwrap_or_default()
        .replace("{region}", region);
    let host = if region.starts_with("cn-") {
        host.replace(".amazonaws.com", ".amazonaws.com.cn")
    } else {
        host
    };
    let url = format!("https://{}{host}", api.host_prefix);
    url.parse()
        .map_err(|error| PrepareError::Url(format!("`{url}`: {error}")))
}

/// Joins an endpoint and a request. The error is a sentence.
fn http_request(base: &Uri, api: ApiRequest) -> Result<HttpRequest, String> {
    let path = base.path().trim_end_matches('/');
    let query: Vec<_> = api
        .query
        .iter()
        .map(|(name, value)| match value.as_str() {
            "" => protocol::encoded(name).to_string(),
            value => format!("{}={}", protocol::encoded(name), protocol::encoded(value)),
        })
        .collect();
    let separator = if query.is_empty() { "" } else { "?" };
    let authority = base.authority().map_or("", |authority| authority.as_str());
    let scheme = base.scheme_str().unwrap_or("http");
    let url = format!(
        "{scheme}://{authority}{path}{}{separator}{}",
        api.path,
        query.join("&")
    );
    let parsed: Uri = url
        .parse()
        .map_err(|error| format!("`{url}` is not a URL: {error}"))?;
    let method = Method::from_bytes(api.method.as_bytes());
    let method = method.map_err(|error| format!("`{}`: {error}", api.method))?;
    let mut headers = api.headers;
    headers.push(("host".to_owned(), authority.to_owned()));
    if api.needs_checksum {
        let digest = md5::compute(&api.body);
        headers.push(("content-md5".to_owned(), BASE64.encode(digest.0)));
    }
    Ok(HttpRequest {
        method,
        url: parsed,
        headers,
        body: Bytes::from(api.body),
    })
}

/// A random number between 0 and 1. Only delays depend on it.
fn random() -> f64 {
    use std::hash::{BuildHasher as _, Hasher as _, RandomState};
    let bits = RandomState::new().build_hasher().finish();
    f64::from(u32::try_from(bits >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(endpoints: Endpoints) -> ServiceClient {
        let keys = SigningKeys::of_emulators("123456789012", []);
        ServiceClient {
            models: Models::embedded(),
            endpoints,
            aws: Some(keys.clone()),
            emulator_keys: keys.into(),
            region: "us-east-1".to_owned(),
            http: HttpClient::new(),
            response_time: ResponseTime::default(),
        }
    }

    #[tokio::test]
    async fn a_foreign_host_gets_no_signature_and_a_named_endpoint_does() {
        let request = |url: &str| HttpRequest {
            method: Method::GET,
            url: url.parse().expect("it is a URL"),
            headers: Vec::new(),
            body: Bytes::new(),
        };
        let at_aws = client(Endpoints::new());
        for url in [
            "https://evil.invalid/prod",
            "https://abc.execute-api.us-east-1.amazonaws.com.evil.invalid/prod",
            "http://abc.execute-api.us-east-1.amazonaws.com/prod",
        ] {
            let mut request = request(url);
            let error = at_aws.sign(&mut request, "execute-api").await;
            let error = error.expect_err("it is not of AWS");
            assert!(error.contains("--aws-endpoint apigateway=URL"), "{error}");
            assert!(request.headers.is_empty(), "{:?}", request.headers);
        }
        let named = Endpoints::new().with("apigateway=http://127.0.0.1:4566");
        let named = client(named.expect("it is valid"));
        for (client, url) in [
            (
                &at_aws,
                "https://abc.execute-api.us-east-1.amazonaws.com/prod",
            ),
            (&named, "http://127.0.0.1:4566/prod"),
        ] {
            let mut request = request(url);
            let signed = client.sign(&mut request, "execute-api").await;
            signed.expect("it is signed");
            let mut headers = request.headers.iter();
            assert!(headers.any(|(name, _)| name == "authorization"), "{url}");
        }
    }

    #[test]
    fn each_service_of_the_models_has_a_host_of_aws() {
        let models = Models::embedded();
        for service in stepwright_asl::integrations::services() {
            let model = service.command().and_then(|name| models.find(name).ok());
            let Some(model) = model else {
                continue;
            };
            for region in ["us-east-1", "cn-north-1"] {
                let api = ApiRequest::default();
                let url = aws_url(&model, &api, region).expect("it is a URL");
                // A dual-stack host has another name in China, which the models lack.
                let is_known = region == "us-east-1" || !url.to_string().contains(".api.aws");
                assert!(!is_known || is_of_aws(&url, region), "{url}");
            }
        }
    }
}
