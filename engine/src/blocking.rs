//! Work that computes or blocks, on the threads that tokio has for it.

/// Runs work on tokio's threads for blocking work; without a tokio runtime, in place.
///
/// Fails when the work panicked, or did not start because the runtime shuts down; the text contains
/// the reason.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return Ok(work());
    };
    runtime.spawn_blocking(work).await.map_err(|error| {
        if error.is_cancelled() {
            return "the runtime shuts down".to_owned();
        }
        format!(
            "it panicked: {}",
            crate::panics::panic_message(error.into_panic())
        )
    })
}
