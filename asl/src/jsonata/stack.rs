//! Trees may be deep: a stack that is large enough for them.

/// Expressions with fewer symbols cannot be deep enough to need a stack of their own; without optimisation a level takes some
/// 20 kB.
const SHALLOW: usize = if cfg!(debug_assertions) { 50 } else { 200 };

/// Enough for the deepest expression, also where nothing is optimised.
const STACK: usize = 64 << 20;

/// Does work on the tree of a text, on a stack that is large enough for it.
pub(super) fn with_stack_for<R: Send>(text: &str, work: impl FnOnce() -> R + Send) -> R {
    let symbols = text
        .bytes()
        .filter(|byte| !byte.is_ascii_alphanumeric() && *byte != b' ')
        .count();
    let words = text.split_ascii_whitespace().count();
    if symbols + words < SHALLOW {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        match thread
            .spawn_scoped(scope, work)
            .map(std::thread::ScopedJoinHandle::join)
        {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => {
                panic!("a thread for a long JSONata expression cannot be started: {error}")
            }
        }
    })
}
