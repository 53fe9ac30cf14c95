//! A list of which only the changed members are written to the journal.

use std::ops::Range;

use thin_vec::ThinVec;

use super::{DamagedRecord, Record, RecordReader, RecordWriter};

/// A member of a [`TrackedList`]. A type of which one part changes often can write that part alone.
pub(crate) trait PartialRecord: Record {
    /// Writes the changes since the last write.
    fn write_part(&mut self, to: &mut RecordWriter) {
        self.write(to);
    }

    /// Reads the changes that [`write_part`](Self::write_part) wrote.
    fn read_part(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        *self = Self::read(from)?;
        Ok(())
    }

    /// Marks the whole member as written.
    fn mark_written(&mut self) {}
}

impl PartialRecord for u32 {}

/// The part of a member that has changed since the last write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ChangeExtent {
    Unchanged,
    Part,
    Whole,
}

/// A list that tracks which members have changed since the last write.
#[derive(Clone, Debug)]
pub(crate) struct TrackedList<T> {
    members: ThinVec<T>,
    /// The changes since the last write; `None` before the first write.
    changes: Option<Box<MemberChanges>>,
}

/// The changed members of a list.
#[derive(Clone, Debug, Default)]
struct MemberChanges {
    /// The extents of the first members; the other members are unchanged.
    extents: Vec<ChangeExtent>,
    /// A range of indices that contains all changed members. Changes in a long list are close
    /// together, so a scan of the range is short.
    range: Range<u32>,
}

impl MemberChanges {
    fn record(&mut self, index: usize, extent: ChangeExtent) {
        if self.extents.len() <= index {
            self.extents.resize(index + 1, ChangeExtent::Unchanged);
        }
        self.extents[index] = extent.max(self.extents[index]);
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.range = if self.range.is_empty() {
            index..index.saturating_add(1)
        } else {
            self.range.start.min(index)..self.range.end.max(index.saturating_add(1))
        };
    }

    /// Returns the indices and extents of the changed members.
    fn changed(&self) -> impl Iterator<Item = (usize, ChangeExtent)> {
        let range = self.range.start as usize..self.range.end as usize;
        let extents = self.extents.get(range.clone()).unwrap_or_default();
        let members = range.zip(extents.iter().copied());
        members.filter(|(_, extent)| *extent != ChangeExtent::Unchanged)
    }

    /// Removes the entries of the first `count` members. The indices of the others decrease by
    /// `count`.
    fn drop_first(&mut self, count: usize) {
        self.extents.drain(..count.min(self.extents.len()));
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let Range { start, end } = self.range;
        self.range = start.saturating_sub(count)..end.saturating_sub(count);
    }

    fn clear(&mut self) {
        let range = std::mem::take(&mut self.range);
        let range = range.start as usize..range.end as usize;
        let extents = self.extents.get_mut(range).unwrap_or_default();
        extents.fill(ChangeExtent::Unchanged);
    }
}

impl<T> Default for TrackedList<T> {
    fn default() -> Self {
        Self {
            members: ThinVec::new(),
            changes: None,
        }
    }
}

impl<T> TrackedList<T> {
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.members.get(index)
    }

    /// Returns a member, and marks it as changed.
    #[inline]
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.changed_mut(index, ChangeExtent::Whole)
    }

    /// Returns a member, and marks the part that [`PartialRecord::write_part`] writes as changed.
    pub(crate) fn part_mut(&mut self, index: usize) -> Option<&mut T> {
        self.changed_mut(index, ChangeExtent::Part)
    }

    #[inline]
    fn changed_mut(&mut self, index: usize, extent: ChangeExtent) -> Option<&mut T> {
        let member = self.members.get_mut(index)?;
        if let Some(changes) = &mut self.changes {
            changes.record(index, extent);
        }
        Some(member)
    }

    pub(crate) fn push(&mut self, member: T) {
        // Most lists have one member; without this, the first push would allocate four.
        if self.members.is_empty() {
            self.members.reserve_exact(1);
        }
        self.members.push(member);
        self.changed_mut(self.members.len() - 1, ChangeExtent::Whole);
    }

    /// Removes the first `count` members. The changes do not contain the removal, so the reader
    /// must do the same.
    pub(crate) fn drop_first(&mut self, count: usize) {
        let count = count.min(self.members.len());
        self.members.drain(..count);
        if let Some(changes) = &mut self.changes {
            changes.drop_first(count);
        }
    }

    /// Returns the number of leading members that satisfy `predicate`; it must be false for all
    /// others.
    pub(crate) fn partition_point(&self, predicate: impl Fn(&T) -> bool) -> usize {
        self.members.partition_point(predicate)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.members.iter()
    }

    /// Returns whether a member has changed since the last write.
    pub(crate) fn has_changes(&self) -> bool {
        let changes = self.changes.as_ref();
        changes.is_some_and(|changes| !changes.range.is_empty())
    }

    /// Marks all members as changed.
    pub(crate) fn mark_all(&mut self) {
        self.changes = Some(Box::new(MemberChanges {
            extents: vec![ChangeExtent::Whole; self.members.len()],
            range: 0..u32::try_from(self.members.len()).unwrap_or(u32::MAX),
        }));
    }
}

