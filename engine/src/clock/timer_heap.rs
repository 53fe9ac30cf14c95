//! A priority queue of timers, from which a timer can be cancelled cheaply.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Timestamp;

/// One heap of timers.
///
/// A cancelled timer stays in the heap as a dead entry and is skipped when it is popped; its slot's
/// generation differs from that of the slot's next timer. When more than half of the entries are
/// dead the heap is rebuilt, because heartbeats re-arm often.
#[derive(Debug)]
pub(crate) struct TimerHeap<T> {
    heap: BinaryHeap<Reverse<HeapEntry>>,
    slots: Vec<TimerSlot<T>>,
    free: Vec<u32>,
    dead: usize,
    armed: u64,
}

/// Identifies one armed timer; it is stale once the timer fired or was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerKey {
    slot: u32,
    generation: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct HeapEntry {
    at: Timestamp,
    /// Timers of one moment fire in the order in which they were armed.
    order: u64,
    slot: u32,
    generation: u32,
}

#[derive(Debug)]
struct TimerSlot<T> {
    generation: u32,
    target: Option<T>,
}

impl<T> Default for TimerHeap<T> {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            dead: 0,
            armed: 0,
        }
    }
}

impl<T> TimerHeap<T> {
    pub(crate) fn arm(&mut self, at: Timestamp, target: T) -> TimerKey {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(TimerSlot {
                    generation: 0,
                    target: None,
                });
                u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
            }
        };
        let entry = &mut self.slots[slot as usize];
        entry.target = Some(target);
        let generation = entry.generation;
        self.armed += 1;
        self.heap.push(Reverse(HeapEntry {
            at,
            order: self.armed,
            slot,
            generation,
        }));
        TimerKey { slot, generation }
    }

    /// Cancels a timer. Returns the target when the timer was still armed.
    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<T> {
        let target = self.take(key.slot, key.generation)?;
        self.dead += 1;
        if self.dead * 2 > self.heap.len() && self.heap.len() > 64 {
            let slots = &self.slots;
            self.heap
                .retain(|Reverse(entry)| slots[entry.slot as usize].generation == entry.generation);
            self.dead = 0;
        }
        Some(target)
    }

    /// Returns when the next timer fires.
    pub(crate) fn earliest(&mut self) -> Option<Timestamp> {
        while let Some(Reverse(entry)) = self.heap.peek() {
            if self.slots[entry.slot as usize].generation == entry.generation {
                return Some(entry.at);
            }
            self.heap.pop();
            self.dead = self.dead.saturating_sub(1);
        }
        None
    }

    /// Takes the next timer that is due at `now`.
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<T> {
        if self.earliest()? > now {
            return None;
        }
        let Reverse(entry) = self.heap.pop()?;
        self.take(entry.slot, entry.generation)
    }

    fn take(&mut self, slot: u32, generation: u32) -> Option<T> {
        let timer_slot = self.slots.get_mut(slot as usize)?;
        if timer_slot.generation != generation {
            return None;
        }
        let target = timer_slot.target.take()?;
        timer_slot.generation = timer_slot.generation.wrapping_add(1);
        self.free.push(slot);
        Some(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_unix_micros(micros)
    }

    #[test]
    fn timers_fire_by_time_then_in_the_order_of_arming() {
        let mut timers = TimerHeap::default();
        timers.arm(at(5), "b");
        timers.arm(at(3), "a");
        timers.arm(at(5), "c");
        assert_eq!(timers.pop_due(at(2)), None);
        assert_eq!(timers.pop_due(at(9)), Some("a"));
        assert_eq!(timers.pop_due(at(9)), Some("b"));
        assert_eq!(timers.pop_due(at(9)), Some("c"));
        assert_eq!(timers.pop_due(at(9)), None);
    }

    #[test]
    fn a_cancelled_timer_never_fires_and_its_slot_is_reused() {
        let mut timers = TimerHeap::default();
        let first = timers.arm(at(1), 1);
        assert_eq!(timers.cancel(first), Some(1));
        assert_eq!(timers.cancel(first), None);
        timers.arm(at(2), 2);
        assert_eq!(timers.slots.len(), 1);
        assert_eq!(timers.earliest(), Some(at(2)));
        assert_eq!(timers.pop_due(at(2)), Some(2));
    }

    #[test]
    fn re_arming_often_does_not_grow_the_heap() {
        let mut timers = TimerHeap::default();
        let mut key = timers.arm(at(0), 0);
        for beat in 1..10_000 {
            timers.cancel(key);
            key = timers.arm(at(beat), beat);
        }
        assert!(timers.heap.len() < 200, "{}", timers.heap.len());
        assert_eq!(timers.pop_due(at(10_000)), Some(9_999));
    }
}
