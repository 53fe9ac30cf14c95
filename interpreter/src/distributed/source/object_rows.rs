//! The rows of one object, and the position from which another process continues.

use std::sync::Arc;

use super::content::Content;
use super::content_version::ContentVersion;
use super::format::Format;
use super::item_reader::{ItemReader, ObjectRef};
use super::row::{Row, RowRead};
use super::unread_object::{Piece, UnreadObject};
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, record};

/// The rows of an object that an ItemReader reads.
///
/// Records of an execution contain only the position in the rows, not the content: the next process
/// reads the object again and skips the rows that were taken. That requires the same content. On
/// the service, a run continues with the content that it has read, even if the object is replaced.
/// Here a replaced object could repeat some rows and omit others. So the run fails with an error if
/// its object was replaced in between, or does not exist any more. Only the content counts, not the
/// entity tag: a copy of the same bytes is the same object.
#[derive(Clone, Debug)]
pub(crate) struct ObjectRows {
    object_ref: ObjectRef,
    format: Format,
    version: ContentVersion,
    /// The number of rows that were taken.
    pub(super) taken: usize,
    /// How many of those must still be skipped in content that was read again.
    to_skip: usize,
    state: RowsState,
}

#[derive(Clone, Debug)]
enum RowsState {
    Read(Content),
    /// The object must be read again. Contains the number of its rows, if known.
    Unread(Option<usize>),
}

impl ObjectRows {
    pub(super) fn new(
        object_ref: ObjectRef,
        format: Format,
        content: Content,
        version: ContentVersion,
    ) -> Self {
        Self {
            object_ref,
            format,
            version,
            taken: 0,
            to_skip: 0,
            state: RowsState::Read(content),
        }
    }

    /// Returns whether the object must be read again before the next row: another process read it,
    /// or the reading was cancelled.
    pub(super) fn is_unread(&self) -> bool {
        match &self.state {
            RowsState::Unread(_) => true,
            RowsState::Read(content) => content
                .following()
                .is_some_and(|(unread, _)| !unread.is_available()),
        }
    }

    /// Returns the reader that must read again.
    pub(super) fn reader(&self) -> ItemReader {
        ItemReader::Object {
            object_ref: self.object_ref.clone(),
            format: self.format.clone(),
        }
    }

    /// Returns the unread part of the object and the number of remaining bytes in memory.
    pub(super) fn following(&self) -> Option<(&Arc<dyn UnreadObject>, usize)> {
        match &self.state {
            RowsState::Read(content) => content.following(),
            RowsState::Unread(_) => None,
        }
    }

    /// Appends a piece that was read.
    pub(super) fn add(&mut self, piece: Piece) {
        if let RowsState::Read(content) = &mut self.state {
            content.add(piece);
        }
    }

    /// Takes the content of the second reading.
    pub(super) fn read_again(
        &mut self,
        mut content: Content,
        version: ContentVersion,
    ) -> Result<(), String> {
        if version != self.version {
            return Err(format!(
                "The object {} was changed while its items were being read: {} of them were read before the engine was restarted, and the remaining ones cannot be identified",
                self.object_ref.uri(),
                self.taken
            ));
        }
        self.to_skip = self.taken;
        while self.to_skip > 0 && matches!(content.skip(), RowRead::Row(())) {
            self.to_skip -= 1;
        }
        self.state = RowsState::Read(content);
        Ok(())
    }

    /// Returns the number of remaining rows, if it is known.
    pub(super) fn remaining(&self) -> Option<usize> {
        match &self.state {
            RowsState::Read(content) => content.remaining(),
            RowsState::Unread(left) => *left,
        }
    }

    pub(super) fn next(&mut self) -> RowRead<Row> {
        let RowsState::Read(content) = &mut self.state else {
            return RowRead::End;
        };
        while self.to_skip > 0 {
            match content.skip() {
                RowRead::Row(()) => self.to_skip -= 1,
                RowRead::More => return RowRead::More,
                RowRead::End => return RowRead::End,
            }
        }
        let row = content.next();
        if matches!(row, RowRead::Row(_)) {
            self.taken += 1;
        }
        row
    }

    /// Writes the position.
    pub(super) fn write_position(&self, to: &mut RecordWriter) {
        self.taken.write(to);
        self.remaining().write(to);
    }

    /// Applies the position that [`write_position`](Self::write_position) wrote.
    pub(super) fn read_position(
        &mut self,
        from: &mut RecordReader<'_>,
    ) -> Result<(), DamagedRecord> {
        self.taken = Record::read(from)?;
        self.state = RowsState::Unread(Record::read(from)?);
        Ok(())
    }
}

/// The stored fields of [`ObjectRows`]: the content is read again.
struct StoredObjectRows {
    object_ref: ObjectRef,
    format: Format,
    version: ContentVersion,
    /// The number of rows that were taken, and of those that remain, if known.
    position: (usize, Option<usize>),
}

impl Record for ObjectRows {
    fn write(&self, to: &mut RecordWriter) {
        let stored = StoredObjectRows {
            object_ref: self.object_ref.clone(),
            format: self.format.clone(),
            version: self.version,
            position: (self.taken, self.remaining()),
        };
        stored.write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let stored = StoredObjectRows::read(from)?;
        let (taken, remaining) = stored.position;
        Ok(Self {
            object_ref: stored.object_ref,
            format: stored.format,
            version: stored.version,
            taken,
            to_skip: 0,
            state: RowsState::Unread(remaining),
        })
    }
}

record!(struct StoredObjectRows { 1 => object_ref, 2 => format, 3 => version, 4 => position });
