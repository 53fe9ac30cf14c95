//! Connections: accepted up to a limit, each with limits of size and time.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep};

use crate::response_memory::ResponseMemory;

/// The maximum number of connections. Further ones get an error response, and are closed.
const CONNECTIONS: usize = 12_000;
/// The maximum bytes of a connection's buffer; the headers of a request are limited to less.
const BUFFER_BYTES: usize = 65_536;
/// The maximum number of headers of a request.
const HEADERS: usize = 100;
/// How long connections may take to end at a shutdown.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);
/// How often a connection that has not ended is checked at a shutdown.
const INACTIVE_TIME: Duration = Duration::from_millis(200);
/// The response to a connection beyond the limit.
const REFUSAL: &str = concat!(
    "HTTP/1.1 503 Service Unavailable\r\n",
    "content-type: application/x-amz-json-1.0\r\n",
    "x-amzn-errortype: ServiceUnavailableException\r\n",
    "content-length: 111\r\n",
    "connection: close\r\n\r\n",
    r#"{"__type":"com.amazon.coral.service#ServiceUnavailableException","message":"the server has 12,000 connections"}"#,
);
/// The response to a connection while the wall clock has a time that HTTP cannot express.
const WRONG_CLOCK: &str = concat!(
    "HTTP/1.1 503 Service Unavailable\r\n",
    "content-type: application/x-amz-json-1.0\r\n",
    "x-amzn-errortype: ServiceUnavailableException\r\n",
    "content-length: 155\r\n",
    "connection: close\r\n\r\n",
    r#"{"__type":"com.amazon.coral.service#ServiceUnavailableException","message":"the clock of the server is before 1970 or after 9999; set it to the real time"}"#,
);
/// The pause after an accept failed because the operating system has no resources.
const PAUSE: Duration = Duration::from_millis(50);
/// The timeout of a client that reads nothing while other responses wait for memory.
const EXHAUSTED_TIME: Duration = Duration::from_secs(2);
/// The interval at which a waiting write checks whether other responses wait for memory.
const CHECK: Duration = Duration::from_secs(1);

/// The timeouts of clients.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientTimeouts {
    /// For the headers of a request, and for the begin of the next request.
    pub(crate) headers: Duration,
    /// For a request's body.
    pub(crate) body: Duration,
    /// For reading any part of a response.
    pub(crate) response: Duration,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(60),
            body: Duration::from_secs(30),
            response: Duration::from_secs(30),
        }
    }
}

