//! Standard error: diagnostics, the log, and the progress of a server.
//!
//! A program that stopped reading a pipe, or a paused terminal, blocks each write. The executions
//! and requests of a server must not wait for that, so a thread writes there ([`detach`]), and
//! lines that do not fit into its queue are dropped and counted.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::terminal::progress::{Part, write_part};
use crate::terminal::visible::visible;

/// How many bytes of text may wait for the thread.
const CAPACITY: usize = 1 << 20;

/// How long the process waits at its end until everything is written.
const LAST_LINES: Duration = Duration::from_secs(1);

static QUEUE: LazyLock<Queue> = LazyLock::new(Queue::default);

/// Whether a thread writes what is in the queue.
static IS_DETACHED: AtomicBool = AtomicBool::new(false);

/// The parts that the thread will write.
#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
    /// How many lines were dropped since the process started.
    dropped: AtomicU64,
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<Part>,
    bytes: usize,
    is_writing: bool,
    /// How many of the dropped lines were reported.
    reported: u64,
}

/// Lets a thread write to standard error from now on, also the messages of panics. If the system
/// starts no thread, writes block as before.
pub(crate) fn detach() {
    let thread = std::thread::Builder::new().name("stepwright-stderr".to_owned());
    let started = thread.spawn(|| {
        loop {
            QUEUE.write_next();
        }
    });
    if started.is_err() {
        return;
    }
    IS_DETACHED.store(true, Ordering::Release);
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("<unnamed>");
        let backtrace = Backtrace::capture();
        let text = match backtrace.status() {
            BacktraceStatus::Captured => format!("thread '{name}' {panic}\n{backtrace}"),
            _ => format!("thread '{name}' {panic}\n"),
        };
        print(visible(&text).into_owned());
    }));
}

/// Writes text.
pub(crate) fn print(text: String) {
    submit(Part::Text(text));
}

/// Writes a part, or lets the thread write it.
pub(crate) fn submit(part: Part) {
    if IS_DETACHED.load(Ordering::Acquire) {
        QUEUE.push(part)
    } else {
        write_part(part)
    }
}

/// Waits until everything is written, but not long.
pub(crate) fn finish() {
    let busy = |state: &mut QueueState| state.is_writing || !state.waiting.is_empty();
    let waited = (QUEUE.changed).wait_timeout_while(QUEUE.lock(), LAST_LINES, busy);
    drop(waited);
}

/// Returns how many lines were dropped because standard error was not read.
pub(crate) fn dropped_lines() -> u64 {
    QUEUE.dropped.load(Ordering::Relaxed)
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, part: Part) {
        let mut state = self.lock();
        let bytes = part.text().len();
        if state.bytes + bytes > CAPACITY {
            let lines = part.text().lines().count();
            self.dropped.fetch_add(lines as u64, Ordering::Relaxed);
            return;
        }
        state.bytes += bytes;
        match (state.waiting.back_mut(), part) {
            // Only the newest block is shown.
            (Some(Part::Block(above, rows)), Part::Block(more, newest)) => {
                above.push_str(&more);
                *rows = newest;
            }
            (_, part) => state.waiting.push_back(part),
        }
        self.changed.notify_all();
    }

    /// Waits for the next part, and writes it.
    fn write_next(&self) {
        let idle = |state: &mut QueueState| state.waiting.is_empty();
        let waited = self.changed.wait_while(self.lock(), idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let Some(part) = state.waiting.pop_front() else {
            return;
        };
        state.bytes -= part.text().len();
        state.is_writing = true;
        drop(state);
        write_part(part);
        let mut state = self.lock();
        // A part that was just written shows that standard error is read again.
        if let Some(lost) = state.take_unreported(&self.dropped) {
            drop(state);
            write_part(Part::Text(lost));
            state = self.lock();
        }
        state.is_writing = false;
        drop(state);
        self.changed.notify_all();
    }
}

impl QueueState {
    /// Returns a line about the dropped lines that were not reported yet.
    fn take_unreported(&mut self, dropped: &AtomicU64) -> Option<String> {
        let dropped = dropped.load(Ordering::Relaxed);
        let lost = dropped - std::mem::replace(&mut self.reported, dropped);
        let lines = match lost {
            0 => return None,
            1 => "1 line of the log was".to_owned(),
            lost => format!("{lost} lines of the log were"),
        };
        Some(format!(
            "note: {lines} dropped, because standard error was not read\n"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::progress::Row;

    #[test]
    fn lines_that_do_not_fit_are_dropped_counted_and_reported_once() {
        let queue = Queue::default();
        let line = format!("{}\n", "x".repeat(CAPACITY / 4));
        for _ in 0..5 {
            queue.push(Part::Text(line.clone()));
        }
        assert_eq!(queue.lock().waiting.len(), 3);
        assert_eq!(queue.dropped.load(Ordering::Relaxed), 2);
        let report = queue.lock().take_unreported(&queue.dropped);
        let expected =
            "note: 2 lines of the log were dropped, because standard error was not read\n";
        assert_eq!(report.as_deref(), Some(expected));
        assert_eq!(queue.lock().take_unreported(&queue.dropped), None);
    }

    #[test]
    fn only_the_newest_block_waits() {
        let queue = Queue::default();
        for number in 0..3 {
            let rows = vec![Row::new().plain(number)];
            queue.push(Part::Block(format!("{number}\n"), rows));
        }
        let waiting = &queue.lock().waiting;
        let newest = vec![Row::new().plain(2)];
        assert_eq!(*waiting, [Part::Block("0\n1\n2\n".to_owned(), newest)]);
    }
}
