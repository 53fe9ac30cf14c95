//! Completes futures without a thread that could wait: a browser has none.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use wasm_bindgen::JsError;
use web_time::Instant;

/// The most time of one call. On virtual time, only endless computation takes longer, and an
/// execution that waits for an answer from outside.
const MOST_TIME: Duration = Duration::from_secs(20);

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime without drivers needs nothing of the system");
}

/// Runs a future and the tasks that it spawns.
///
/// # Errors
///
/// If it takes more than 20 seconds, and if a task of another call calls this.
pub(crate) fn complete<T>(future: impl Future<Output = T>) -> Result<T, JsError> {
    if Handle::try_current().is_ok() {
        return Err(JsError::new("a mock cannot call a function of the module"));
    }
    let mut future = pin!(future);
    let start = Instant::now();
    RUNTIME.with(|runtime| {
        runtime.block_on(poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            if start.elapsed() > MOST_TIME {
                let reason = "the execution takes more than 20 seconds; a state may wait for an activity or a callback that no mock answers";
                return Poll::Ready(Err(JsError::new(reason)));
            }
            // The runtime would sleep without a ready task, and nothing could wake it.
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    })
}
