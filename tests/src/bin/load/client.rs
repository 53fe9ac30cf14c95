//! A client that costs little: a connection that is kept, and requests that are written once.

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection to a server of the API.
pub(crate) struct Client {
    address: String,
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await;
        let stream = stream.map_err(|error| format!("cannot connect to {address}: {error}"))?;
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            address: address.to_owned(),
            stream,
            read: Vec::with_capacity(8_192),
        })
    }

    /// The bytes of a request. moto reads the service from the header of the signature, which nobody checks.
    pub(crate) fn request(&self, operation: &str, body: &Json) -> Vec<u8> {
        let body = body.to_string();
        format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\nContent-Type: application/x-amz-json-1.0\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .into_bytes()
    }

    pub(crate) async fn call(&mut self, operation: &str, body: &Json) -> Result<Json, String> {
        let request = self.request(operation, body);
        self.send(&request).await
    }

    /// Sends a request and reads its response, which must be a success.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Json, String> {
        let broken = |error: std::io::Error| format!("the connection broke: {error}");
        self.stream.write_all(request).await.map_err(broken)?;
        self.read.clear();
        let (head, length) = loop {
            if let Some(found) = head(&self.read)? {
                break found;
            }
            self.more().await?;
        };
        while self.read.len() < head + length {
            self.more().await?;
        }
        let text = String::from_utf8_lossy(&self.read);
        if !text.starts_with("HTTP/1.1 200 ") {
            return Err(format!("the server answered {text}"));
        }
        serde_json::from_slice(&self.read[head..head + length]).map_err(|error| error.to_string())
    }

    async fn more(&mut self) -> Result<(), String> {
        match self.stream.read_buf(&mut self.read).await {
            Ok(0) => Err("the server closed the connection".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("the connection broke: {error}")),
        }
    }
}

/// Where the body begins and how long it is, once the headers are there.
fn head(read: &[u8]) -> Result<Option<(usize, usize)>, String> {
    let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&read[..end]);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    match length {
        Some(length) => Ok(Some((end + 4, length))),
        None => Err(format!("a response does not say its length: {head}")),
    }
}
