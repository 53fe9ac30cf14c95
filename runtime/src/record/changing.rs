use std::ops::Range;

use thin_vec::ThinVec;

use super::{Damaged, Reader, Record, Writer};

/// A member of a [`Changing`] list. One of which a part changes again and again writes that part alone.
pub(crate) trait Part: Record {
    /// Writes what was changed of it since it was written.
    fn write_part(&mut self, to: &mut Writer) {
        self.write(to);
    }

    /// Takes over what [`write_part`](Self::write_part) wrote.
    fn read_part(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        *self = Self::read(from)?;
        Ok(())
    }

    /// All of it was written.
    fn was_written(&mut self) {}
}

impl Part for u32 {}

/// What of a member is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Nothing,
    Part,
    Whole,
}

/// A list that knows which of its members were changed since they were written.
#[derive(Clone, Debug)]
pub(crate) struct Changing<T> {
    members: ThinVec<T>,
    /// What was changed, once it was written. Until then, nothing has to be known.
    marks: Option<Box<Marks>>,
}

/// What of each member is not written.
#[derive(Clone, Debug, Default)]
struct Marks {
    /// Of the first members; nothing of the others was changed.
    each: Vec<Mark>,
    /// The places among which those are that were changed. In a long list they are next to each other, and the others are not
    /// looked at.
    changed: Range<u32>,
}

impl Marks {
    fn mark(&mut self, place: usize, mark: Mark) {
        if self.each.len() <= place {
            self.each.resize(place + 1, Mark::Nothing);
        }
        self.each[place] = mark.max(self.each[place]);
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.changed = match self.changed.is_empty() {
            true => place..place.saturating_add(1),
            false => self.changed.start.min(place)..self.changed.end.max(place.saturating_add(1)),
        };
    }

    /// What was changed, by place.
    fn changed(&self) -> impl Iterator<Item = (usize, Mark)> {
        let changed = self.changed.start as usize..self.changed.end as usize;
        let marks = self.each.get(changed.clone()).unwrap_or_default();
        let marked = changed.zip(marks.iter().copied());
        marked.filter(|(_, mark)| *mark != Mark::Nothing)
    }

    /// Those of the first members are not needed any more, the others' places are lower by so many.
    fn drop_first(&mut self, count: usize) {
        self.each.drain(..count.min(self.each.len()));
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let Range { start, end } = self.changed;
        self.changed = start.saturating_sub(count)..end.saturating_sub(count);
    }

    fn clear(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        let changed = changed.start as usize..changed.end as usize;
        let marks = self.each.get_mut(changed).unwrap_or_default();
        marks.fill(Mark::Nothing);
    }
}

impl<T> Default for Changing<T> {
    fn default() -> Self {
        Self {
            members: ThinVec::new(),
            marks: None,
        }
    }
}

impl<T> Changing<T> {
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        self.members.get(place)
    }

    /// A member that is about to be changed.
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.marked(place, Mark::Whole)
    }

    /// A member of which what [`Part::write_part`] writes is about to be changed.
    pub(crate) fn part_mut(&mut self, place: usize) -> Option<&mut T> {
        self.marked(place, Mark::Part)
    }

    fn marked(&mut self, place: usize, mark: Mark) -> Option<&mut T> {
        let member = self.members.get_mut(place)?;
        if let Some(marks) = &mut self.marks {
            marks.mark(place, mark);
        }
        Some(member)
    }

    pub(crate) fn push(&mut self, member: T) {
        // Most lists have one member. One that is full would begin with room for four.
        if self.members.is_empty() {
            self.members.reserve_exact(1);
        }
        self.members.push(member);
        self.marked(self.members.len() - 1, Mark::Whole);
    }

    /// Takes the first members away. The places of the others are lower by so many; the reader of the changes has to be told.
    pub(crate) fn drop_first(&mut self, count: usize) {
        let count = count.min(self.members.len());
        self.members.drain(..count);
        if let Some(marks) = &mut self.marks {
            marks.drop_first(count);
        }
    }

    /// How many members at the beginning are so, where those that are not stand behind them.
    pub(crate) fn partition_point(&self, is_so: impl Fn(&T) -> bool) -> usize {
        self.members.partition_point(is_so)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.members.iter()
    }

    /// Whether one was changed since they were written.
    pub(crate) fn has_changes(&self) -> bool {
        let marks = self.marks.as_ref();
        marks.is_some_and(|marks| !marks.changed.is_empty())
    }

    /// As if all of them had been changed.
    pub(crate) fn mark_all(&mut self) {
        self.marks = Some(Box::new(Marks {
            each: vec![Mark::Whole; self.members.len()],
            changed: 0..u32::try_from(self.members.len()).unwrap_or(u32::MAX),
        }));
    }
}

