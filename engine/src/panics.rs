//! Catches panics of the user's code, which become failures.

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use stepwright_asl::errors::panic_message;

/// Runs foreign code; the message of its panic is the error.
#[inline]
pub(crate) fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(panic_message)
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
    fn a_panic_payload_that_panics_on_drop_is_caught() {
        let result = guarded(|| std::panic::panic_any(PanicsInDrop));
        assert_eq!(
            result,
            Err::<(), _>("it panicked without a message".to_owned())
        );
        assert_eq!(guarded(|| drop(PanicsInDrop)), Err("dropped".to_owned()));
    }
}
