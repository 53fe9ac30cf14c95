use super::content::Content;
use super::format::Format;
use super::reader::{Place, Reader};
use super::rows::Row;
use super::tail::{Piece, Tail};
use super::version::Version;
use super::window::Taken;
use crate::record::{Damaged, Reader as RecordReader, Record, Writer};

/// The rows of an object that an ItemReader reads.
///
/// What is written of them is where they stand, not the content: it is read again by the next process, and the rows that were
/// taken are left out. That is right for the same content only. S3 keeps an object as long as nobody replaces it, and a run on the
/// service has read it when somebody does; here a row could be taken twice, and another never. So a run whose object was
/// replaced in between fails, as one whose object is gone does, and says why. The content counts, not its entity tag: a copy
/// of the same bytes is the same object.
#[derive(Clone, Debug)]
pub(crate) struct ObjectRows {
    place: Place,
    format: Format,
    version: Version,
    /// How many rows were taken.
    pub(super) taken: usize,
    /// How many of those are still to be left out of what was read again.
    to_skip: usize,
    rest: Rest,
}

#[derive(Clone, Debug)]
enum Rest {
    Read(Content),
    /// It is to be read again, and has so many rows, if that is known.
    Unread(Option<usize>),
}

impl ObjectRows {
    pub(super) fn new(place: Place, format: Format, content: Content, version: Version) -> Self {
        Self {
            place,
            format,
            version,
            taken: 0,
            to_skip: 0,
            rest: Rest::Read(content),
        }
    }

    /// Whether the object has to be read again before the next row: another process has read it, or the reading was given up.
    pub(super) fn is_unread(&self) -> bool {
        match &self.rest {
            Rest::Unread(_) => true,
            Rest::Read(content) => content
                .following()
                .is_some_and(|(tail, _)| !tail.is_there()),
        }
    }

    /// What has to be read again.
    pub(super) fn reader(&self) -> Reader {
        Reader::Object {
            place: self.place.clone(),
            format: self.format.clone(),
        }
    }

    /// What follows the rows that are in memory, and how long the rest of those is.
    pub(super) fn following(&self) -> Option<(&Tail, usize)> {
        match &self.rest {
            Rest::Read(content) => content.following(),
            Rest::Unread(_) => None,
        }
    }

    /// Adds what was read on.
    pub(super) fn add(&mut self, piece: Piece) {
        if let Rest::Read(content) = &mut self.rest {
            content.add(piece);
        }
    }

    /// Takes the content that was read again.
    pub(super) fn read_again(
        &mut self,
        mut content: Content,
        version: Version,
    ) -> Result<(), String> {
        if version != self.version {
            return Err(format!(
                "The object {} was changed while its items were being read: {} of them were taken before the engine was started again, and which are left cannot be told",
                self.place.uri(),
                self.taken
            ));
        }
        self.to_skip = self.taken;
        while self.to_skip > 0 && matches!(content.skip(), Taken::Row(())) {
            self.to_skip -= 1;
        }
        self.rest = Rest::Read(content);
        Ok(())
    }

    /// The number of rows that are left, if it is known.
    pub(super) fn left(&self) -> Option<usize> {
        match &self.rest {
            Rest::Read(content) => content.left(),
            Rest::Unread(left) => *left,
        }
    }

    pub(super) fn next(&mut self) -> Taken<Row> {
        let Rest::Read(content) = &mut self.rest else {
            return Taken::End;
        };
        while self.to_skip > 0 {
            match content.skip() {
                Taken::Row(()) => self.to_skip -= 1,
                Taken::More => return Taken::More,
                Taken::End => return Taken::End,
            }
        }
        let row = content.next();
        if matches!(row, Taken::Row(_)) {
            self.taken += 1;
        }
        row
    }

    /// Where they stand.
    pub(super) fn write_position(&self, to: &mut Writer) {
        self.taken.write(to);
        self.left().write(to);
    }

    /// Takes over what [`write_position`](Self::write_position) wrote.
    pub(super) fn read_position(&mut self, from: &mut RecordReader<'_>) -> Result<(), Damaged> {
        self.taken = Record::read(from)?;
        self.rest = Rest::Unread(Record::read(from)?);
        Ok(())
    }
}

impl Record for ObjectRows {
    fn write(&self, to: &mut Writer) {
        self.place.write(to);
        self.format.write(to);
        self.version.write(to);
        self.write_position(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, Damaged> {
        let mut rows = Self {
            place: Record::read(from)?,
            format: Record::read(from)?,
            version: Record::read(from)?,
            taken: 0,
            to_skip: 0,
            rest: Rest::Unread(None),
        };
        rows.read_position(from)?;
        Ok(rows)
    }
}