impl<T: Default> Changing<T> {
    /// Has so many members: those that are new are what they are by default.
    pub(crate) fn grow(&mut self, members: usize) {
        self.members.truncate(members);
        let new = members - self.members.len();
        self.members
            .extend(std::iter::repeat_with(T::default).take(new));
    }
}

impl<T: Part> Changing<T> {
    /// All of them were written.
    pub(crate) fn were_written(&mut self) {
        let marks = self.marks.get_or_insert_default();
        for (place, _) in marks.changed() {
            self.members[place].was_written();
        }
        marks.clear();
    }
}

impl<T: Part + Default> Changing<T> {
    /// Writes what was changed.
    pub(crate) fn write_changes(&mut self, to: &mut Writer) {
        self.members.len().write(to);
        let marks = self.marks.get_or_insert_default();
        marks.changed().count().write(to);
        for (place, mark) in marks.changed() {
            let (member, is_whole) = (&mut self.members[place], mark == Mark::Whole);
            place.write(to);
            is_whole.write(to);
            if is_whole {
                member.write(to);
                member.was_written();
            } else {
                member.write_part(to);
            }
        }
        marks.clear();
    }

    /// Takes over the changes that were written; at most `most` members are credible beside those that were changed.
    pub(crate) fn read_changes(
        &mut self,
        most: usize,
        from: &mut Reader<'_>,
    ) -> Result<(), Damaged> {
        let members = usize::read(from)?;
        let changed = from.length()?;
        if members > most.max(self.members.len() + changed) {
            return Err(Damaged);
        }
        self.grow(members);
        self.marks.get_or_insert_default();
        for _ in 0..changed {
            let place = usize::read(from)?;
            let member = self.members.get_mut(place).ok_or(Damaged)?;
            if bool::read(from)? {
                *member = T::read(from)?;
            } else {
                member.read_part(from)?;
            }
        }
        Ok(())
    }
}

/// All of the members, as if nothing were written yet.
impl<T: Record> Record for Changing<T> {
    fn write(&self, to: &mut Writer) {
        self.members.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let members: Vec<T> = Record::read(from)?;
        Ok(Self {
            members: members.into_iter().collect(),
            marks: Some(Box::default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::ReadNodes;

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
            3 => (0..12_usize, any::<u32>()).prop_map(|(place, to)| Act::Set(place, to)),
            2 => (0..6_usize).prop_map(Act::DropFirst),
            2 => Just(Act::Write),
        ];
        proptest::collection::vec(act, 0..60)
    }

    proptest! {
        #[test]
        fn reading_all_changes_restores_the_same_list(acts in acts()) {
            let (mut list, mut read) = (Changing::<u32>::default(), Changing::<u32>::default());
            let (mut model, mut dropped) = (Vec::new(), 0);
            list.mark_all();
            for act in acts.into_iter().chain([Act::Write]) {
                match act {
                    Act::Push(member) => {
                        list.push(member);
                        model.push(member);
                    }
                    Act::Set(place, to) => {
                        if let (Some(member), Some(known)) = (list.get_mut(place), model.get_mut(place)) {
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
                        let mut to = Writer::default();
                        list.write_changes(&mut to);
                        let bytes = to.finish();
                        read.drop_first(std::mem::take(&mut dropped));
                        let mut from = Reader::new(ReadNodes::default(), &bytes);
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
