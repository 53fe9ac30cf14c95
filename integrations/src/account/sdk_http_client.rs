//! The command's HTTPS client, for the SDK's providers of credentials. With it, the program has one
//! client, one library of cryptography and no HTTP/2.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient as SdkHttp, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest as SdkRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use bytes::Bytes;
use hyper::{Method, Uri};

use crate::client::{CONNECT_TIME, HttpClient, HttpRequest};

/// The timeout of requests for which the SDK sets none.
const READ_TIME: Duration = Duration::from_secs(60);
/// The maximum size of a response. Credentials have less than 10 KB.
const MAX_BYTES: usize = 1_048_576;

/// Sends the requests of the SDK's providers: to STS, SSO, containers and instance metadata.
#[derive(Debug, Default)]
pub(super) struct SdkHttpClient {
    /// The SDK asks for a connector for each request. Each reads the certificates of the system.
    connectors: Mutex<HashMap<Timeouts, SdkConnector>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Timeouts {
    connect: Duration,
    read: Duration,
}

#[derive(Clone, Debug)]
struct SdkConnector {
    client: HttpClient,
    timeout: Duration,
}

impl SdkHttp for SdkHttpClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let timeouts = Timeouts::of(settings);
        let mut connectors = self
            .connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let connector = connectors
            .entry(timeouts)
            .or_insert_with(|| SdkConnector::new(timeouts));
        SharedHttpConnector::new(connector.clone())
    }
}

impl Timeouts {
    fn of(settings: &HttpConnectorSettings) -> Self {
        Self {
            connect: settings.connect_timeout().unwrap_or(CONNECT_TIME),
            read: settings.read_timeout().unwrap_or(READ_TIME),
        }
    }
}

impl SdkConnector {
    fn new(timeouts: Timeouts) -> Self {
        Self {
            client: HttpClient::with_connect_time(timeouts.connect),
            timeout: timeouts.connect + timeouts.read,
        }
    }
}

impl HttpConnector for SdkConnector {
    fn call(&self, request: SdkRequest) -> HttpConnectorFuture {
        let Self { client, timeout } = self.clone();
        HttpConnectorFuture::new(async move {
            let request = plain(&request)?;
            request.check_headers().map_err(user)?;
            let response = client.send(request, timeout, MAX_BYTES).await;
            let response = response.map_err(|failure| {
                if failure.is_timeout() {
                    ConnectorError::timeout(failure.into())
                } else {
                    ConnectorError::io(failure.into())
                }
            })?;
            let status = StatusCode::try_from(response.status);
            let status = status.map_err(|error| ConnectorError::other(error.into(), None))?;
            let mut converted = HttpResponse::new(status, response.body.into());
            for (name, value) in &response.headers {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                let added = converted
                    .headers_mut()
                    .try_append(name.as_str().to_owned(), value);
                added.map_err(|error| ConnectorError::other(error.into(), None))?;
            }
            Ok(converted)
        })
    }
}

/// Converts a request. The providers send no streams.
fn plain(request: &SdkRequest) -> Result<HttpRequest, ConnectorError> {
    let body = request.body().bytes();
    let body = body.ok_or_else(|| user("a request for credentials has a body that is a stream"))?;
    let headers = request.headers().iter();
    Ok(HttpRequest {
        method: Method::try_from(request.method()).map_err(user)?,
        url: Uri::try_from(request.uri()).map_err(user)?,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: Bytes::copy_from_slice(body),
    })
}

fn user(error: impl Into<BoxError>) -> ConnectorError {
    ConnectorError::user(error.into())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with this text, and returns the request.
    async fn answer(listener: TcpListener, response: &'static str) -> String {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = Vec::new();
        while !request.ends_with(b"the body") {
            assert_ne!(stream.read_buf(&mut request).await.expect("bytes"), 0);
        }
        stream.write_all(response.as_bytes()).await.expect("sent");
        String::from_utf8(request).expect("text")
    }

    async fn listener() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!(
            "http://{}/latest/api/token",
            listener.local_addr().expect("bound")
        );
        (listener, url)
    }

    fn request(url: &str) -> SdkRequest {
        let mut request = SdkRequest::new("the body".into());
        request.set_uri(url.to_owned()).expect("a URL");
        request
            .headers_mut()
            .insert("x-aws-ec2-metadata-token-ttl-seconds", "21600");
        request
    }

    #[tokio::test]
    async fn a_request_and_its_response_are_complete() {
        let (listener, url) = listener().await;
        let server = tokio::spawn(answer(
            listener,
            "HTTP/1.1 401 Unauthorized\r\nx-reason: expired\r\ncontent-length: 5\r\n\r\ntoken",
        ));
        let connector = SdkConnector::new(Timeouts::of(&HttpConnectorSettings::default()));
        let response = connector.call(request(&url)).await.expect("a response");
        let sent = server.await.expect("answered");
        assert!(
            sent.starts_with("GET /latest/api/token HTTP/1.1\r\n"),
            "{sent}"
        );
        assert!(
            sent.contains("x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"),
            "{sent}"
        );
        assert_eq!(response.status().as_u16(), 401);
        assert_eq!(response.headers().get("x-reason"), Some("expired"));
        assert_eq!(response.body().bytes(), Some(&b"token"[..]));
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_is_a_timeout() {
        let (_listener, url) = listener().await;
        let connector = SdkConnector {
            client: HttpClient::new(),
            timeout: Duration::from_millis(1),
        };
        let error = connector
            .call(request(&url))
            .await
            .expect_err("no response");
        assert!(error.is_timeout(), "{error:?}");
    }

    #[tokio::test]
    async fn a_refused_connection_is_an_error_that_the_sdk_repeats() {
        let (listener, url) = listener().await;
        drop(listener);
        let connector = SdkConnector::new(Timeouts::of(&HttpConnectorSettings::default()));
        let error = connector
            .call(request(&url))
            .await
            .expect_err("no response");
        assert!(error.is_io(), "{error:?}");
    }

    #[test]
    fn the_timeout_has_the_time_to_connect_and_the_time_to_read() {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(Duration::from_secs(1))
            .read_timeout(Duration::from_secs(2))
            .build();
        assert_eq!(
            SdkConnector::new(Timeouts::of(&settings)).timeout,
            Duration::from_secs(3)
        );
    }
}