/// Serves the connections of a listener until `shutdown` is done, then lets active requests finish.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    timeouts: ClientTimeouts,
    memory: ResponseMemory,
    shutdown: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let (ending, ends) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    let mut is_clock_right = true;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let was_right = std::mem::replace(&mut is_clock_right, is_date(SystemTime::now()));
                if !is_clock_right {
                    if was_right {
                        tracing::error!(
                            "the wall clock is before 1970 or after 9999, so requests are refused; set it to the real time"
                        );
                    }
                    if let Ok(place) = room.clone().try_acquire_owned() {
                        tokio::spawn(async move {
                            refuse(stream, WRONG_CLOCK).await;
                            drop(place);
                        });
                    }
                    continue;
                }
                let Ok(place) = room.clone().try_acquire_owned() else {
                    // The response fits in the buffer of a new connection; a client that has
                    // disconnected does not get it.
                    let _heard = stream.try_write(REFUSAL.as_bytes());
                    continue;
                };
                let (router, ends) = (router.clone(), ends.clone());
                let activity = Arc::new(ConnectionActivity::default());
                let (most, memory) = (timeouts.response, memory.clone());
                let stream = TimedStream::new(stream, most, memory, activity.clone());
                tokio::spawn(async move {
                    connection(stream, &activity, router, timeouts, ends).await;
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
    // Connections that were notified before ignore it.
    let _told = ending.send(true);
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    let over = tokio::time::timeout(SHUTDOWN_TIME, room.acquire_many(all)).await;
    if over.is_err() {
        tracing::debug!("connections were at work when the server ended");
    }
}

/// Sends a response, and reads the request: a connection that is closed before it was read can be
/// reset, and then the client does not get the response.
async fn refuse(mut stream: TcpStream, response: &str) {
    let sent = async {
        stream.write_all(response.as_bytes()).await?;
        stream.shutdown().await?;
        let mut rest = [0; 4_096];
        while stream.read(&mut rest).await? > 0 {}
        io::Result::Ok(())
    };
    if !matches!(tokio::time::timeout(CHECK, sent).await, Ok(Ok(()))) {
        tracing::debug!("a client may not have received why its connection was refused");
    }
}

/// Whether the error concerns only the connection that was being accepted.
fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

async fn connection(
    stream: TimedStream,
    activity: &Arc<ConnectionActivity>,
    router: Router,
    timeouts: ClientTimeouts,
    mut ends: watch::Receiver<bool>,
) {
    let service = TowerToHyperService::new(router);
    let service = service_fn(|request| {
        let response = hyper::service::Service::call(&service, request);
        let active = ActiveRequest::new(activity.clone());
        async move {
            let _active = active;
            response.await
        }
    });
    let io = TokioIo::new(stream);
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.headers)
        .max_buf_size(BUFFER_BYTES)
        .max_headers(HEADERS)
        .serve_connection(io, service);
    let mut serving = pin!(serving);
    // hyper writes a `Date` at each poll, and panics if it cannot.
    let poll = |context: &mut Context<'_>, serving: Pin<&mut _>| {
        if is_date(SystemTime::now()) {
            Future::poll(serving, context)
        } else {
            Poll::Ready(Ok(()))
        }
    };
    let ended = async { drop(ends.wait_for(|ends| *ends).await) };
    let served = tokio::select! {
        served = poll_fn(|context| poll(context, serving.as_mut())) => served,
        () = ended => {
            serving.as_mut().graceful_shutdown();
            tokio::select! {
                served = poll_fn(|context| poll(context, serving.as_mut())) => served,
                () = activity.end() => return,
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}

/// Whether the header `Date` can express a time.
fn is_date(time: SystemTime) -> bool {
    const AFTER_9999: Duration = Duration::from_secs(253_402_300_800);
    let since = time.duration_since(UNIX_EPOCH);
    since.is_ok_and(|since| since < AFTER_9999)
}

/// The activity of a connection.
#[derive(Debug, Default)]
struct ConnectionActivity {
    /// The number of requests that are being answered.
    requests: AtomicUsize,
    /// Whether a write waits for the client.
    is_writing: AtomicBool,
}

impl ConnectionActivity {
    /// Waits until the connection has neither a request nor a response. A client that has sent a
    /// part of a request's head, or nothing, does not delay the end.
    async fn end(&self) {
        loop {
            tokio::time::sleep(INACTIVE_TIME).await;
            let is_active = self.requests.load(Ordering::SeqCst) > 0;
            if !is_active && !self.is_writing.load(Ordering::SeqCst) {
                return;
            }
        }
    }
}

/// A request that is being answered.
struct ActiveRequest(Arc<ConnectionActivity>);

impl ActiveRequest {
    fn new(activity: Arc<ConnectionActivity>) -> Self {
        activity.requests.fetch_add(1, Ordering::SeqCst);
        Self(activity)
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A stream whose writes fail when the client reads nothing for too long.
struct TimedStream {
    stream: TcpStream,
    /// The timer of a waiting write.
    waits: Pin<Box<Sleep>>,
    /// When the waiting write began to wait.
    since: Option<Instant>,
    most: Duration,
    memory: ResponseMemory,
    activity: Arc<ConnectionActivity>,
}

impl TimedStream {
    fn new(
        stream: TcpStream,
        most: Duration,
        memory: ResponseMemory,
        activity: Arc<ConnectionActivity>,
    ) -> Self {
        // Most responses are small; waiting for more data would only delay them.
        let _without = stream.set_nodelay(true);
        Self {
            stream,
            waits: Box::pin(tokio::time::sleep(Duration::ZERO)),
            since: None,
            most,
            memory,
            activity,
        }
    }

    fn set_since(&mut self, since: Option<Instant>) {
        if self.since.is_some() != since.is_some() {
            let is_writing = since.is_some();
            self.activity.is_writing.store(is_writing, Ordering::SeqCst);
        }
        self.since = since;
    }

    /// Returns the result of a write, or a timeout.
    fn or_timeout<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.set_since(None);
            return written;
        }
        let now = Instant::now();
        let most = if self.memory.is_exhausted() {
            self.most.min(EXHAUSTED_TIME)
        } else {
            self.most
        };
        let since = self.since.unwrap_or(now);
        self.set_since(Some(since));
        let due = since + most;
        if due <= now {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        self.waits.as_mut().reset(due.min(now + CHECK));
        self.waits
            .as_mut()
            .poll(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.or_timeout(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.or_timeout(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.or_timeout(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_from_1970_to_9999_are_dates() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert!(is_date(UNIX_EPOCH) && is_date(at(253_402_300_799)));
        assert!(!is_date(at(253_402_300_800)));
        assert!(!is_date(UNIX_EPOCH - Duration::from_nanos(1)));
    }

    /// The message of a response, whose head has the length of its body.
    fn message(response: &str) -> String {
        let (head, body) = response.split_once("\r\n\r\n").expect("it has a body");
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{}",
            body.len()
        );
        let body: serde_json::Value = serde_json::from_str(body).expect("it is JSON");
        body["message"].as_str().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_refusals_have_the_content_length_of_their_bodies() {
        assert!(message(WRONG_CLOCK).contains("clock"));
        let message = message(REFUSAL);
        assert!(message.replace(',', "").contains(&CONNECTIONS.to_string()));
    }
}
