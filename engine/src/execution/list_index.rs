//! The order of the executions in lists, for an engine without a store.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::clock::Timestamp;
use crate::execution::execution_state::ExecutionState;
use crate::store::{ListPosition, RangeRows};

/// Fewer removed entries than this are not worth a pass over all entries.
const FEW_HOLES: usize = 32;
/// The fewest entries that a page reads of each machine.
const FEW: usize = 8;

/// The executions of an engine without a store, in the order of lists. Executions start in this
/// order, so that a start adds its entry at the end.
#[derive(Default)]
pub(crate) struct ListIndex {
    by_machine: FxHashMap<SmolStr, IndexEntries>,
    /// The sequence number of the next execution.
    next: u64,
}

/// The entries of one state machine, from the smallest position to the largest.
#[derive(Default)]
struct IndexEntries {
    entries: VecDeque<IndexEntry>,
    /// How many entries have no execution any more.
    holes: usize,
}

struct IndexEntry {
    position: ListPosition,
    state: Option<Arc<ExecutionState>>,
}

impl IndexEntry {
    fn is_hole(&self) -> bool {
        self.state.is_none()
    }
}

fn position(state: &ExecutionState) -> ListPosition {
    position_at(state.about.started, state.sequence())
}

fn position_at(started: Timestamp, sequence: u64) -> ListPosition {
    ListPosition {
        order: started.unix_micros(),
        key: sequence,
    }
}

impl ListIndex {
    /// Adds an execution.
    pub(crate) fn insert(&mut self, state: &Arc<ExecutionState>) {
        state.set_sequence(self.next);
        self.next += 1;
        let machine = &state.about.machine.name;
        match self.by_machine.get_mut(machine) {
            Some(entries) => entries.insert(state),
            None => {
                let mut entries = IndexEntries::default();
                entries.insert(state);
                self.by_machine.insert(machine.clone(), entries);
            }
        }
    }

    /// Puts an execution at the position of another one of the same name, which it continues.
    pub(crate) fn replace(&mut self, before: &ExecutionState, state: &Arc<ExecutionState>) {
        let entries = self.by_machine.get_mut(&before.about.machine.name);
        let entry = entries.and_then(|entries| entries.find(before));
        match entry.filter(|_| before.about.started == state.about.started) {
            Some(entry) => {
                state.set_sequence(before.sequence());
                entry.state = Some(state.clone());
            }
            None => {
                self.remove(before);
                self.insert(state);
            }
        }
    }

    /// Removes an execution.
    pub(crate) fn remove(&mut self, state: &ExecutionState) {
        let machine = &state.about.machine.name;
        let Some(entries) = self.by_machine.get_mut(machine) else {
            return;
        };
        entries.remove(state);
        if entries.entries.is_empty() {
            self.by_machine.remove(machine);
        }
    }

    /// Returns the executions of a machine, or of all, that pass `filter`: at most `limit` and one
    /// more, after at most `scan` entries.
    pub(crate) fn page(
        &self,
        machine: Option<&str>,
        after: Option<ListPosition>,
        (limit, scan): (usize, usize),
        filter: impl Fn(&ExecutionState) -> bool,
    ) -> RangeRows<Arc<ExecutionState>> {
        let limit = limit.saturating_add(1);
        let one = machine.map(|machine| self.by_machine.get(machine).into_iter());
        let all = machine.is_none().then(|| self.by_machine.values());
        // All machines together are scanned as far as one machine is.
        let machines = machine.map_or(self.by_machine.len(), |_| 1);
        let scan = (scan / machines.max(1)).max(FEW);
        let ranges = one.into_iter().flatten().chain(all.into_iter().flatten());
        let ranges = ranges.map(|entries| Ok(entries.page(after, limit, scan, &filter)));
        let merged: Result<_, std::convert::Infallible> = RangeRows::merge(ranges);
        match merged {
            Ok(merged) => merged,
            Err(never) => match never {},
        }
    }
}

impl IndexEntries {
    /// The clock may have been set back since the last start; then the entry is not the last one.
    fn insert(&mut self, state: &Arc<ExecutionState>) {
        let entry = IndexEntry {
            position: position(state),
            state: Some(state.clone()),
        };
        match self.entries.back() {
            Some(last) if last.position > entry.position => {
                let at = self.after(entry.position);
                self.entries.insert(at, entry);
            }
            _ => self.entries.push_back(entry),
        }
    }

    /// Returns the index of the first entry that is not smaller.
    fn after(&self, position: ListPosition) -> usize {
        self.entries
            .partition_point(|entry| entry.position < position)
    }

    /// Returns the entry of this execution.
    fn find(&mut self, state: &ExecutionState) -> Option<&mut IndexEntry> {
        let position = position(state);
        // The execution that ended first is most often the first one.
        let is_first = self.entries.front().map(|entry| entry.position) == Some(position);
        let at = if is_first { 0 } else { self.after(position) };
        let is_it = |entry: &&mut IndexEntry| {
            let found = entry.state.as_deref();
            found.is_some_and(|found| std::ptr::eq(found, state))
        };
        self.entries.get_mut(at).filter(is_it)
    }

    fn remove(&mut self, state: &ExecutionState) {
        let Some(entry) = self.find(state) else {
            return;
        };
        entry.state = None;
        self.holes += 1;
        let entries = &mut self.entries;
        while entries.front().is_some_and(IndexEntry::is_hole) {
            entries.pop_front();
            self.holes -= 1;
        }
        while entries.back().is_some_and(IndexEntry::is_hole) {
            entries.pop_back();
            self.holes -= 1;
        }
        if self.holes > FEW_HOLES && self.holes > entries.len() / 2 {
            entries.retain(|entry| entry.state.is_some());
            self.holes = 0;
        }
        if entries.capacity() > 8 * entries.len().max(FEW_HOLES) {
            entries.shrink_to(2 * entries.len());
        }
    }

    fn page(
        &self,
        after: Option<ListPosition>,
        limit: usize,
        scan: usize,
        filter: &impl Fn(&ExecutionState) -> bool,
    ) -> RangeRows<Arc<ExecutionState>> {
        let mut page = RangeRows {
            rows: Vec::new(),
            end: None,
        };
        let end = after.map_or(self.entries.len(), |after| self.after(after));
        for (scanned, entry) in self.entries.range(..end).rev().enumerate() {
            if page.rows.len() >= limit || scanned >= scan {
                break;
            }
            page.end = Some(entry.position);
            if let Some(state) = entry.state.as_ref().filter(|state| filter(state)) {
                page.rows.push((entry.position, state.clone()));
            }
        }
        let first = self.entries.front().map(|entry| entry.position);
        // Nothing is before the first entry.
        page.end = page.end.filter(|end| Some(*end) > first);
        page
    }
}
