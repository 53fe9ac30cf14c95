//! A service on loopback that responds as a test says, also wrongly.

use std::sync::{Arc, Mutex};

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request that the endpoint got.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// The header `x-amz-target`, after the dot.
    pub(crate) operation: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// The response to a request.
pub(crate) enum Reply {
    /// A response with a body of JSON. The connection stays open.
    Json(u16, Json),
    /// These bytes; then the connection is closed.
    Raw(String),
    /// No response, while the connection stays open.
    Silence,
    /// A response without an end.
    Endless,
}

/// A status, headers and a body as the text of a response.
pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// A running endpoint.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Endpoint {
    /// Starts an endpoint. `reply` gets the number of the request, from 0, and the request.
    pub(crate) async fn start(
        reply: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (log, reply) = (requests.clone(), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, reply) = (log.clone(), reply.clone());
                // A client that disconnects ends only its connection.
                tokio::spawn(async move { serve(stream, &log, &*reply).await });
            }
        });
        Self {
            url: format!("http://{address}"),
            requests,
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no test panicked").clone()
    }

    pub(crate) fn operations(&self) -> Vec<String> {
        let requests = self.requests();
        requests
            .into_iter()
            .map(|request| request.operation)
            .collect()
    }
}

/// Returns the URL of a port on which nothing listens.
pub(crate) async fn refusing_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    format!(
        "http://{}",
        listener.local_addr().expect("it has an address")
    )
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Request>>,
    reply: &(dyn Fn(usize, &Request) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    while let Some(request) = read(&mut stream).await? {
        let number = {
            let mut log = log.lock().expect("no test panicked");
            log.push(request.clone());
            log.len() - 1
        };
        match reply(number, &request) {
            Reply::Json(status, body) => {
                let text = response(status, &[("x-amzn-requestid", "ID")], &body.to_string());
                stream.write_all(text.as_bytes()).await?;
            }
            Reply::Raw(text) => {
                stream.write_all(text.as_bytes()).await?;
                return stream.shutdown().await;
            }
            Reply::Silence => std::future::pending().await,
            Reply::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
                let part = vec![b' '; 1 << 20];
                loop {
                    stream.write_all(&part).await?;
                }
            }
        }
    }
    Ok(())
}

/// Reads a request. `None` at the end of the connection.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut content = Vec::new();
    let head = loop {
        let found = content.windows(4).position(|part| part == b"\r\n\r\n");
        if let Some(end) = found {
            break end + 4;
        }
        if stream.read_buf(&mut content).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&content[..head]).into_owned();
    let header = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    };
    let length: usize = header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    while content.len() < head + length {
        if stream.read_buf(&mut content).await? == 0 {
            return Ok(None);
        }
    }
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let target = header("x-amz-target").unwrap_or_default();
    Ok(Some(Request {
        path,
        operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(&content[head..]).into_owned(),
    }))
}
