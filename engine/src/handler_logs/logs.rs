//! The public interface to the log lines of handlers: it creates the layer and reads lines.

use std::sync::Arc;

use stepwright_asl::redaction::Redaction;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::layer::AttemptLayer;
use super::line::LogLine;
use super::log_storage::LogStorage;
use super::options::HandlerLogOptions;
#[cfg(feature = "sqlite")]
use super::sqlite_logs::SqliteLogs;
use super::store::LogStore;
use super::stored_logs::{QUEUE, StoredLogs};
use crate::spans::TARGET;

/// The newest `tracing` events of task handlers, for each execution. Clones share the lines.
///
/// The [module](super) has an example, and the bounds of the memory.
#[derive(Clone, Debug)]
pub struct HandlerLogs {
    store: Arc<LogStore>,
    level: Level,
}

impl HandlerLogs {
    /// Creates it without lines, with the default [options](HandlerLogOptions::new).
    pub fn new() -> Self {
        Self::with_options(HandlerLogOptions::new())
    }

    /// Creates it without lines.
    pub fn with_options(options: HandlerLogOptions) -> Self {
        Self {
            store: Arc::new(LogStore::new(options.executions)),
            level: options.level,
        }
    }

    /// Returns a layer for the program's subscriber, which records events of handlers here. It has
    /// a filter, which does not change what other layers get.
    ///
    /// An event is recorded if its innermost span of the engine is a [`task`](crate::spans::SPANS)
    /// span: its handler logged it, or a function, a spawned task or a thread that runs in a span
    /// of the handler. The layer ignores all other events, and those of the engine.
    ///
    /// An execution has spans if it started, or resumed, after the subscriber was installed. Its
    /// spans cost time, as with each subscriber for the level info.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let level = self.level;
        // The engine creates no spans if the level info is off.
        let spans = level.max(Level::INFO);
        let filter = filter_fn(move |metadata| {
            if metadata.is_span() {
                *metadata.level() <= spans
            } else {
                *metadata.level() <= level && !is_of_engine(metadata.target())
            }
        });
        let layer = AttemptLayer {
            store: self.store.clone(),
        };
        layer.with_filter(filter.with_max_level_hint(spans))
    }

    /// Returns the lines of an execution, the oldest first. Empty if its handlers logged nothing,
    /// if it was dropped because too many other executions logged something since, or if no layer
    /// is installed.
    ///
    /// `arn` is [`ExecutionHandle::id`](crate::ExecutionHandle::id). A child of a Distributed Map
    /// has its own lines. A resumed or redriven execution continues its lines.
    pub fn of_execution(&self, arn: &str) -> Vec<Arc<LogLine>> {
        self.store.log(arn).0
    }

    /// Returns how many older lines of an execution were dropped, because they exceeded
    /// [`BYTES_PER_EXECUTION`](super::BYTES_PER_EXECUTION). If the execution itself was dropped,
    /// the count starts again at 0.
    pub fn dropped_lines(&self, arn: &str) -> u64 {
        self.store.log(arn).1
    }

    /// Masks these fields in the lines: JSON in messages and values, and fields with these names. A
    /// server masks what its engine does. Task tokens are always masked. Stored lines that were
    /// written before are masked when they are read.
    pub fn redact(&self, redaction: &Redaction) {
        self.store.redact(redaction);
    }

    /// Also writes the lines to a file next to a store, `orders.db-logs` next to `orders.db`, so
    /// that they survive a restart of the program. A thread writes them from a bounded queue:
    /// handlers never wait, and when the queue is full, [lines are lost](Self::lost_lines). The
    /// bound for an execution is the same as in memory. The lines of an execution are deleted after
    /// the store has deleted it.
    ///
    /// The file can be deleted while no program uses it. A damaged file, and one of another
    /// version, are replaced. When the file cannot be written, for example because the disk is
    /// full, one line in the log reports it, and the lines stay in memory only.
    ///
    /// Call it after the store was opened, and before the engine runs handlers. Only the first call
    /// has an effect.
    #[cfg(feature = "sqlite")]
    pub fn keep(&self, store: impl AsRef<std::path::Path>) {
        self.keep_in(SqliteLogs::new(store.as_ref()));
    }

    /// Also writes the lines to this storage, as `keep` (feature `sqlite`) does to a file: a thread
    /// writes them from a bounded queue, with the same bound for an execution as in memory, and
    /// deletes them after the store has deleted the execution. While the storage is away, lines
    /// wait in the queue.
    ///
    /// Call it before the engine runs handlers. Only the first call of both has an effect.
    ///
    /// # Blocking
    ///
    /// Blocks the thread while it opens the storage.
    pub fn keep_in(&self, storage: impl LogStorage) {
        if let Err(error) = self.store.keep(Arc::new(storage), QUEUE) {
            tracing::warn!(%error, "the logs of handlers are in memory only, because their tables cannot be opened");
        }
    }

    /// Returns how many lines are missing in the storage: its queue was full, or it was away when
    /// the program ended. 0 without a storage.
    pub fn lost_lines(&self) -> u64 {
        self.store.stored().map_or(0, StoredLogs::lost)
    }

    /// Waits until all lines so far are stored, for a program that ends. Lines that cannot be
    /// stored are lost. Returns at once without a storage.
    ///
    /// # Blocking
    ///
    /// Blocks the thread while it waits.
    pub fn flush(&self) {
        if let Some(stored) = self.store.stored() {
            stored.flush();
        }
    }

    /// Deletes the lines of executions that the store does not have any more. A thread does this
    /// from time to time.
    ///
    /// # Blocking
    ///
    /// Blocks the thread until it is done.
    pub fn delete_orphans(&self) {
        if let Some(stored) = self.store.stored() {
            stored.sweep();
        }
    }
}

impl Default for HandlerLogs {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a target is that of the engine's own events.
fn is_of_engine(target: &str) -> bool {
    let remainder = target.strip_prefix(TARGET);
    remainder.is_some_and(|remainder| remainder.is_empty() || remainder.starts_with("::"))
}
