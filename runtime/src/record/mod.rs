//! Executions as bytes: the form in which a journal stores an execution that waits.
//!
//! A record is a sequence of fields without names, in the order of their declaration; the numbers of variants never change. A
//! value that several fields share is written once and is shared again after reading, so that a record is never larger than the
//! values in memory. Damaged bytes give an error, and reading them allocates no more memory than there are bytes.

mod changing;
mod nodes;
mod queue;
mod value;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use smol_str::SmolStr;

use crate::value::Str;

pub(crate) use self::changing::{Changing, Part};
pub(crate) use self::nodes::ReadNodes;
use self::nodes::WrittenNodes;
pub(crate) use self::queue::Queue;

/// The error for bytes that are not a record of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record is damaged, or of another version of stepwright-runtime")]
pub(crate) struct Damaged;

/// A type that can be written as bytes and read again.
pub(crate) trait Record: Sized {
    fn write(&self, to: &mut Writer);
    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged>;
}

/// Writes records, of which each may refer to values in those before it.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    nodes: WrittenNodes,
}

impl Writer {
    /// The record that was written. The next one begins.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// How many values of the records before may be referred to.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Refers to no value of the records before any more; the reader has to be told.
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
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    nodes: ReadNodes,
    /// How many states there are to refer to.
    states: usize,
}

impl<'a> Reader<'a> {
    /// Reads the record that follows those with these values.
    pub(crate) fn new(nodes: ReadNodes, bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            nodes,
            states: usize::MAX,
        }
    }

    /// From here on the records refer to the states of a program that has so many.
    pub(crate) fn of_states(&mut self, states: usize) {
        self.states = states;
    }

    /// How many states there are to refer to.
    pub(crate) fn states(&self) -> usize {
        self.states
    }

    /// The values that the next record may refer to.
    pub(crate) fn into_nodes(self) -> ReadNodes {
        self.nodes
    }

    /// The records from here on refer to no value before.
    pub(crate) fn forget_nodes(&mut self) {
        self.nodes = ReadNodes::default();
    }

    /// Whether all bytes were read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Damaged> {
        let (byte, rest) = self.rest.split_first().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    fn bytes(&mut self) -> Result<&'a [u8], Damaged> {
        let count = usize::read(self)?;
        self.take(count)
    }

    /// The length of a list. Each member takes at least one byte, so a length beyond the rest of the bytes is damage.
    pub(crate) fn length(&mut self) -> Result<usize, Damaged> {
        let length = usize::read(self)?;
        if length > self.rest.len() {
            return Err(Damaged);
        }
        Ok(length)
    }
}

/// Implements [`Record`]: a struct by all of its fields, an enum by its variants with their numbers.
macro_rules! record {
    (struct $type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::Writer) {
                let Self { $($field),* } = self;
                $($crate::record::Record::write($field, to);)*
            }

            fn read(
                from: &mut $crate::record::Reader<'_>,
            ) -> Result<Self, $crate::record::Damaged> {
                Ok(Self { $($field: $crate::record::Record::read(from)?),* })
            }
        }
    };
    (struct $type:ident ( $($field:ident),* )) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::Writer) {
                let Self($($field),*) = self;
                $($crate::record::Record::write($field, to);)*
            }

            fn read(
                from: &mut $crate::record::Reader<'_>,
            ) -> Result<Self, $crate::record::Damaged> {
                $(let $field = $crate::record::Record::read(from)?;)*
                Ok(Self($($field),*))
            }
        }
    };
    (enum $type:ident {
        $($tag:literal => $variant:ident $({ $($field:ident),* })? $(( $($value:ident),* ))?),* $(,)?
    }) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::Writer) {
                match self {
                    $(Self::$variant $({ $($field),* })? $(( $($value),* ))? => {
                        to.byte($tag);
                        $($($crate::record::Record::write($field, to);)*)?
                        $($($crate::record::Record::write($value, to);)*)?
                    })*
                }
            }

            fn read(
                from: &mut $crate::record::Reader<'_>,
            ) -> Result<Self, $crate::record::Damaged> {
                Ok(match from.byte()? {
                    $($tag => {
                        $($(let $field = $crate::record::Record::read(from)?;)*)?
                        $($(let $value = $crate::record::Record::read(from)?;)*)?
                        Self::$variant $({ $($field),* })? $(( $($value),* ))?
                    })*
                    _ => return Err($crate::record::Damaged),
                })
            }
        }
    };
}
pub(crate) use record;