impl<T: Default> TrackedList<T> {
    /// Sets the number of members. New members have the default value.
    pub(crate) fn grow(&mut self, members: usize) {
        self.members.truncate(members);
        let new = members - self.members.len();
        self.members
            .extend(std::iter::repeat_with(T::default).take(new));
    }
}

impl<T: PartialRecord> TrackedList<T> {
    /// Marks all members as written.
    pub(crate) fn mark_written(&mut self) {
        let changes = self.changes.get_or_insert_default();
        for (index, _) in changes.changed() {
            self.members[index].mark_written();
        }
        changes.clear();
    }
}

impl<T: PartialRecord + Default> TrackedList<T> {
    /// Writes the changes since the last write.
    pub(crate) fn write_changes(&mut self, to: &mut RecordWriter) {
        self.members.len().write(to);
        let changes = self.changes.get_or_insert_default();
        changes.changed().count().write(to);
        for (index, extent) in changes.changed() {
            let (member, is_whole) = (&mut self.members[index], extent == ChangeExtent::Whole);
            index.write(to);
            is_whole.write(to);
            if is_whole {
                member.write(to);
                member.mark_written();
            } else {
                member.write_part(to);
            }
        }
        changes.clear();
    }

    /// Applies the changes that were written. More than `max` members, in addition to the changed
    /// ones, count as damage.
    pub(crate) fn read_changes(
        &mut self,
        max: usize,
        from: &mut RecordReader<'_>,
    ) -> Result<(), DamagedRecord> {
        let members = usize::read(from)?;
        let changed = from.length()?;
        if members > max.max(self.members.len() + changed) {
            return Err(DamagedRecord);
        }
        self.grow(members);
        self.changes.get_or_insert_default();
        for _ in 0..changed {
            let index = usize::read(from)?;
            let member = self.members.get_mut(index).ok_or(DamagedRecord)?;
            if bool::read(from)? {
                *member = T::read(from)?;
            } else {
                member.read_part(from)?;
            }
        }
        Ok(())
    }
}

/// Writes all members, independent of the tracked changes.
impl<T: Record> Record for TrackedList<T> {
    fn write(&self, to: &mut RecordWriter) {
        self.members.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let members: Vec<T> = Record::read(from)?;
        Ok(Self {
            members: members.into_iter().collect(),
            changes: Some(Box::default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{ReadNodes, TEST_VERSION};

    #[derive(Clone, Copy, Debug)]
    enum Act {
        Push(u32),
        Set(usize, u32),
        DropFirst(usize),
        Write,
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            4 => any::<u32>().prop_map(Act::Push),
            3 => (0..12_usize, any::<u32>()).prop_map(|(index, to)| Act::Set(index, to)),
            2 => (0..6_usize).prop_map(Act::DropFirst),
            2 => Just(Act::Write),
        ];
        proptest::collection::vec(act, 0..60)
    }

    proptest! {
        #[test]
        fn reading_all_changes_restores_the_same_list(acts in acts()) {
            let (mut list, mut read) = (TrackedList::<u32>::default(), TrackedList::<u32>::default());
            let (mut model, mut dropped) = (Vec::new(), 0);
            list.mark_all();
            for act in acts.into_iter().chain([Act::Write]) {
                match act {
                    Act::Push(member) => {
                        list.push(member);
                        model.push(member);
                    }
                    Act::Set(index, to) => {
                        if let (Some(member), Some(known)) = (list.get_mut(index), model.get_mut(index)) {
                            *member = to;
                            *known = to;
                        }
                    }
                    Act::DropFirst(count) => {
                        let count = count.min(model.len());
                        list.drop_first(count);
                        model.drain(..count);
                        dropped += count;
                    }
                    Act::Write => {
                        let mut to = RecordWriter::default();
                        list.write_changes(&mut to);
                        let bytes = to.finish(TEST_VERSION);
                        read.drop_first(std::mem::take(&mut dropped));
                        let mut from = RecordReader::new(ReadNodes::default(), &bytes, TEST_VERSION).expect("it has a version");
                        prop_assert!(read.read_changes(0, &mut from).is_ok());
                        prop_assert!(from.is_at_end());
                        prop_assert!(!list.has_changes());
                        prop_assert!(read.iter().eq(&model));
                    }
                }
                prop_assert!(list.iter().eq(&model));
            }
        }
    }
}
