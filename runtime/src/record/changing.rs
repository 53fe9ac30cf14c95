use super::{Damaged, Reader, Record, Writer};

/// A list that knows which of its members were changed since they were written.
#[derive(Clone, Debug)]
pub(crate) struct Changing<T> {
    /// Each with whether it was changed.
    members: Vec<(T, bool)>,
    has_changes: bool,
}

impl<T> Default for Changing<T> {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            has_changes: false,
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
        self.members.get(place).map(|(member, _)| member)
    }

    /// A member that is about to be changed.
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        let (member, is_changed) = self.members.get_mut(place)?;
        *is_changed = true;
        self.has_changes = true;
        Some(member)
    }

    pub(crate) fn push(&mut self, member: T) {
        // Most lists have one member. One that is full would begin with room for four.
        if self.members.is_empty() {
            self.members.reserve_exact(1);
        }
        self.members.push((member, true));
        self.has_changes = true;
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.members.iter().map(|(member, _)| member)
    }

    /// Whether one was changed since they were written.
    pub(crate) fn has_changes(&self) -> bool {
        self.has_changes
    }

    /// As if all of them had been changed.
    pub(crate) fn mark_all(&mut self) {
        for (_, is_changed) in &mut self.members {
            *is_changed = true;
        }
        self.has_changes = true;
    }
}

impl<T: Default> Changing<T> {
    /// Has so many members: those that are new are what they are by default.
    pub(crate) fn grow(&mut self, members: usize) {
        self.members.resize_with(members, || (T::default(), false));
    }
}

impl<T: Record + Default> Changing<T> {
    /// Writes the members that were changed.
    pub(crate) fn write_changes(&mut self, to: &mut Writer) {
        self.members.len().write(to);
        let changed = self.members.iter().filter(|(_, is_changed)| *is_changed);
        changed.count().write(to);
        for (place, (member, is_changed)) in self.members.iter_mut().enumerate() {
            if std::mem::take(is_changed) {
                place.write(to);
                member.write(to);
            }
        }
        self.has_changes = false;
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
            self.members.get_mut(place).ok_or(Damaged)?.0 = T::read(from)?;
        }
        Ok(())
    }
}
