//! Work for a page that may take long.

use super::error::PageError;

/// Runs work on a thread for blocking work.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PageError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| PageError::refused(format!("the work for this page failed: {error}")))
}
