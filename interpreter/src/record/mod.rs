//! The binary encoding of executions in the journal.
//!
//! A record describes itself as far as another version of this library needs: fields have numbers
//! and lengths. A reader skips a field that it does not know, and a missing field has its default.
//! Numbers of fields and variants never change, and a number is never used again for something
//! else. Tuples and tuple structs have no numbers; a change of one needs a new field.
//!
//! A record consists of
//!
//! 1. its version, and whether it refers to values of earlier records;
//! 2. the arrays and objects that it contains, each once. They are apart from the fields, so that a
//!    skipped field cannot remove a value that another field shares;
//! 3. the fields.
//!
//! A record is never larger than the values in memory. Damaged bytes cause an error, and the memory
//! that reading allocates is bounded by their number.

mod fields;
mod nodes;
mod tracked_list;
mod tracked_queue;
mod value;

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use smol_str::SmolStr;

use self::nodes::WrittenNodes;
use crate::value::Str;

pub(crate) use self::fields::record;
pub use self::fields::required;
pub use self::nodes::ReadNodes;
pub(crate) use self::tracked_list::{PartialRecord, TrackedList};
pub(crate) use self::tracked_queue::TrackedQueue;

/// The error for bytes that are not a valid record of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record is damaged, or of another version of stepwright-runtime")]
pub struct DamagedRecord;

/// The error when a record cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not a valid record.
    #[error(transparent)]
    Damaged(#[from] DamagedRecord),
    /// A newer version of this library wrote the record: the record's version, and the one that is
    /// written now.
    #[error(
        "it is stored in layout {0}, and this version of stepwright-runtime reads layouts up to {1}; open the store with the version that wrote it"
    )]
    Version(u8, u8),
}

/// A type with a binary encoding.
pub trait Record: Sized {
    /// Writes the value.
    fn write(&self, to: &mut RecordWriter);
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// [`DamagedRecord`] if the bytes are not a valid record.
    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord>;

    /// Returns the value of a field that a record does not contain; `None` if each record must
    /// contain it.
    fn absent() -> Option<Self> {
        None
    }

    /// Returns whether the value is [`absent`](Self::absent); then its field is not written.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Writes records. Each may refer to values in earlier records.
#[derive(Debug, Default)]
pub struct RecordWriter {
    bytes: Vec<u8>,
    /// The new arrays and objects of the record.
    new_nodes: Vec<u8>,
    nodes: WrittenNodes,
    /// The record refers to no value of an earlier one.
    forgets: bool,
}

impl RecordWriter {
    /// Returns the written record, and starts the next one. `version` is that of this kind of
    /// record.
    pub fn finish(&mut self, version: u8) -> Vec<u8> {
        let fields = std::mem::take(&mut self.bytes);
        self.byte(version);
        std::mem::take(&mut self.forgets).write(self);
        let new_nodes = std::mem::take(&mut self.new_nodes);
        self.bytes
            .reserve_exact(new_nodes.len() + fields.len() + 10);
        self.bytes(&new_nodes);
        self.bytes.extend_from_slice(&fields);
        std::mem::take(&mut self.bytes)
    }

    /// Returns the number of values of earlier records that the next record may refer to.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Forgets the values of earlier records. Call it before the first field.
    pub(crate) fn forget_nodes(&mut self) {
        self.forgets = true;
        self.nodes = WrittenNodes::default();
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        bytes.len().write(self);
        self.bytes.extend_from_slice(bytes);
    }
}

/// Reads a record.
#[derive(Debug)]
pub struct RecordReader<'a> {
    rest: &'a [u8],
    nodes: ReadNodes,
    /// The number of states of the program; a larger index is damage.
    states: usize,
}

/// The version of records in unit tests.
#[cfg(test)]
pub(crate) const TEST_VERSION: u8 = 2;

