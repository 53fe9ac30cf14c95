use super::{Damaged, Reader, Record, Writer};

/// A list that knows which of its members were changed since they were written.
#[derive(Clone, Debug)]
pub(crate) struct Changing<T> {
    members: Vec<T>,
    is_changed: Vec<bool>,
    /// The places of those that were changed.
    changed: Vec<usize>,
}

impl<T> Default for Changing<T> {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            is_changed: Vec::new(),
            changed: Vec::new(),
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
        let member = self.members.get_mut(place)?;
        if !self.is_changed[place] {
            self.is_changed[place] = true;
            self.changed.push(place);
        }
        Some(member)
    }

    pub(crate) fn push(&mut self, member: T) {
        self.changed.push(self.members.len());
        self.is_changed.push(true);
        self.members.push(member);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.members.iter()
    }

    /// Whether one was changed since they were written.
    pub(crate) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// As if all of them had been changed.
    pub(crate) fn mark_all(&mut self) {
        self.is_changed.fill(true);
        self.changed = (0..self.members.len()).collect();
    }
}

impl<T: Default> Changing<T> {
    /// Has so many members: those that are new are what they are by default.
    pub(crate) fn grow(&mut self, members: usize) {
        self.members.resize_with(members, T::default);
        self.is_changed.resize(members, false);
    }
}

impl<T: Record + Default> Changing<T> {
    /// Writes the members that were changed.
    pub(crate) fn write_changes(&mut self, to: &mut Writer) {
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_unstable();
        self.members.len().write(to);
        changed.len().write(to);
        for place in &changed {
            self.is_changed[*place] = false;
            place.write(to);
            self.members[*place].write(to);
        }
        changed.clear();
        self.changed = changed;
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
        for _ in 0..changed {
            let place = usize::read(from)?;
            *self.members.get_mut(place).ok_or(Damaged)? = T::read(from)?;
        }
        Ok(())
    }
}
