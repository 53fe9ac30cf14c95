//! The binary encoding of executions in the journal.
//!
//! A record is a sequence of fields without names, in the order of their declaration. The numbers of variants never
//! change. A value that several fields share is written once and is shared again after reading, so that a record is
//! never larger than the values in memory. Damaged bytes cause an error, and the memory that reading allocates is
//! bounded by their number.

mod nodes;
mod tracked_list;
mod tracked_queue;
mod value;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use smol_str::SmolStr;

use crate::value::Str;

pub(crate) use self::nodes::ReadNodes;
use self::nodes::WrittenNodes;
pub(crate) use self::tracked_list::{PartialRecord, TrackedList};
pub(crate) use self::tracked_queue::TrackedQueue;

/// The error for bytes that are not a valid record of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record is damaged, or of another version of stepwright-runtime")]
pub(crate) struct DamagedRecord;

/// A type with a binary encoding.
pub(crate) trait Record: Sized {
    fn write(&self, to: &mut RecordWriter);
    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord>;
}

/// Writes records. Each may refer to values in earlier records.
#[derive(Default)]
pub(crate) struct RecordWriter {
    bytes: Vec<u8>,
    nodes: WrittenNodes,
}

impl RecordWriter {
    /// Returns the written record, and starts the next one.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Returns the number of values of earlier records that the next record may refer to.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Forgets the values of earlier records. The reader must do the same.
    pub(crate) fn forget_nodes(&mut self) {
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
pub(crate) struct RecordReader<'a> {
    rest: &'a [u8],
    nodes: ReadNodes,
    /// The number of states of the program; a larger index is damage.
    states: usize,
}

impl<'a> RecordReader<'a> {
    /// Creates a reader of the record that follows the records with these values.
    pub(crate) fn new(nodes: ReadNodes, bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            nodes,
            states: usize::MAX,
        }
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

    /// Forgets the values that were read so far; later records do not refer to them.
    pub(crate) fn forget_nodes(&mut self) {
        self.nodes = ReadNodes::default();
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

    /// Reads the length of a list. Each member takes at least one byte, so a length beyond the remaining bytes is
    /// damage.
    pub(crate) fn length(&mut self) -> Result<usize, DamagedRecord> {
        let length = usize::read(self)?;
        if length > self.rest.len() {
            return Err(DamagedRecord);
        }
        Ok(length)
    }
}

/// Implements [`Record`]: for a struct with all of its fields, for an enum with its variants and their numbers.
macro_rules! record {
    (struct $type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::RecordWriter) {
                let Self { $($field),* } = self;
                $($crate::record::Record::write($field, to);)*
            }

            fn read(
                from: &mut $crate::record::RecordReader<'_>,
            ) -> Result<Self, $crate::record::DamagedRecord> {
                Ok(Self { $($field: $crate::record::Record::read(from)?),* })
            }
        }
    };
    (struct $type:ident ( $($field:ident),* )) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::RecordWriter) {
                let Self($($field),*) = self;
                $($crate::record::Record::write($field, to);)*
            }

            fn read(
                from: &mut $crate::record::RecordReader<'_>,
            ) -> Result<Self, $crate::record::DamagedRecord> {
                $(let $field = $crate::record::Record::read(from)?;)*
                Ok(Self($($field),*))
            }
        }
    };
    (enum $type:ident {
        $($tag:literal => $variant:ident $({ $($field:ident),* })? $(( $($value:ident),* ))?),* $(,)?
    }) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::RecordWriter) {
                match self {
                    $(Self::$variant $({ $($field),* })? $(( $($value),* ))? => {
                        to.byte($tag);
                        $($($crate::record::Record::write($field, to);)*)?
                        $($($crate::record::Record::write($value, to);)*)?
                    })*
                }
            }

            fn read(
                from: &mut $crate::record::RecordReader<'_>,
            ) -> Result<Self, $crate::record::DamagedRecord> {
                Ok(match from.byte()? {
                    $($tag => {
                        $($(let $field = $crate::record::Record::read(from)?;)*)?
                        $($(let $value = $crate::record::Record::read(from)?;)*)?
                        Self::$variant $({ $($field),* })? $(( $($value),* ))?
                    })*
                    _ => return Err($crate::record::DamagedRecord),
                })
            }
        }
    };
}
pub(crate) use record;

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
}

impl Record for SmolStr {
    fn write(&self, to: &mut RecordWriter) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let text = str::from_utf8(from.bytes()?).map_err(|_| DamagedRecord)?;
        Ok(Self::new(text))
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
}

impl Record for Bytes {
    fn write(&self, to: &mut RecordWriter) {
        to.bytes(self);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Ok(Self::copy_from_slice(from.bytes()?))
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
        Ok(match bool::read(from)? {
            true => Ok(T::read(from)?),
            false => Err(E::read(from)?),
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
}

impl<T: Record> Record for VecDeque<T> {
    fn write(&self, to: &mut RecordWriter) {
        self.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        Vec::read(from).map(Self::from)
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
}

impl<T: Record> Record for Arc<T> {
    fn write(&self, to: &mut RecordWriter) {
        (**self).write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        T::read(from).map(Self::new)
    }
}
