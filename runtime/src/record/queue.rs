use std::collections::VecDeque;

use super::{Damaged, Reader, Record, Writer};

/// A queue that knows what was taken from it and added to it since it was written.
#[derive(Clone, Debug)]
pub(crate) struct Queue<T> {
    members: VecDeque<T>,
    /// How many of those that were written were taken.
    taken: usize,
    /// How many of the last are not written.
    new: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            members: VecDeque::new(),
            taken: 0,
            new: 0,
        }
    }
}

impl<T> Queue<T> {
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

    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        self.members.get(place)
    }

    pub(crate) fn push(&mut self, member: T) {
        self.members.push_back(member);
        self.new += 1;
    }

    /// Takes the first.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let first = self.members.pop_front()?;
        if self.new > self.members.len() {
            self.new -= 1;
        } else {
            self.taken += 1;
        }
        Some(first)
    }

    /// Takes all.
    pub(crate) fn clear(&mut self) {
        while self.pop().is_some() {}
    }

    /// All of it was written.
    pub(crate) fn was_written(&mut self) {
        (self.taken, self.new) = (0, 0);
    }
}

impl<T: Record> Queue<T> {
    /// Writes what was taken and added.
    pub(crate) fn write_changes(&mut self, to: &mut Writer) {
        self.taken.write(to);
        self.new.write(to);
        let written = self.members.len() - self.new;
        let new = self.members.iter().skip(written);
        new.for_each(|member| member.write(to));
        self.was_written();
    }

    /// Takes over what [`write_changes`](Self::write_changes) wrote.
    pub(crate) fn read_changes(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        let taken = usize::read(from)?;
        if taken > self.members.len() {
            return Err(Damaged);
        }
        self.members.drain(..taken);
        self.members.extend(Vec::<T>::read(from)?);
        Ok(())
    }
}

/// All of it, as if nothing were written yet.
impl<T: Record> Record for Queue<T> {
    fn write(&self, to: &mut Writer) {
        self.members.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self {
            members: Record::read(from)?,
            ..Self::default()
        })
    }
}

impl<T> FromIterator<T> for Queue<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut queue = Self::default();
        members.into_iter().for_each(|member| queue.push(member));
        queue
    }
}
