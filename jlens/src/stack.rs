//! Growth of the stack, so that deep recursion does not overflow it.
//!
//! Crates that walk syntax trees recursively use the same function.

/// Runs `f`, first growing the stack if little of it is left.
#[inline]
pub fn grow<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(all(target_os = "linux", target_env = "musl"))]
    musl::map_main_stack();
    stacker::maybe_grow(128 * 1024, 4 * 1024 * 1024, f)
}

/// The main thread on musl. `stacker` asks `pthread_getattr_np` where a thread's stack ends,
/// once for each thread. For the main thread, musl answers with the part of the stack mapped so
/// far, not the part the kernel would map on demand up to `RLIMIT_STACK`: after a shallow start,
/// often less than the 128 KiB [`grow`] keeps. Then every evaluation ran on a new stack segment,
/// mapped and unmapped each time, about 13 µs. Using 1 MiB of the main thread's stack before
/// `stacker` first asks makes the kernel map it, and musl count it.
///
/// Only the first thread to reach [`grow`] is looked at, so that later calls cost an atomic
/// load rather than a thread-local, which a library loaded at run time reaches through a call
/// (group-by 2% slower from Java). A process whose main thread evaluates only after another
/// thread has keeps the cost on it. (The `java` launcher runs `main` on a thread of its own.)
#[cfg(all(target_os = "linux", target_env = "musl"))]
mod musl {
    use std::sync::atomic::{AtomicBool, Ordering};

    /// The stack used, and so mapped, before `stacker` first asks.
    const MAPPED: usize = 1024 * 1024;

    /// The smallest `RLIMIT_STACK` under which the stack is used: room for [`MAPPED`] whatever
    /// depth the host had reached.
    const SMALLEST_LIMIT: u64 = 4 * 1024 * 1024;

    /// Whether no thread has reached [`grow`](super::grow) yet.
    static FIRST: AtomicBool = AtomicBool::new(true);

    /// Maps [`MAPPED`] of the stack, when the first thread to call it is the main thread.
    #[inline]
    pub(super) fn map_main_stack() {
        if FIRST.load(Ordering::Relaxed) && FIRST.swap(false, Ordering::Relaxed) {
            first_call();
        }
    }

    #[cold]
    #[inline(never)]
    fn first_call() {
        // Other threads have the stack they were created with, which musl knows.
        if rustix::thread::gettid() != rustix::process::getpid() {
            return;
        }
        let limit = rustix::process::getrlimit(rustix::process::Resource::Stack).current;
        if limit.is_none_or(|limit| limit >= SMALLEST_LIMIT) {
            use_stack();
        }
    }

    /// Uses [`MAPPED`] bytes of stack: the stack probes touch each page, from the top down.
    #[inline(never)]
    fn use_stack() {
        let pages = [0u8; MAPPED];
        std::hint::black_box(&pages);
    }
}
