//! Work that takes long, with threads and without them, as in a browser.

use std::time::Duration;

use tokio::task::JoinError;

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

/// Waits for a future. Returns `None` if it takes longer. Without threads nothing can wait: there,
/// the caller of the studio limits each answer.
pub(crate) async fn limited<T>(most: Duration, future: impl Future<Output = T>) -> Option<T> {
    if HAS_THREADS {
        tokio::time::timeout(most, future).await.ok()
    } else {
        Some(future.await)
    }
}
