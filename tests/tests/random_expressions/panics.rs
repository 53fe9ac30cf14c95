//! The messages of panics, which are expected.

use std::sync::Mutex;

thread_local! {
    static PANIC: Mutex<String> = const { Mutex::new(String::new()) };
}

/// Stores the messages of panics instead of printing them.
pub fn keep_panics() {
    std::panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("a panic").to_owned();
        PANIC.with(|kept| {
            if let Ok(mut kept) = kept.lock() {
                *kept = message;
            }
        });
    }));
}

/// The message of this thread's last panic.
pub fn last_panic() -> String {
    PANIC.with(|kept| kept.lock().map(|kept| kept.clone()).unwrap_or_default())
}
