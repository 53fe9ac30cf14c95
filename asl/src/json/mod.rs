//! JSON that preserves key order and the spelling of numbers, with the position of every node in
//! the text.
//!
//! [`Json`] is a value; [`Document`] is a parsed text with the line and column of every node. The
//! parser limits the depth, reports duplicate keys and never panics. [`json!`](crate::json!) builds
//! values from JSON syntax.

mod align;
mod change;
mod convert;
mod dialect;
mod document;
mod lenient_token;
mod literal;
mod nesting;
mod number;
mod pointer;
mod position;
mod read;
mod reader;
mod recovery;
mod recovery_state;
mod serde;
#[doc(hidden)]
pub mod token;
mod value;
mod write;

pub use change::WrongType;
pub use dialect::Dialect;
pub use document::{Document, DuplicateKey};
pub use number::{NotFinite, Number};
pub use pointer::{Pointer, escape, index, segments};
pub use position::Position;
pub(crate) use value::too_deep;
pub use value::{Json, MAX_DEPTH, Object};

pub(crate) use align::align;
pub(crate) use nesting::Children;
#[cfg(feature = "yaml")]
pub(crate) use read::{Failure, MAX_POINTERS, ParsedText, RawDuplicate, check_length};
pub(crate) use read::{ValueMark, ValueSyntax};
#[cfg(feature = "yaml")]
pub(crate) use reader::read_with_placeholders;
pub(crate) use write::string;

#[cfg(test)]
mod recovery_tests;
#[cfg(test)]
mod tests;
