use super::content::{Content, Version};
use super::format::Format;
use super::reader::{Place, Reader};
use super::rows::Row;
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
            rest: Rest::Read(content),
        }
    }

    /// What has to be read again before the next row.
    pub(super) fn unread(&self) -> Option<Reader> {
        matches!(self.rest, Rest::Unread(_)).then(|| Reader::Object {
            place: self.place.clone(),
            format: self.format.clone(),
        })
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
        content.skip(self.taken);
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

    pub(super) fn next(&mut self) -> Option<Row> {
        let Rest::Read(content) = &mut self.rest else {
            return None;
        };
        let row = content.next()?;
        self.taken += 1;
        Some(row)
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
            rest: Rest::Unread(None),
        };
        rows.read_position(from)?;
        Ok(rows)
    }
}
