//! The running executions.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use stepwright_asl::model::MachineType;
use tokio::sync::watch;

use crate::execution::execution_state::ExecutionState;
use crate::execution::running_slot::RunningSlot;
use crate::thread_shard::{SHARDS, shard_of_thread};

/// The running executions of an engine.
#[derive(Default)]
pub(crate) struct RunningExecutions {
    shards: [Shard; SHARDS],
    /// Set when the engine is shut down: nothing may start any more.
    is_shut_down: AtomicBool,
    /// How many workers of activities work in this process.
    workers: watch::Sender<usize>,
    /// The executions that a shutdown stopped or suspended.
    stopped: Mutex<Vec<Arc<ExecutionState>>>,
}

/// A worker of an activity that works in this process. A shutdown waits until it is dropped.
pub(crate) struct LocalWorker<'a>(&'a RunningExecutions);

impl Drop for LocalWorker<'_> {
    fn drop(&mut self) {
        self.0.workers.send_modify(|workers| *workers -= 1);
    }
}

/// One shard. It is aligned to cache lines, to avoid false sharing.
#[derive(Default)]
#[repr(align(128))]
struct Shard {
    slots: Mutex<ShardSlots>,
    /// Standard executions, including children of Map Runs.
    standard: LifeCounters,
    /// Express executions, including children of Map Runs.
    express: LifeCounters,
}

/// How many executions of a type have begun, and have ended.
#[derive(Default)]
struct LifeCounters {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

/// The running executions, without the children of Map Runs, which end with them.
#[derive(Default)]
struct ShardSlots {
    open: Vec<Option<Weak<ExecutionState>>>,
    free: Vec<RunningSlot>,
}

impl Shard {
    fn counters(&self, machine_type: MachineType) -> &LifeCounters {
        match machine_type {
            MachineType::Standard => &self.standard,
            MachineType::Express => &self.express,
        }
    }

    fn lock(&self) -> MutexGuard<'_, ShardSlots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunningExecutions {
    /// Adds an execution. Returns whether it may run: not after the engine was shut down.
    #[must_use]
    pub(crate) fn open(&self, state: &Arc<ExecutionState>) -> bool {
        let shard = shard_of_thread();
        let mut slots = self.shards[shard].lock();
        // A concurrent shutdown locks this shard later, and finds the execution.
        if self.is_shut_down() {
            return false;
        }
        let running = Some(Arc::downgrade(state));
        let slot = match slots.free.pop() {
            Some(slot) => {
                slots.open[slot.slot()] = running;
                slot
            }
            None => {
                slots.open.push(running);
                RunningSlot::new(shard, slots.open.len() - 1)
            }
        };
        state.set_running_slot(slot);
        true
    }

    /// Removes an execution.
    pub(crate) fn remove(&self, state: &ExecutionState) {
        let Some(slot) = state.running_slot() else {
            return;
        };
        let mut slots = self.shards[slot.shard()].lock();
        let left = slots.open[slot.slot()].take();
        slots.free.push(slot);
        drop(slots);
        drop(left);
    }

    /// Returns the running executions.
    pub(crate) fn running(&self) -> Vec<Arc<ExecutionState>> {
        let mut running = Vec::new();
        for shard in &self.shards {
            running.extend(shard.lock().open.iter().flatten().filter_map(Weak::upgrade));
        }
        running
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        self.is_shut_down.load(Ordering::SeqCst)
    }

    /// Forbids further starts. Returns the running executions.
    pub(crate) fn shut_down(&self) -> Vec<Arc<ExecutionState>> {
        self.forbid_starts();
        self.running()
    }

    /// Forbids further starts.
    pub(crate) fn forbid_starts(&self) {
        self.is_shut_down.store(true, Ordering::SeqCst);
    }

    /// Counts a worker in this process.
    pub(crate) fn worker(&self) -> LocalWorker<'_> {
        self.workers.send_modify(|workers| *workers += 1);
        LocalWorker(self)
    }

    /// Waits until no worker works in this process.
    pub(crate) async fn workers_end(&self) {
        let mut workers = self.workers.subscribe();
        // The sender is not dropped before.
        let _ = workers.wait_for(|workers| *workers == 0).await;
    }

    /// Records an execution that a shutdown stopped or suspended.
    pub(crate) fn add_stopped(&self, execution: &Arc<ExecutionState>) {
        self.lock_stopped().push(execution.clone());
    }

    /// Returns the executions that shutdowns stopped or suspended.
    pub(crate) fn stopped(&self) -> Vec<Arc<ExecutionState>> {
        self.lock_stopped().clone()
    }

    fn lock_stopped(&self) -> MutexGuard<'_, Vec<Arc<ExecutionState>>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an execution that begins.
    pub(crate) fn begun(&self, machine_type: MachineType) {
        let shard = &self.shards[shard_of_thread()];
        let counters = shard.counters(machine_type);
        counters.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts an execution that has ended.
    pub(crate) fn ended(&self, machine_type: MachineType) {
        let shard = &self.shards[shard_of_thread()];
        let counters = shard.counters(machine_type);
        counters.ended.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the number of live executions; it may over-count while executions end concurrently.
    pub(crate) fn live(&self) -> usize {
        self.live_of(MachineType::Standard)
            .saturating_add(self.live_of(MachineType::Express))
    }

    /// Returns the number of live executions of a type, as [`live`](Self::live).
    pub(crate) fn live_of(&self, machine_type: MachineType) -> usize {
        let sum = |of: fn(&LifeCounters) -> &AtomicUsize| {
            let counters = self.shards.iter().map(|shard| shard.counters(machine_type));
            counters.fold(0, |sum: usize, counters| {
                sum.wrapping_add(of(counters).load(Ordering::SeqCst))
            })
        };
        // Both counters only grow. Reading `ended` first may over-count live executions, never
        // under-count.
        let ended = sum(|counters| &counters.ended);
        sum(|counters| &counters.begun).wrapping_sub(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_execution_is_counted_while_others_start_and_end() {
        let open = RunningExecutions::default();
        open.begun(MachineType::Standard);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        open.begun(MachineType::Standard);
                        open.ended(MachineType::Standard);
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
