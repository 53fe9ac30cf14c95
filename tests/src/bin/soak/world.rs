//! The state that handlers, workers and clients share.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The longest duration of an execution, which waits for a few seconds at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// A description of the failure.
pub(crate) type Lost = String;

/// Data about work in progress. Each client removes its own entries, so that the maps do not grow.
#[derive(Default)]
pub(crate) struct World {
    /// The issued tokens, by the name of their execution.
    pub(crate) tokens: Mutex<HashMap<String, String>>,
    /// How often each item was sent, by run and number.
    pub(crate) sent: Mutex<HashMap<String, u32>>,
    /// How often each task of the activity ran, by its input's id.
    pub(crate) worked: Mutex<HashMap<String, u32>>,
    pub(crate) counts: Counts,
    over: AtomicBool,
}

impl World {
    /// Stops new work.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident $text:literal,)*) => {
        /// How often each operation happened.
        #[derive(Default)]
        pub(crate) struct Counts {
            $($(#[$doc])* pub(crate) $name: Count,)*
        }

        impl fmt::Display for Counts {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "{:>10}  {}", self.$name.get(), $text)?;)*
                Ok(())
            }
        }
    };
}

counts! {
    started "executions started by clients",
    redriven "executions redriven",
    ended "ends of executions awaited",
    stopped "executions stopped, of those",
    broken_off "executions broken off with their tokio runtime",
    runtimes "tokio runtimes dropped",
    taken "answers of tokens told to be taken",
    refused "answers of tokens refused",
    given_up "answers of tokens given up by their sender",
    worked "tasks of the activity worked on",
    worker_panics "of those, panics of the worker",
    late_work "of those, answers after the timeout",
    polls_given_up "polls of the activity given up",
    sent "items of Distributed Maps sent",
    kept "items that had succeeded before a redrive, and were not sent again",
    joined "parents that joined a child by its name",
    events "events read",
    missed "events that a reader came too late for",
    rows "rows of pages of executions",
}

/// A number that grows.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The output of a future, within a time limit.
pub(crate) async fn in_time<T>(
    what: impl fmt::Display,
    future: impl Future<Output = T>,
) -> Result<T, Lost> {
    let waited = tokio::time::timeout(PATIENCE, future).await;
    waited.map_err(|_| format!("{what} hangs"))
}

/// `Ok` if it is true; otherwise the failure.
pub(crate) fn must(holds: bool, otherwise: impl FnOnce() -> Lost) -> Result<(), Lost> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
