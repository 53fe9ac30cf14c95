//! The bounds of one search: its time and its memory.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use web_time::Instant;

use crate::settings::Settings;

/// The part of the time limit that remains for the counterexamples after a search that used its
/// time.
const REPORT_PART: u32 = 10;

/// The bound at which a search stopped before it was complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// [`Settings::time_limit`].
    Time,
    /// [`Settings::max_nodes`].
    Points,
    /// [`Settings::max_bytes`].
    Memory,
    /// The function that observes the search returned `false`.
    Caller,
}

impl StopReason {
    /// Returns its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Points => "points",
            Self::Memory => "memory",
            Self::Caller => "caller",
        }
    }
}

/// What follows the time in "because the search stopped after 5s".
impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "",
            Self::Points => " at its limit of points",
            Self::Memory => " at its limit of memory",
            Self::Caller => " on request",
        })
    }
}

/// The time and the memory that one search may use. Its preparation counts, too.
///
/// Memory is an estimate: the allocations that grow with the definition and with the search count,
/// by their sizes. So a search stops at the same point on each machine, unless its time limit stops
/// it.
#[derive(Debug)]
pub(crate) struct SearchBudget {
    started: Instant,
    time_limit: Option<Duration>,
    max_bytes: usize,
    used: Cell<usize>,
    stopped_by: Cell<Option<StopReason>>,
}

impl SearchBudget {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            started: Instant::now(),
            time_limit: settings.time_limit,
            max_bytes: settings.max_bytes,
            used: Cell::new(0),
            stopped_by: Cell::new(None),
        }
    }

    /// Returns the time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Counts memory that is in use from now on.
    pub(crate) fn add(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_add(bytes));
    }

    /// Counts memory that is free again.
    pub(crate) fn release(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_sub(bytes));
    }

    /// Stops the search. The first reason counts.
    pub(crate) fn stop(&self, reason: StopReason) {
        if self.stopped_by.get().is_none() {
            self.stopped_by.set(Some(reason));
        }
    }

    /// Returns whether the search must stop. Each loop whose rounds depend on the definition calls
    /// it in each round, and ends with what it has; the result is not used then.
    pub(crate) fn is_spent(&self) -> bool {
        if self.used.get() > self.max_bytes {
            self.stop(StopReason::Memory);
        } else if self
            .time_limit
            .is_some_and(|limit| self.elapsed() >= limit - limit / REPORT_PART)
        {
            self.stop(StopReason::Time);
        }
        self.stopped_by.get().is_some()
    }

    /// Returns the bound at which the search stopped.
    pub(crate) fn stopped_by(&self) -> Option<StopReason> {
        self.stopped_by.get()
    }

    /// Returns whether the time for the report has passed, too.
    pub(crate) fn is_report_late(&self) -> bool {
        self.time_limit.is_some_and(|limit| self.elapsed() >= limit)
    }
}

/// The memory of the values that a path added at one of its points. The paths that continue from
/// there share it: it counts until the last of them is dropped.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    bytes: usize,
    budget: Rc<SearchBudget>,
    before: Option<Rc<SharedMemory>>,
}

impl SharedMemory {
    pub(crate) fn after(
        before: Option<Rc<Self>>,
        budget: &Rc<SearchBudget>,
        bytes: usize,
    ) -> Rc<Self> {
        let bytes = bytes + size_of::<Self>();
        budget.add(bytes);
        Rc::new(Self {
            bytes,
            budget: Rc::clone(budget),
            before,
        })
    }
}

/// A path has many points, so the points before are dropped without recursion.
impl Drop for SharedMemory {
    fn drop(&mut self) {
        self.budget.release(self.bytes);
        let mut next = self.before.take();
        while let Some(shared) = next {
            next = match Rc::try_unwrap(shared) {
                Ok(mut last) => last.before.take(),
                Err(_) => None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_memory_counts_until_the_last_path_is_dropped() {
        let budget = Rc::new(SearchBudget::new(&Settings::new()));
        let own = size_of::<SharedMemory>();
        let first = SharedMemory::after(None, &budget, 100);
        let one = SharedMemory::after(Some(Rc::clone(&first)), &budget, 10);
        let other = SharedMemory::after(Some(first), &budget, 1);
        assert_eq!(budget.used.get(), 111 + 3 * own);
        drop(one);
        assert_eq!(budget.used.get(), 101 + 2 * own);
        drop(other);
        assert_eq!(budget.used.get(), 0);
    }

    #[test]
    fn a_long_path_is_dropped_without_recursion() {
        let budget = Rc::new(SearchBudget::new(&Settings::new()));
        let path = (0..1_000_000).fold(None, |before, _| {
            Some(SharedMemory::after(before, &budget, 1))
        });
        assert!(budget.used.get() > 1_000_000);
        drop(path);
        assert_eq!(budget.used.get(), 0);
    }

    #[test]
    fn the_counterexamples_belong_to_the_time_limit() {
        let settings = Settings {
            time_limit: Some(Duration::from_secs(5)),
            ..Settings::new()
        };
        for (elapsed, is_spent, is_late) in [
            (4_000, false, false),
            (4_600, true, false),
            (5_000, true, true),
        ] {
            let mut budget = SearchBudget::new(&settings);
            let started = Instant::now().checked_sub(Duration::from_millis(elapsed));
            budget.started = started.expect("the clock has run for longer");
            assert_eq!(budget.is_spent(), is_spent, "{elapsed}");
            assert_eq!(budget.is_report_late(), is_late, "{elapsed}");
        }
    }

    #[test]
    fn the_first_bound_that_is_reached_is_the_reason() {
        let settings = Settings {
            max_bytes: 10,
            ..Settings::new()
        };
        let budget = SearchBudget::new(&settings);
        budget.add(10);
        assert!(!budget.is_spent());
        budget.add(1);
        assert!(budget.is_spent());
        budget.release(11);
        budget.stop(StopReason::Points);
        assert_eq!(budget.stopped_by(), Some(StopReason::Memory));
    }
}
