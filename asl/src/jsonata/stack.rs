//! Provides a stack that is large enough for deep trees.

use crate::SyntaxError;

/// Maximum depth that fits on the stack of any thread; without optimisation a level takes about 20
/// kB.
pub(super) const SHALLOW: usize = if cfg!(debug_assertions) { 30 } else { 100 };

/// Sufficient for the deepest expression, even without optimisation.
const STACK: usize = 64 << 20;

/// Runs a function for a deep tree, on a thread with a large stack.
///
/// # Errors
///
/// If the system cannot start the thread.
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
