//! A fast client of the Step Functions API: a persistent connection, and requests that are
//! serialized once.

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection to a server of the API.
#[derive(Debug)]
pub struct Client {
    address: String,
    stream: TcpStream,
    read: Vec<u8>,
    /// The server closes the connection after each response, like moto's; each request then opens a
    /// new one.
    is_over: bool,
}

impl Client {
    /// Connects to `HOST:PORT`.
    ///
    /// # Errors
    ///
    /// When no server listens there.
    pub async fn connect(address: &str) -> Result<Self, String> {
        Ok(Self {
            address: address.to_owned(),
            stream: open(address).await?,
            read: Vec::with_capacity(8_192),
            is_over: false,
        })
    }

    /// The bytes of a request, for [`send`](Self::send). moto reads the service from the header of
    /// the signature, which it does not verify.
    pub fn request(&self, operation: &str, body: &Json) -> Vec<u8> {
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

    /// The response of an operation that succeeds.
    ///
    /// # Errors
    ///
    /// Any other response of the server, or the error of the connection.
    pub async fn call(&mut self, operation: &str, body: &Json) -> Result<Json, String> {
        match self.ask(operation, body).await? {
            (200, response) => Ok(response),
            (status, error) => Err(format!("{operation} was answered with {status}: {error}")),
        }
    }

    /// The status and the body of a response.
    ///
    /// # Errors
    ///
    /// The error of the connection.
    pub async fn ask(&mut self, operation: &str, body: &Json) -> Result<(u16, Json), String> {
        let request = self.request(operation, body);
        self.send(&request).await
    }

    /// Sends a request, and returns the status and the body of its response.
    ///
    /// # Errors
    ///
    /// The error of the connection.
    pub async fn send(&mut self, request: &[u8]) -> Result<(u16, Json), String> {
        if self.is_over {
            self.stream = open(&self.address).await?;
            self.is_over = false;
        }
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
        let text = std::str::from_utf8(&self.read[..head]).ok();
        self.is_over =
            text.is_some_and(|head| head.to_ascii_lowercase().contains("connection: close"));
        let status = text.and_then(|head| head.split(' ').nth(1)?.parse().ok());
        let status = status.ok_or("the server does not speak HTTP")?;
        let body = serde_json::from_slice(&self.read[head..head + length]);
        Ok((status, body.map_err(|error| error.to_string())?))
    }

    async fn more(&mut self) -> Result<(), String> {
        match self.stream.read_buf(&mut self.read).await {
            Ok(0) => Err("the server closed the connection".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("the connection broke: {error}")),
        }
    }
}

async fn open(address: &str) -> Result<TcpStream, String> {
    let stream = TcpStream::connect(address).await;
    let stream = stream.map_err(|error| format!("cannot connect to {address}: {error}"))?;
    stream
        .set_nodelay(true)
        .map_err(|error| error.to_string())?;
    Ok(stream)
}

/// The start and length of the body, once the headers are complete.
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
