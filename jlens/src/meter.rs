//! The work and the memory of the evaluation on this thread.
//!
//! Steps bound how many nodes an evaluation visits, not what one step does: `$distinct` compares
//! items, `=` walks two values, `$replace` copies a text for each match. Such loops call
//! [`spend`] for the values they visit, and the values count their memory with [`hold`] and
//! [`release`]. When a limit is exceeded, `spend` returns `false`, the loop ends early, and the
//! next [`check`] fails the evaluation. This module is not part of jlens-core.

use std::cell::Cell;
use std::time::Duration;

use web_time::Instant;

use crate::error::{Error, Result};

/// The units of work between two reads of the clock: less than a millisecond.
const CLOCK_EVERY: u64 = 1 << 15;

/// The bytes of a string that cost about as much as a visited value.
const BYTES_PER_UNIT: usize = 8;

#[derive(Clone, Copy)]
enum Exceeded {
    Work,
    Time,
    Memory,
}

struct Meter {
    /// The work left until the next read of the clock.
    left: Cell<u64>,
    /// The work left after it.
    reserve: Cell<u64>,
    max_work: Cell<u64>,
    /// The end of the evaluation, and the time limit that set it.
    deadline: Cell<Option<(Instant, Duration)>>,
    held: Cell<usize>,
    max_memory: Cell<usize>,
    max_items: Cell<usize>,
    exceeded: Cell<Option<Exceeded>>,
}

thread_local! {
    static METER: Meter = const {
        Meter {
            left: Cell::new(u64::MAX),
            reserve: Cell::new(0),
            max_work: Cell::new(u64::MAX),
            deadline: Cell::new(None),
            held: Cell::new(0),
            max_memory: Cell::new(usize::MAX),
            max_items: Cell::new(usize::MAX),
            exceeded: Cell::new(None),
        }
    };
}

/// The meter of one evaluation. Dropping it restores that of the evaluation around it.
pub(crate) struct Metered {
    left: u64,
    reserve: u64,
    max_work: u64,
    deadline: Option<(Instant, Duration)>,
    held: usize,
    max_memory: usize,
    max_items: usize,
    exceeded: Option<Exceeded>,
}

impl Drop for Metered {
    fn drop(&mut self) {
        METER.with(|meter| {
            meter.left.set(self.left);
            meter.reserve.set(self.reserve);
            meter.max_work.set(self.max_work);
            meter.deadline.set(self.deadline);
            meter.held.set(self.held);
            meter.max_memory.set(self.max_memory);
            meter.max_items.set(self.max_items);
            meter.exceeded.set(self.exceeded);
        });
    }
}

/// Starts the meter of an evaluation that started at `started`, if it has a time limit.
pub(crate) fn begin(
    max_work: u64,
    max_memory: usize,
    max_items: usize,
    timeout: Option<Duration>,
    started: Option<Instant>,
) -> Metered {
    METER.with(|meter| {
        let first = max_work.min(CLOCK_EVERY);
        let deadline = match (timeout, started) {
            (Some(timeout), Some(started)) => {
                started.checked_add(timeout).map(|end| (end, timeout))
            }
            _ => None,
        };
        Metered {
            left: meter.left.replace(first),
            reserve: meter.reserve.replace(max_work - first),
            max_work: meter.max_work.replace(max_work),
            deadline: meter.deadline.replace(deadline),
            held: meter.held.replace(0),
            max_memory: meter.max_memory.replace(max_memory),
            max_items: meter.max_items.replace(max_items),
            exceeded: meter.exceeded.replace(None),
        }
    })
}

impl Meter {
    /// Spends work beyond the next read of the clock. Once a limit is exceeded, no work is left.
    #[cold]
    #[inline(never)]
    fn checkpoint(&self, units: u64) -> bool {
        if self.exceeded.get().is_some() {
            return false;
        }
        let Some(left) = self
            .left
            .get()
            .saturating_add(self.reserve.get())
            .checked_sub(units)
        else {
            self.exceed(Exceeded::Work);
            return false;
        };
        if self
            .deadline
            .get()
            .is_some_and(|(end, _)| Instant::now() > end)
        {
            self.exceed(Exceeded::Time);
            return false;
        }
        let next = left.min(CLOCK_EVERY);
        self.left.set(next);
        self.reserve.set(left - next);
        true
    }

    fn exceed(&self, limit: Exceeded) {
        self.exceeded.set(Some(limit));
        self.left.set(0);
        self.reserve.set(0);
    }

    #[cold]
    #[inline(never)]
    fn failure(&self, exceeded: Exceeded) -> Error {
        match exceeded {
            Exceeded::Work => Error::new("U1006").with("value", self.max_work.get()),
            Exceeded::Time => {
                let limit = self
                    .deadline
                    .get()
                    .map_or(0, |(_, limit)| limit.as_millis() as u64);
                Error::new("D1012").with("value", limit)
            }
            Exceeded::Memory => Error::new("U1001").with(
                "message",
                format!(
                    "The values of the evaluation would exceed the limit of {} bytes",
                    self.max_memory.get()
                ),
            ),
        }
    }
}

/// Spends the work of visiting `values` values. Returns `false` when a limit of the evaluation is
/// exceeded: the caller ends its loop, and the evaluation fails at its next [`check`].
#[inline]
pub(crate) fn spend(values: usize) -> bool {
    METER.with(|meter| {
        let units = values as u64;
        let left = meter.left.get();
        if units < left {
            meter.left.set(left - units);
            true
        } else {
            meter.checkpoint(units)
        }
    })
}

/// Returns whether an array may have this many items. If not, the evaluation fails at its next
/// [`check`].
#[inline]
pub(crate) fn fits(items: usize) -> bool {
    METER.with(|meter| {
        let fits = items <= meter.max_items.get();
        if !fits && meter.exceeded.get().is_none() {
            meter.exceed(Exceeded::Memory);
        }
        fits
    })
}

/// Spends the work of visiting `values` values, and fails when a limit is exceeded.
#[inline]
pub(crate) fn charge(values: usize) -> Result<()> {
    if spend(values) { Ok(()) } else { check() }
}

/// Spends the work of reading or writing `bytes` bytes, and fails when a limit is exceeded.
#[inline]
pub(crate) fn charge_bytes(bytes: usize) -> Result<()> {
    charge(bytes / BYTES_PER_UNIT)
}

/// Fails once a limit of the evaluation is exceeded.
#[inline]
pub(crate) fn check() -> Result<()> {
    METER.with(|meter| match meter.exceeded.get() {
        None => Ok(()),
        Some(exceeded) => Err(meter.failure(exceeded)),
    })
}

/// Counts memory that a value of the evaluation holds.
#[inline]
pub(crate) fn hold(bytes: usize) {
    METER.with(|meter| {
        let held = meter.held.get().saturating_add(bytes);
        meter.held.set(held);
        if held > meter.max_memory.get() && meter.exceeded.get().is_none() {
            meter.exceed(Exceeded::Memory);
        }
    });
}

/// Counts memory that a value of the evaluation no longer holds. A value can be dropped while the
/// thread ends, when there is no meter.
#[inline]
pub(crate) fn release(bytes: usize) {
    let _ended = METER.try_with(|meter| meter.held.set(meter.held.get().saturating_sub(bytes)));
}

/// Memory that a function uses while it runs, in addition to values.
pub(crate) struct Buffer(usize);

impl Buffer {
    /// Counts the memory, and fails when there is not enough left.
    pub(crate) fn new(bytes: usize) -> Result<Buffer> {
        hold(bytes);
        let buffer = Buffer(bytes);
        check()?;
        Ok(buffer)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        release(self.0);
    }
}
