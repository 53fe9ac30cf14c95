//! A stream of the history events of an execution, while it runs.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use stepwright_interpreter::history::{Event, History, HistoryReader};
use tokio::sync::oneshot;

use crate::execution::execution_state::ExecutionState;

/// The events of an execution as they are written; see
/// [`ExecutionHandle::events`](super::ExecutionHandle::events).
///
/// Events that are not read cost nothing: they are read from the history. Where the engine records
/// no history, readers get the last 1,024 events, and [`missed`](Self::missed) returns how many
/// were dropped before they were read.
pub struct Events {
    state: Arc<ExecutionState>,
    reader: HistoryReader,
    history: Option<History>,
    /// Receives the history when it has more events.
    more: Option<oneshot::Receiver<History>>,
}

impl Events {
    pub(super) fn new(state: Arc<ExecutionState>) -> Self {
        let more = Some(state.history_after(0));
        Self {
            state,
            reader: HistoryReader::default(),
            history: None,
            more,
        }
    }

    /// Returns the next event; `None` after the last.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Returns how many events were dropped before they were read.
    pub fn missed(&self) -> u32 {
        self.reader.missed()
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        loop {
            if let Some(history) = &self.history
                && let Some(event) = self.reader.next(history)
            {
                return Poll::Ready(Some(event));
            }
            let read = self.reader.read();
            let more = match &mut self.more {
                Some(more) => more,
                None => self.more.insert(self.state.history_after(read)),
            };
            let answer = ready!(Pin::new(more).poll(cx));
            self.more = None;
            match answer {
                Ok(history) if history.written() > read => self.history = Some(history),
                // The execution has ended, and all events were read.
                Ok(_) => return Poll::Ready(None),
                // It ended before it answered; its report has the remaining events.
                Err(_) => {}
            }
        }
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.poll_event(cx)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("read", &self.reader.read())
            .field("missed", &self.reader.missed())
            .finish_non_exhaustive()
    }
}
