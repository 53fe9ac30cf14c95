//! The stream of changes of one execution of a store without an engine. The store is read again
//! after each commit of its engine.

use std::time::Duration;

use futures_util::stream::{self, Stream};

use super::server_event::{CHANGE, COMMENT, END, HEARTBEAT};
use crate::console::state::Console;

/// How often the stream looks for commits. An engine commits many times in a second, most of them
/// for other executions.
const PAUSE: Duration = Duration::from_secs(1);

/// The state of the stream.
struct StoreWatch {
    console: Console,
    arn: String,
    /// The number of events that the page has.
    known: u32,
    /// The change of the store after which the execution was read.
    change: Option<u64>,
    has_ended: bool,
}

/// Returns the changes of an execution after this number of events.
pub(crate) fn changes(
    console: Console,
    arn: String,
    known: u32,
) -> impl Stream<Item = &'static [u8]> + Send + 'static {
    let watch = StoreWatch {
        console,
        arn,
        known,
        change: None,
        has_ended: false,
    };
    stream::unfold(watch, |mut watch| async move {
        if watch.has_ended {
            return None;
        }
        let chunk = watch.next().await?;
        Some((chunk, watch))
    })
}

impl StoreWatch {
    /// Waits for new events. Returns `None` when the server shuts down.
    async fn next(&mut self) -> Option<&'static [u8]> {
        let mut quiet = Duration::ZERO;
        loop {
            tokio::time::sleep(PAUSE).await;
            if self.console.service.is_shutting_down() {
                return None;
            }
            if let Some(chunk) = self.look().await {
                return Some(chunk);
            }
            quiet += PAUSE;
            if quiet >= HEARTBEAT {
                return Some(COMMENT);
            }
        }
    }

    /// Reads the execution, if the store has changed. A store that cannot be read now is read again
    /// later.
    async fn look(&mut self) -> Option<&'static [u8]> {
        let store = self.console.source.store()?;
        let change = store.change();
        if self.change == Some(change) {
            return None;
        }
        let described = store.describe(&self.arn).await.ok()?;
        let Some(described) = described else {
            // It was deleted.
            self.has_ended = true;
            return Some(END);
        };
        let (written, is_open) = (
            described.history.written(),
            described.summary.stopped.is_none(),
        );
        if written > self.known {
            self.known = written;
            // The end follows the last change.
            self.change = is_open.then_some(change);
            return Some(CHANGE);
        }
        self.change = Some(change);
        self.has_ended = !is_open;
        self.has_ended.then_some(END)
    }
}