impl<'a> RecordReader<'a> {
    /// Creates a reader of the record that follows the records with these values. `version` is the
    /// one that is written now.
    ///
    /// # Errors
    ///
    /// If the record is damaged, or has a newer version.
    pub fn new(nodes: ReadNodes, bytes: &'a [u8], version: u8) -> Result<Self, DecodeError> {
        let (mut reader, new_nodes) = Self::begin(nodes, bytes, version)?;
        reader.read_nodes(new_nodes)?;
        Ok(reader)
    }

    /// Creates a reader of the fields that does not read the arrays and objects of the record.
    pub(crate) fn of_fields(bytes: &'a [u8], version: u8) -> Result<Self, DecodeError> {
        Ok(Self::begin(ReadNodes::default(), bytes, version)?.0)
    }

    /// Returns a reader at the first field, and the bytes of the new arrays and objects.
    fn begin(
        nodes: ReadNodes,
        bytes: &'a [u8],
        version: u8,
    ) -> Result<(Self, &'a [u8]), DecodeError> {
        let mut reader = Self {
            rest: bytes,
            nodes,
            states: usize::MAX,
        };
        let found = reader.byte()?;
        match found.cmp(&version) {
            Ordering::Less => return Err(DamagedRecord.into()),
            Ordering::Equal => {}
            Ordering::Greater => return Err(DecodeError::Version(found, version)),
        }
        if bool::read(&mut reader)? {
            reader.nodes = ReadNodes::default();
        }
        let new_nodes = reader.bytes()?;
        Ok((reader, new_nodes))
    }

    /// Reads the arrays and objects of the record, which come before its fields.
    fn read_nodes(&mut self, nodes: &'a [u8]) -> Result<(), DamagedRecord> {
        let fields = std::mem::replace(&mut self.rest, nodes);
        while !self.is_at_end() {
            value::read_node(self)?;
        }
        self.rest = fields;
        Ok(())
    }

    /// Sets the number of states of the program that the records refer to.
    pub(crate) fn of_states(&mut self, states: usize) {
        self.states = states;
    }

    /// Returns the number of states of the program.
    pub(crate) fn states(&self) -> usize {
        self.states
    }

    /// Returns the values that the next record may refer to.
    pub(crate) fn into_nodes(self) -> ReadNodes {
        self.nodes
    }

    /// Returns whether all bytes were read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, DamagedRecord> {
        let (byte, rest) = self.rest.split_first().ok_or(DamagedRecord)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], DamagedRecord> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(DamagedRecord)?;
        self.rest = rest;
        Ok(taken)
    }

    fn bytes(&mut self) -> Result<&'a [u8], DamagedRecord> {
        let count = usize::read(self)?;
        self.take(count)
    }

    /// Reads the length of a list. Each member takes at least one byte, so a length beyond the
    /// remaining bytes is damage.
    pub(crate) fn length(&mut self) -> Result<usize, DamagedRecord> {
        let length = usize::read(self)?;
        if length > self.rest.len() {
            return Err(DamagedRecord);
        }
        Ok(length)
    }
}

impl Record for u64 {
    fn write(&self, to: &mut RecordWriter) {
        let mut left = *self;
        while left >= 0x80 {
            to.byte(left as u8 | 0x80);
            left >>= 7;
        }
        to.byte(left as u8);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = from.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(DamagedRecord);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(DamagedRecord)
    }

    fn absent() -> Option<Self> {
        Some(0)
    }

    fn is_absent(&self) -> bool {
        *self == 0
    }
}

macro_rules! smaller {
    ($($type:ty),*) => {$(
        impl Record for $type {
            fn write(&self, to: &mut RecordWriter) {
                (*self as u64).write(to);
            }

            fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
                Self::try_from(u64::read(from)?).map_err(|_| DamagedRecord)
            }

            fn absent() -> Option<Self> {
                Some(0)
            }

            fn is_absent(&self) -> bool {
                *self == 0
            }
        }
    )*};
}
smaller!(u8, u16, u32, usize);

impl Record for i64 {
    fn write(&self, to: &mut RecordWriter) {
        // ZigZag encoding: small numbers of both signs take few bytes.
        (((self << 1) ^ (self >> 63)) as u64).write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let bits = u64::read(from)?;
        Ok((bits >> 1) as i64 ^ -((bits & 1) as i64))
    }

