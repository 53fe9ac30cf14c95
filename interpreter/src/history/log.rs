//! An append-only list that stores histories, with cheap snapshots.

use std::sync::Arc;

use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter};

/// The number of records in a shared chunk.
const CHUNK: usize = 256;

/// An append-only list. Clones share all chunks except the last records, so that a snapshot of a
/// long history is cheap. It may retain only the last records.
#[derive(Clone, Debug)]
pub(super) struct Log<T> {
    open: Vec<T>,
    /// The older chunks; most lists are short and have none.
    older: Option<Box<OlderEvents<T>>>,
}

#[derive(Debug)]
struct OlderEvents<T> {
    /// The number of records that were dropped at the front.
    dropped: usize,
    full: Vec<Arc<Vec<T>>>,
}

impl<T> Default for OlderEvents<T> {
    fn default() -> Self {
        Self {
            dropped: 0,
            full: Vec::new(),
        }
    }
}

impl<T> Clone for OlderEvents<T> {
    fn clone(&self) -> Self {
        Self {
            dropped: self.dropped,
            full: self.full.clone(),
        }
    }
}

impl<T: Clone> Log<T> {
    pub(super) fn with_capacity(records: usize) -> Self {
        Self {
            open: Vec::with_capacity(records.min(CHUNK)),
            older: None,
        }
    }

    /// Creates a list whose first `dropped` records are not known.
    pub(super) fn starting_after(dropped: usize) -> Self {
        let full = Vec::new();
        Self {
            open: Vec::new(),
            older: (dropped > 0).then(|| Box::new(OlderEvents { dropped, full })),
        }
    }

    fn full(&self) -> &[Arc<Vec<T>>] {
        self.older.as_ref().map_or(&[], |older| &older.full)
    }

    pub(super) fn push(&mut self, record: T) {
        self.push_with(|| record);
    }

    /// Appends a record, which `make` constructs in place: moving a record that was just
    /// constructed stalls the processor.
    #[inline]
    pub(super) fn push_with(&mut self, make: impl FnOnce() -> T) {
        if self.open.len() == CHUNK {
            self.fill();
        }
        self.open.extend(std::iter::once_with(make));
    }

    #[cold]
    fn fill(&mut self) {
        let full = std::mem::replace(&mut self.open, Vec::with_capacity(CHUNK));
        self.older.get_or_insert_default().full.push(Arc::new(full));
    }

    /// Returns the length at which a chunk can be dropped with `max` records left.
    pub(super) fn next_drop(&self, max: usize) -> usize {
        self.dropped().saturating_add(max).saturating_add(CHUNK)
    }

    /// Drops whole chunks at the front as long as `max` records are left, and calls `on_drop` for
    /// each dropped record.
    pub(super) fn retain_last(&mut self, max: usize, mut on_drop: impl FnMut(usize, &T)) {
        while self.len().saturating_sub(CHUNK) >= max
            && let Some(older) = &mut self.older
            && !older.full.is_empty()
        {
            let chunk = older.full.remove(0);
            for record in chunk.iter() {
                on_drop(older.dropped, record);
                older.dropped += 1;
            }
        }
    }

    /// Drops the records after the first `max`.
    pub(super) fn truncate(&mut self, max: usize) {
        let max = max.saturating_sub(self.dropped());
        while self.len() > max {
            if max < self.full().len() * CHUNK
                && let Some(full) = self.older.as_mut().and_then(|older| older.full.pop())
            {
                self.open = Arc::unwrap_or_clone(full);
            }
            let before = self.full().len() * CHUNK;
            self.open.truncate(max.saturating_sub(before));
        }
    }

    /// Releases unused capacity.
    pub(super) fn shrink(&mut self) {
        self.open.shrink_to_fit();
    }

    /// Returns how many records were appended, including dropped ones.
    pub(super) fn end(&self) -> usize {
        self.dropped() + self.len()
    }

    /// Returns how many records were dropped.
    pub(super) fn dropped(&self) -> usize {
        self.older.as_ref().map_or(0, |older| older.dropped)
    }

