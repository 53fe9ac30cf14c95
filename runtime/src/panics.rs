//! Catches panics of the user's code, which become failures.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs foreign code; the message of its panic is the error.
pub(crate) fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(said)
}

/// Returns the message of a panic. If dropping the payload panics, the payload of that second panic is leaked.
pub(crate) fn said(panic: Box<dyn Any + Send>) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it panicked without a message")
        .to_owned();
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(again);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    struct PanicsInDrop;

    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn what_panics_again_when_it_is_dropped_is_a_panic_without_a_text() {
        let result = guarded(|| std::panic::panic_any(PanicsInDrop));
        assert_eq!(
            result,
            Err::<(), _>("it panicked without a message".to_owned())
        );
        assert_eq!(guarded(|| drop(PanicsInDrop)), Err("dropped".to_owned()));
    }
}
