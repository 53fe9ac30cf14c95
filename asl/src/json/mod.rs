//! JSON as definitions carry it: key order and numbers as they were written, and where in the text every node stands.
//!
//! [`Json`] is the value, [`Document`] is a text that was read together with the line and column of every
//! node in it. The reader bounds depth, finds duplicate keys and never panics. [`json!`](crate::json!) writes values in JSON's own words.

mod change;
mod convert;
mod document;
mod literal;
mod nesting;
mod number;
mod pointer;
mod position;
mod read;
mod reader;
mod serde;
mod value;
mod write;

pub use change::WrongType;
pub use document::{Document, Duplicate};
pub use number::{NotFinite, Number};
pub use pointer::{Pointer, escape, index, segments};
pub use position::Position;
pub use value::{Json, MAX_DEPTH, Object};

pub(crate) use nesting::Children;
#[cfg(feature = "yaml")]
pub(crate) use read::{Failure, MAX_POINTERS, RawDuplicate, Read, check_length};
pub(crate) use read::{Mark, Shape};
#[cfg(feature = "yaml")]
pub(crate) use reader::read;
pub(crate) use write::string;

#[cfg(test)]
mod tests;
