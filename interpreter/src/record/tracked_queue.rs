//! A queue of which only the added and removed members are written to the journal.

use std::collections::VecDeque;

use super::{DamagedRecord, Record, RecordReader, RecordWriter};

/// A queue that tracks the members removed and added since the last write.
#[derive(Clone, Debug)]
pub(crate) struct TrackedQueue<T> {
    members: VecDeque<T>,
    /// The number of written members that were removed.
    taken: usize,
    /// The number of members at the end that are not written.
    new: usize,
}

impl<T> Default for TrackedQueue<T> {
    fn default() -> Self {
        Self {
            members: VecDeque::new(),
            taken: 0,
            new: 0,
        }
    }
}

impl<T> TrackedQueue<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.members.iter()
    }

    pub(crate) fn front(&self) -> Option<&T> {
        self.members.front()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.members.get(index)
    }

    pub(crate) fn push(&mut self, member: T) {
        self.members.push_back(member);
        self.new += 1;
    }

    /// Removes and returns the first member.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let first = self.members.pop_front()?;
        if self.new > self.members.len() {
            self.new -= 1;
        } else {
            self.taken += 1;
        }
        Some(first)
    }

    /// Removes all members.
    pub(crate) fn clear(&mut self) {
        while self.pop().is_some() {}
    }

    /// Marks all members as written.
    pub(crate) fn mark_written(&mut self) {
        (self.taken, self.new) = (0, 0);
    }
}

impl<T: Record> TrackedQueue<T> {
    /// Writes the changes since the last write.
    pub(crate) fn write_changes(&mut self, to: &mut RecordWriter) {
        self.taken.write(to);
        self.new.write(to);
        let written = self.members.len() - self.new;
        let new = self.members.iter().skip(written);
        new.for_each(|member| member.write(to));
        self.mark_written();
    }

    /// Applies the changes that [`write_changes`](Self::write_changes) wrote.
    pub(crate) fn read_changes(
        &mut self,
        from: &mut RecordReader<'_>,
    ) -> Result<(), DamagedRecord> {
        let taken = usize::read(from)?;
        if taken > self.members.len() {
            return Err(DamagedRecord);
        }
        self.members.drain(..taken);
        self.members.extend(Vec::<T>::read(from)?);
        Ok(())
    }
}

/// Writes all members, independent of the tracked changes.
impl<T: Record> Record for TrackedQueue<T> {
    fn write(&self, to: &mut RecordWriter) {
        self.members.write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Ok(Self {
            members: Record::read(from)?,
            ..Self::default()
        })
    }
}

impl<T> FromIterator<T> for TrackedQueue<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut queue = Self::default();
        members.into_iter().for_each(|member| queue.push(member));
        queue
    }
}