    /// Returns how many records it has.
    pub(super) fn len(&self) -> usize {
        self.full().len() * CHUNK + self.open.len()
    }

    /// Returns the bytes of the records that a clone copies, and of the references to the shared
    /// chunks.
    pub(super) fn clone_bytes(&self) -> usize {
        size_of_val(self.open.as_slice()) + size_of_val(self.full())
    }

    pub(super) fn last(&self) -> Option<&T> {
        self.open.last().or_else(|| self.full().last()?.last())
    }

    pub(super) fn get(&self, position: usize) -> Option<&T> {
        let position = position.checked_sub(self.dropped())?;
        match self.full().get(position / CHUNK) {
            Some(chunk) => chunk.get(position % CHUNK),
            None => self.open.get(position - self.full().len() * CHUNK),
        }
    }

    /// Returns the records from the last one to the first one.
    pub(super) fn iter_back(&self) -> impl Iterator<Item = &T> {
        let full = self.full().iter().rev();
        let full = full.flat_map(|chunk| chunk.iter().rev());
        self.open.iter().rev().chain(full)
    }

    /// Returns the records in slices. A loop over each is faster than [`iter`](Self::iter).
    pub(super) fn chunks(&self) -> impl Iterator<Item = &[T]> {
        let full = self.full().iter().map(|chunk| chunk.as_slice());
        full.chain(std::iter::once(self.open.as_slice()))
    }

    /// Returns the records with their positions.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let full = self.full().iter().flat_map(|chunk| chunk.iter());
        (self.dropped()..).zip(full.chain(&self.open))
    }
}

impl<T: Record + Clone> Log<T> {
    /// Writes the records after the first `written`, without dropped ones, and returns the number
    /// of all.
    pub(super) fn write_new(&self, written: usize, to: &mut RecordWriter) -> usize {
        let from = written.max(self.dropped());
        self.dropped().write(to);
        from.write(to);
        (self.end() - from).write(to);
        (from..self.end())
            .filter_map(|position| self.get(position))
            .for_each(|record| record.write(to));
        self.end()
    }

    /// Applies the records that [`write_new`](Self::write_new) wrote.
    pub(super) fn read_new(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        let dropped = usize::read(from)?;
        let first = usize::read(from)?;
        if first != self.end() {
            // The records in between were dropped before they were written.
            if first != dropped {
                return Err(DamagedRecord);
            }
            *self = Self::starting_after(dropped);
        }
        for _ in 0..from.length()? {
            self.push(T::read(from)?);
        }
        if self.dropped() < dropped {
            let retained = self.iter().filter(|(position, _)| *position >= dropped);
            let retained: Vec<T> = retained.map(|(_, record)| record.clone()).collect();
            *self = Self::starting_after(dropped);
            retained.into_iter().for_each(|record| self.push(record));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_their_positions_and_old_ones_are_dropped_in_chunks() {
        let mut log = Log::with_capacity(4);
        let mut left = Vec::new();
        for record in 0..2_000usize {
            log.push(record);
            log.retain_last(600, |position, record| left.push((position, *record)));
            assert!(log.len() >= 600.min(record + 1) && log.len() <= 600 + CHUNK);
        }
        assert_eq!(log.end(), 2_000);
        assert!(left.iter().all(|(position, record)| position == record));
        assert_eq!(left.len(), log.dropped());
        assert_eq!(log.get(log.dropped() - 1), None);
        assert!(
            log.iter()
                .all(|(position, record)| position == *record && log.get(position) == Some(record))
        );
        assert_eq!(log.get(2_000), None);
    }

    #[test]
    fn a_clone_does_not_see_what_is_pushed_after_it() {
        let mut log = Log::with_capacity(0);
        (0..300).for_each(|record| log.push(record));
        let clone = log.clone();
        (300..900).for_each(|record| log.push(record));
        assert_eq!((clone.len(), log.len()), (300, 900));
        assert_eq!(clone.get(300), None);
        assert_eq!(log.get(899), Some(&899));
    }
}
