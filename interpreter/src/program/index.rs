//! The index that identifies a state in a program and in records.

use std::fmt;

use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter};

/// The index of a state in the program.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StateIx(pub(super) u16);

impl StateIx {
    /// No state: the events of the execution itself.
    pub(crate) const NONE: Self = Self(u16::MAX);

    /// Returns the position in [`Program::states`](super::Program::states).
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Debug for StateIx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl Record for StateIx {
    fn write(&self, to: &mut RecordWriter) {
        self.0.write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let read = Self(u16::read(from)?);
        if read == Self::NONE || read.index() < from.states() {
            Ok(read)
        } else {
            Err(DamagedRecord)
        }
    }
}
