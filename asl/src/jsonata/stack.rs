//! Trees may be deep: a stack that is large enough for them.

use crate::SyntaxError;

/// How many levels of a tree any thread has room for; without optimisation a level takes some 20 kB.
pub(super) const SHALLOW: usize = if cfg!(debug_assertions) { 30 } else { 100 };

/// Enough for the deepest expression, also where nothing is optimised.
const STACK: usize = 64 << 20;

/// Does work on a deep tree, on a thread with a large stack.
///
/// # Errors
///
/// When the system does not start the thread.
pub(super) fn with_large_stack<R: Send>(
    work: impl FnOnce() -> Result<R, SyntaxError> + Send,
) -> Result<R, SyntaxError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        match thread.spawn_scoped(scope, work) {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => Err(SyntaxError::new(
                0,
                format!(
                    "the expression has more than {SHALLOW} levels, and the thread that reads it cannot be started: {error}"
                ),
            )),
        }
    })
}
