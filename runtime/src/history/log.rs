use std::sync::Arc;

use crate::record::{Damaged, Reader, Record, Writer};

/// How many records are shared at a time.
const CHUNK: usize = 256;

/// A list that only grows at its end. A clone shares all but the last records, so that looking at a long history costs little.
/// It may be told to keep the last records only.
#[derive(Clone, Debug)]
pub(super) struct Log<T> {
    open: Vec<T>,
    /// What came before; most lists are short and have nothing there.
    older: Option<Box<Older<T>>>,
}

#[derive(Debug)]
struct Older<T> {
    /// How many records were dropped at the front.
    dropped: usize,
    full: Vec<Arc<Vec<T>>>,
}

impl<T> Default for Older<T> {
    fn default() -> Self {
        Self {
            dropped: 0,
            full: Vec::new(),
        }
    }
}

impl<T> Clone for Older<T> {
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

    /// A list of which the first `dropped` records are not known.
    pub(super) fn behind(dropped: usize) -> Self {
        let full = Vec::new();
        Self {
            open: Vec::new(),
            older: (dropped > 0).then(|| Box::new(Older { dropped, full })),
        }
    }

    fn full(&self) -> &[Arc<Vec<T>>] {
        self.older.as_ref().map_or(&[], |older| &older.full)
    }

    pub(super) fn push(&mut self, record: T) {
        self.push_with(|| record);
    }

    /// The record is made where it is going to stay: a record that is made elsewhere and moved at once has the processor wait for its parts.
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

    /// How many records were pushed when a chunk can be dropped, and `most` are left.
    pub(super) fn next_drop(&self, most: usize) -> usize {
        self.dropped().saturating_add(most).saturating_add(CHUNK)
    }

    /// Drops whole chunks at the front as long as `most` records are left, and gives each dropped record to `leave`.
    pub(super) fn keep_last(&mut self, most: usize, mut leave: impl FnMut(usize, &T)) {
        while self.len().saturating_sub(CHUNK) >= most
            && let Some(older) = &mut self.older
            && !older.full.is_empty()
        {
            let chunk = older.full.remove(0);
            for record in chunk.iter() {
                leave(older.dropped, record);
                older.dropped += 1;
            }
        }
    }

    /// Drops the records behind the first `most`.
    pub(super) fn keep_first(&mut self, most: usize) {
        let most = most.saturating_sub(self.dropped());
        while self.len() > most {
            if most < self.full().len() * CHUNK
                && let Some(full) = self.older.as_mut().and_then(|older| older.full.pop())
            {
                self.open = Arc::unwrap_or_clone(full);
            }
            let before = self.full().len() * CHUNK;
            self.open.truncate(most.saturating_sub(before));
        }
    }

    /// Gives back room that is not used.
    pub(super) fn shrink(&mut self) {
        self.open.shrink_to_fit();
    }

    /// How many records were pushed, those that were dropped among them.
    pub(super) fn end(&self) -> usize {
        self.dropped() + self.len()
    }

    /// How many records were dropped.
    pub(super) fn dropped(&self) -> usize {
        self.older.as_ref().map_or(0, |older| older.dropped)
    }

    /// How many records are there.
    pub(super) fn len(&self) -> usize {
        self.full().len() * CHUNK + self.open.len()
    }

    pub(super) fn last(&self) -> Option<&T> {
        self.open.last().or_else(|| self.full().last()?.last())
    }

    pub(super) fn get(&self, place: usize) -> Option<&T> {
        let place = place.checked_sub(self.dropped())?;
        match self.full().get(place / CHUNK) {
            Some(chunk) => chunk.get(place % CHUNK),
            None => self.open.get(place - self.full().len() * CHUNK),
        }
    }

    /// The records that are there, each with its place.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let full = self.full().iter().flat_map(|chunk| chunk.iter());
        (self.dropped()..).zip(full.chain(&self.open))
    }
}

impl<T: Record + Clone> Log<T> {
    /// Writes the records behind the first `written`, as far as they are there, and gives the number of all.
    pub(super) fn write_behind(&self, written: usize, to: &mut Writer) -> usize {
        let from = written.max(self.dropped());
        self.dropped().write(to);
        from.write(to);
        (self.end() - from).write(to);
        (from..self.end())
            .filter_map(|place| self.get(place))
            .for_each(|record| record.write(to));
        self.end()
    }

    /// Takes over what [`write_behind`](Self::write_behind) wrote.
    pub(super) fn read_behind(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        let dropped = usize::read(from)?;
        let first = usize::read(from)?;
        if first != self.end() {
            // What was between was dropped before it was written.
            if first != dropped {
                return Err(Damaged);
            }
            *self = Self::behind(dropped);
        }
        for _ in 0..from.length()? {
            self.push(T::read(from)?);
        }
        if self.dropped() < dropped {
            let kept = self.iter().filter(|(place, _)| *place >= dropped);
            let kept: Vec<T> = kept.map(|(_, record)| record.clone()).collect();
            *self = Self::behind(dropped);
            kept.into_iter().for_each(|record| self.push(record));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_stay_in_their_places_and_the_first_are_dropped_by_chunks() {
        let mut log = Log::with_capacity(4);
        let mut left = Vec::new();
        for record in 0..2_000usize {
            log.push(record);
            log.keep_last(600, |place, record| left.push((place, *record)));
            assert!(log.len() >= 600.min(record + 1) && log.len() <= 600 + CHUNK);
        }
        assert_eq!(log.end(), 2_000);
        assert!(left.iter().all(|(place, record)| place == record));
        assert_eq!(left.len(), log.dropped());
        assert_eq!(log.get(log.dropped() - 1), None);
        assert!(
            log.iter()
                .all(|(place, record)| place == *record && log.get(place) == Some(record))
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