impl Record for u64 {
    fn write(&self, to: &mut Writer) {
        let mut left = *self;
        while left >= 0x80 {
            to.byte(left as u8 | 0x80);
            left >>= 7;
        }
        to.byte(left as u8);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = from.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(Damaged);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }
}

macro_rules! smaller {
    ($($type:ty),*) => {$(
        impl Record for $type {
            fn write(&self, to: &mut Writer) {
                (*self as u64).write(to);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
                Self::try_from(u64::read(from)?).map_err(|_| Damaged)
            }
        }
    )*};
}
smaller!(u8, u16, u32, usize);

impl Record for i64 {
    fn write(&self, to: &mut Writer) {
        // Small numbers of both signs take little room.
        (((self << 1) ^ (self >> 63)) as u64).write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let bits = u64::read(from)?;
        Ok((bits >> 1) as i64 ^ -((bits & 1) as i64))
    }
}

impl Record for f64 {
    fn write(&self, to: &mut Writer) {
        to.bytes.extend_from_slice(&self.to_bits().to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let bytes = from.take(8)?.try_into().map_err(|_| Damaged)?;
        Ok(Self::from_bits(u64::from_le_bytes(bytes)))
    }
}

impl Record for bool {
    fn write(&self, to: &mut Writer) {
        to.byte(u8::from(*self));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damaged),
        }
    }
}

impl Record for Duration {
    fn write(&self, to: &mut Writer) {
        self.as_secs().write(to);
        self.subsec_nanos().write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let (seconds, nanos) = (u64::read(from)?, u32::read(from)?);
        if nanos >= 1_000_000_000 {
            return Err(Damaged);
        }
        Ok(Self::new(seconds, nanos))
    }
}

impl Record for SmolStr {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let text = str::from_utf8(from.bytes()?).map_err(|_| Damaged)?;
        Ok(Self::new(text))
    }
}

impl Record for Str {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        SmolStr::read(from).map(Self::from)
    }
}

impl Record for Arc<str> {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(String::read(from)?.into())
    }
}

impl Record for String {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Self::from_utf8(from.bytes()?.to_vec()).map_err(|_| Damaged)
    }
}

impl Record for Bytes {
    fn write(&self, to: &mut Writer) {
        to.bytes(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self::copy_from_slice(from.bytes()?))
    }
}

impl<T: Record> Record for Option<T> {
    fn write(&self, to: &mut Writer) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        bool::read(from)?.then(|| T::read(from)).transpose()
    }
}

impl<T: Record, E: Record> Record for Result<T, E> {
    fn write(&self, to: &mut Writer) {
        self.is_ok().write(to);
        match self {
            Ok(value) => value.write(to),
            Err(error) => error.write(to),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(match bool::read(from)? {
            true => Ok(T::read(from)?),
            false => Err(E::read(from)?),
        })
    }
}

impl Record for () {
    fn write(&self, _to: &mut Writer) {}

    fn read(_from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(())
    }
}

impl<A: Record, B: Record> Record for (A, B) {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

impl<T: Record> Record for Vec<T> {
    fn write(&self, to: &mut Writer) {
        self.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let length = from.length()?;
        (0..length).map(|_| T::read(from)).collect()
    }
}

impl<T: Record> Record for VecDeque<T> {
    fn write(&self, to: &mut Writer) {
        self.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Vec::read(from).map(Self::from)
    }
}

impl Record for Arc<[Str]> {
    fn write(&self, to: &mut Writer) {
        self.len().write(to);
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Vec::read(from).map(Self::from)
    }
}

impl<T: Record, const N: usize> Record for [T; N] {
    fn write(&self, to: &mut Writer) {
        self.iter().for_each(|member| member.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let members: Result<Vec<T>, Damaged> = (0..N).map(|_| T::read(from)).collect();
        members?.try_into().map_err(|_| Damaged)
    }
}

impl<T: Record> Record for Box<T> {
    fn write(&self, to: &mut Writer) {
        (**self).write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        T::read(from).map(Self::new)
    }
}

impl<T: Record> Record for Arc<T> {
    fn write(&self, to: &mut Writer) {
        (**self).write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        T::read(from).map(Self::new)
    }
}
