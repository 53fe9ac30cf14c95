//! Work of debuggers, which may take many steps.

use crate::console::error::PageError;

/// Runs work of a debugger on a thread for blocking work.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PageError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| {
        PageError::refused(format!("the debugger failed: {error}; start another one"))
    })
}
