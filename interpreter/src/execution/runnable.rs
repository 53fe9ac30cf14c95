//! The queue of the cursors that can continue.

use std::collections::VecDeque;

use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter};
use crate::wait_id::CursorId;

/// FIFO queue of runnable cursors. The first is stored inline, because most executions have only
/// one.
#[derive(Clone, Debug, Default)]
pub(super) struct Runnable {
    first: Option<CursorId>,
    #[expect(
        clippy::box_collection,
        reason = "most executions have none, and an empty queue takes 32 bytes of each that waits"
    )]
    others: Option<Box<VecDeque<CursorId>>>,
}

impl Runnable {
    pub(super) fn push_back(&mut self, id: CursorId) {
        match self.first {
            Some(_) => self.others.get_or_insert_default().push_back(id),
            None => self.first = Some(id),
        }
    }

    /// Adds a cursor at the front.
    pub(super) fn push_front(&mut self, id: CursorId) {
        if let Some(second) = self.first.replace(id) {
            self.others.get_or_insert_default().push_front(second);
        }
    }

    pub(super) fn pop_front(&mut self) -> Option<CursorId> {
        let next = match &mut self.others {
            Some(others) => others.pop_front(),
            None => None,
        };
        std::mem::replace(&mut self.first, next)
    }

    /// Returns the number of cursors.
    pub(super) fn len(&self) -> usize {
        let others = self.others.as_ref().map_or(0, |others| others.len());
        usize::from(self.first.is_some()) + others
    }

    /// Returns the cursors, the next one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = CursorId> {
        let others = self.others.iter().flat_map(|others| others.iter());
        self.first.iter().chain(others).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Releases unused memory.
    pub(super) fn shrink(&mut self) {
        self.others.take_if(|others| others.is_empty());
    }
}

impl Record for Runnable {
    fn write(&self, to: &mut RecordWriter) {
        let all: VecDeque<CursorId> = self.iter().collect();
        all.write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let mut runnable = Self::default();
        for id in VecDeque::<CursorId>::read(from)? {
            runnable.push_back(id);
        }
        Ok(runnable)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runnable_cursors_behave_like_a_queue(acts in proptest::collection::vec(0..5_u8, 0..40)) {
            let (mut runnable, mut queue) = (Runnable::default(), VecDeque::new());
            for (number, act) in (0_u32..).zip(acts) {
                let id = CursorId::at(number);
                match act {
                    0 => {
                        runnable.push_front(id);
                        queue.push_front(id);
                    }
                    1 => runnable.shrink(),
                    2 | 3 => {
                        runnable.push_back(id);
                        queue.push_back(id);
                    }
                    _ => prop_assert_eq!(runnable.pop_front(), queue.pop_front()),
                }
            }
            while let Some(id) = queue.pop_front() {
                prop_assert_eq!(runnable.pop_front(), Some(id));
            }
            prop_assert_eq!(runnable.pop_front(), None);
        }
    }
}
