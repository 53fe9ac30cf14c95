//! Work that takes long, with threads and without them, as in a browser.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinError;
use web_time::Instant;

/// A page in a browser calls the studio in a worker, which may be busy.
const HAS_THREADS: bool = !cfg!(target_family = "wasm");

/// Computes on a thread for that.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    if HAS_THREADS {
        tokio::task::spawn_blocking(work).await
    } else {
        tokio::spawn(async { work() }).await
    }
}

/// Waits for a future. Returns `None` if it takes longer.
pub(crate) async fn limited<T>(most: Duration, future: impl Future<Output = T>) -> Option<T> {
    if HAS_THREADS {
        return tokio::time::timeout(most, future).await.ok();
    }
    // Without threads nothing sleeps: futures are polled until they are ready.
    let start = Instant::now();
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if start.elapsed() > most => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
