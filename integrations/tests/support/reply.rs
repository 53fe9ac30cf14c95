use std::sync::Arc;

use tokio::sync::Notify;

/// A response of a test server, correct or not.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The bytes that are sent at once.
    pub(crate) bytes: Vec<u8>,
    /// The bytes that are sent after a notification.
    pub(crate) later: Option<(Arc<Notify>, Vec<u8>)>,
    /// Whether the connection ends.
    pub(crate) closes: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut reply = Self::with_length(status, headers, body.len());
        reply.bytes.extend_from_slice(body);
        reply
    }

    /// The head of a response, without its body.
    pub(crate) fn with_length(status: u16, headers: &[(&str, &str)], length: usize) -> Self {
        let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        Self {
            bytes: head.into_bytes(),
            later: None,
            closes: false,
        }
    }

    /// Any bytes, after which the connection ends.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            later: None,
            closes: true,
        }
    }

    /// An error of S3.
    pub(crate) fn s3_error(status: u16, code: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>about {code}</Message><RequestId>R1</RequestId></Error>"
        );
        Self::new(status, &[("Content-Type", "application/xml")], body)
    }
}