    fn absent() -> Option<Self> {
        Some(0)
    }

    fn is_absent(&self) -> bool {
        *self == 0
    }
}

impl Record for f64 {
    fn write(&self, to: &mut RecordWriter) {
        to.bytes.extend_from_slice(&self.to_bits().to_le_bytes());
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let bytes = from.take(8)?.try_into().map_err(|_| DamagedRecord)?;
        Ok(Self::from_bits(u64::from_le_bytes(bytes)))
    }
}

impl Record for bool {
    fn write(&self, to: &mut RecordWriter) {
        to.byte(u8::from(*self));
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DamagedRecord),
        }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }

    fn is_absent(&self) -> bool {
        !self
    }
}

impl Record for Duration {
    fn write(&self, to: &mut RecordWriter) {
        self.as_secs().write(to);
        self.subsec_nanos().write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let (seconds, nanos) = (u64::read(from)?, u32::read(from)?);
        if nanos >= 1_000_000_000 {
            return Err(DamagedRecord);
        }
        Ok(Self::new(seconds, nanos))
    }

    fn absent() -> Option<Self> {
        Some(Self::ZERO)
    }

    fn is_absent(&self) -> bool {
        self.is_zero()
    }
}

impl Record for SmolStr {
    fn write(&self, to: &mut RecordWriter) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let text = str::from_utf8(from.bytes()?).map_err(|_| DamagedRecord)?;
        Ok(Self::new(text))
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Record for Str {
    fn write(&self, to: &mut RecordWriter) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        SmolStr::read(from).map(Self::from)
    }
}

impl Record for Arc<str> {
    fn write(&self, to: &mut RecordWriter) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Ok(String::read(from)?.into())
    }
}

impl Record for String {
    fn write(&self, to: &mut RecordWriter) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Self::from_utf8(from.bytes()?.to_vec()).map_err(|_| DamagedRecord)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Record for Bytes {
    fn write(&self, to: &mut RecordWriter) {
        to.bytes(self);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Ok(Self::copy_from_slice(from.bytes()?))
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Record> Record for Option<T> {
    fn write(&self, to: &mut RecordWriter) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        bool::read(from)?.then(|| T::read(from)).transpose()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Record, E: Record> Record for Result<T, E> {
    fn write(&self, to: &mut RecordWriter) {
        self.is_ok().write(to);
        match self {
            Ok(value) => value.write(to),
            Err(error) => error.write(to),
        }
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Ok(if bool::read(from)? {
            Ok(T::read(from)?)
        } else {
            Err(E::read(from)?)
        })
    }
}

impl Record for () {
    fn write(&self, _to: &mut RecordWriter) {}

    fn read(_from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Ok(())
    }
}

impl<A: Record, B: Record> Record for (A, B) {
    fn write(&self, to: &mut RecordWriter) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

impl<T: Record> Record for Vec<T> {
    fn write(&self, to: &mut RecordWriter) {
        self.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let length = from.length()?;
        (0..length).map(|_| T::read(from)).collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Record> Record for VecDeque<T> {
    fn write(&self, to: &mut RecordWriter) {
        self.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Vec::read(from).map(Self::from)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Record for Arc<[Str]> {
    fn write(&self, to: &mut RecordWriter) {
        self.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Vec::read(from).map(Self::from)
    }
}

impl<T: Record, const N: usize> Record for [T; N] {
    fn write(&self, to: &mut RecordWriter) {
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let members: Result<Vec<T>, DamagedRecord> = (0..N).map(|_| T::read(from)).collect();
        members?.try_into().map_err(|_| DamagedRecord)
    }
}

impl<T: Record> Record for Box<T> {
    fn write(&self, to: &mut RecordWriter) {
        (**self).write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        T::read(from).map(Self::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}

impl<T: Record> Record for Arc<T> {
    fn write(&self, to: &mut RecordWriter) {
        (**self).write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        T::read(from).map(Self::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}
