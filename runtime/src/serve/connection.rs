//! Connections: accepted up to a number, each with limits of size and time.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep};

/// The most connections at a time. Further ones are told so, and end.
const CONNECTIONS: usize = 12_000;
/// The most bytes of a connection's buffer; the headers of a request have fewer.
const BUFFER_BYTES: usize = 65_536;
/// The most headers of a request.
const HEADERS: usize = 100;
/// How long connections may take to end when the server does.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);
/// What a connection beyond the most is told.
const REFUSAL: &str = concat!(
    "HTTP/1.1 503 Service Unavailable\r\n",
    "content-type: application/x-amz-json-1.0\r\n",
    "x-amzn-errortype: ServiceUnavailableException\r\n",
    "content-length: 111\r\n",
    "connection: close\r\n\r\n",
    r#"{"__type":"com.amazon.coral.service#ServiceUnavailableException","message":"the server has 12,000 connections"}"#,
);
/// How long nothing is accepted after the system had no room for a connection.
const PAUSE: Duration = Duration::from_millis(50);

/// How long clients may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Until the headers of a request are there, and until the next request begins.
    pub(super) headers: Duration,
    /// Until a request's body is there.
    pub(super) body: Duration,
    /// Without taking a byte of a response.
    pub(super) response: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(60),
            body: Duration::from_secs(30),
            response: Duration::from_secs(30),
        }
    }
}

/// Serves the connections of a listener until `shutdown` is done, then lets those that are at work come to an end.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    shutdown: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let (ending, ends) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let Ok(place) = room.clone().try_acquire_owned() else {
                    // The buffer of a new connection has room for it; who has gone does not hear it.
                    let _heard = stream.try_write(REFUSAL.as_bytes());
                    continue;
                };
                let (router, ends) = (router.clone(), ends.clone());
                tokio::spawn(async move {
                    connection(stream, router, patience, ends).await;
                    drop(place);
                });
            }
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    // Who was told before is told again.
    let _told = ending.send(true);
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    let over = tokio::time::timeout(SHUTDOWN_TIME, room.acquire_many(all)).await;
    if over.is_err() {
        tracing::debug!("connections were at work when the server ended");
    }
}

/// Whether the error is of the connection that was about to be accepted.
fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

async fn connection(
    stream: TcpStream,
    router: Router,
    patience: Patience,
    mut ends: watch::Receiver<bool>,
) {
    // Responses are small; one that waits for more data would only be late.
    let _without = stream.set_nodelay(true);
    let io = TokioIo::new(Patient::new(stream, patience.response));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers)
        .max_buf_size(BUFFER_BYTES)
        .max_headers(HEADERS)
        .serve_connection(io, TowerToHyperService::new(router));
    let mut serving = pin!(serving);
    let ended = async { drop(ends.wait_for(|ends| *ends).await) };
    let served = tokio::select! {
        served = &mut serving => served,
        () = ended => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}

/// A stream whose writing fails when the other side takes nothing for too long.
struct Patient {
    stream: TcpStream,
    /// Since when a write waits, and until when it may.
    waits: Pin<Box<Sleep>>,
    is_waiting: bool,
    most: Duration,
}

impl Patient {
    fn new(stream: TcpStream, most: Duration) -> Self {
        Self {
            stream,
            waits: Box::pin(tokio::time::sleep(Duration::ZERO)),
            is_waiting: false,
            most,
        }
    }

    /// What a write came to, or that it waits too long.
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.is_waiting = false;
            return written;
        }
        if !self.is_waiting {
            self.is_waiting = true;
            self.waits.as_mut().reset(Instant::now() + self.most);
        }
        match self.waits.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.judge(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let (head, body) = REFUSAL.split_once("\r\n\r\n").expect("it has a body");
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{}",
            body.len()
        );
        let body: serde_json::Value = serde_json::from_str(body).expect("it is JSON");
        let message = body["message"].as_str().unwrap_or_default();
        assert!(message.replace(',', "").contains(&CONNECTIONS.to_string()));
    }
}
