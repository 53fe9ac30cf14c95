//! The running executions.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::state::ExecutionState;

/// The number of shards. Threads that start executions concurrently use different shards, to avoid lock contention.
const PARTS: usize = 16;

thread_local! {
    /// The shard that this thread uses.
    static PART: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Returns the shard of this thread. Threads are assigned round robin.
fn part_here() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    PART.get().unwrap_or_else(|| {
        let part = NEXT.fetch_add(1, Ordering::Relaxed) % PARTS;
        PART.set(Some(part));
        part
    })
}

/// The running executions of an engine.
#[derive(Default)]
pub(in crate::engine) struct OpenExecutions {
    parts: [Part; PARTS],
    /// Set when the engine is shut down: nothing may start any more.
    is_shut_down: AtomicBool,
}

/// One shard. It is aligned to cache lines, to avoid false sharing.
#[derive(Default)]
#[repr(align(128))]
struct Part {
    places: Mutex<Places>,
    /// How many executions have begun, including children of Map Runs.
    begun: AtomicUsize,
    /// How many executions have ended, including children of Map Runs.
    ended: AtomicUsize,
}

/// The running executions, without the children of Map Runs, which end with them.
#[derive(Default)]
struct Places {
    open: Vec<Option<Weak<ExecutionState>>>,
    free: Vec<OpenPlace>,
}

/// The slot of a running execution, as one number to save memory.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct OpenPlace(NonZeroU32);

impl OpenPlace {
    /// A shard has a capacity of 268 million.
    fn new(part: usize, place: usize) -> Self {
        let number = u32::try_from(place * PARTS + part + 1).ok();
        Self(number.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX))
    }

    fn part(self) -> usize {
        (self.0.get() - 1) as usize % PARTS
    }

    fn place(self) -> usize {
        (self.0.get() - 1) as usize / PARTS
    }
}

impl Part {
    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenExecutions {
    /// Adds an execution. Returns whether it may run: not after the engine was shut down.
    #[must_use]
    pub(in crate::engine) fn open(&self, state: &Arc<ExecutionState>) -> bool {
        let part = part_here();
        let mut places = self.parts[part].lock();
        // A concurrent shutdown locks this shard later, and finds the execution.
        if self.is_shut_down() {
            return false;
        }
        let running = Some(Arc::downgrade(state));
        let place = match places.free.pop() {
            Some(place) => {
                places.open[place.place()] = running;
                place
            }
            None => {
                places.open.push(running);
                OpenPlace::new(part, places.open.len() - 1)
            }
        };
        state.set_place(place);
        true
    }

    /// Removes an execution.
    pub(in crate::engine) fn leave(&self, state: &ExecutionState) {
        let Some(place) = state.place() else {
            return;
        };
        let mut places = self.parts[place.part()].lock();
        let left = places.open[place.place()].take();
        places.free.push(place);
        drop(places);
        drop(left);
    }

    /// Returns the running executions.
    pub(in crate::engine) fn running(&self) -> Vec<Arc<ExecutionState>> {
        let mut running = Vec::new();
        for part in &self.parts {
            running.extend(part.lock().open.iter().flatten().filter_map(Weak::upgrade));
        }
        running
    }

    pub(in crate::engine) fn is_shut_down(&self) -> bool {
        self.is_shut_down.load(Ordering::SeqCst)
    }

    /// Forbids further starts. Returns the running executions.
    pub(in crate::engine) fn shut_down(&self) -> Vec<Arc<ExecutionState>> {
        self.is_shut_down.store(true, Ordering::SeqCst);
        self.running()
    }

    /// Counts an execution that begins.
    pub(in crate::engine) fn begun(&self) {
        self.parts[part_here()].begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts an execution that has ended.
    pub(in crate::engine) fn ended(&self) {
        self.parts[part_here()].ended.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the number of live executions; it may over-count while executions end concurrently.
    pub(in crate::engine) fn live(&self) -> usize {
        // Both counters only grow. Reading `ended` first may over-count live executions, never under-count.
        let ended: usize = self.sum(|part| &part.ended);
        self.sum(|part| &part.begun).wrapping_sub(ended)
    }

    fn sum(&self, of: impl Fn(&Part) -> &AtomicUsize) -> usize {
        let counts = self.parts.iter();
        counts.fold(0, |sum: usize, part| {
            sum.wrapping_add(of(part).load(Ordering::SeqCst))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_not_over_is_counted_while_others_begin_and_end() {
        let open = OpenExecutions::default();
        open.begun();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        open.begun();
                        open.ended();
                    }
                });
            }
            for _ in 0..20_000 {
                let live = open.live();
                assert!((1..=60_001).contains(&live), "{live}");
            }
        });
        assert_eq!(open.live(), 1);
    }
}
