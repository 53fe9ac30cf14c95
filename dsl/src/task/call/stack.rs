//! Stack for serde's recursion.

use std::panic::resume_unwind;
use std::thread;

/// Values up to this depth are converted on the thread of the caller.
pub(super) const SHALLOW: usize = 32;

/// Enough for a debug build: 16 KiB for each level of `serde_json::Value`, 64 KiB for each level of
/// another type.
const STACK: usize = 16 << 20;

/// Runs serde's recursion over a value of this depth: a deep one on a separate thread. Real
/// payloads are shallow.
pub(super) fn with_stack<R: Send>(
    depth: usize,
    walk: impl FnOnce() -> Result<R, String> + Send,
) -> Result<R, String> {
    if depth <= SHALLOW {
        return walk();
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        let walked = thread.spawn_scoped(scope, walk).map_err(|error| {
            format!("a value of {depth} levels needs a thread, which cannot be started: {error}")
        })?;
        walked.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}
