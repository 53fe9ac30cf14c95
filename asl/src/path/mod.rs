//! JSONPath in AWS's dialect: that of the Java library Jayway, with the roots `$`, `$$` and
//! `$variable`.
//!
//! A [`Path`] is a syntax tree for the validator, the macro and the interpreter; this module
//! evaluates nothing.
//!
//! ```
//! use stepwright_asl::path::{Path, PathStep, Root};
//!
//! let path = Path::parse("$.order.items[0]['unit price']")?;
//! assert_eq!(path.root, Root::Input);
//! assert_eq!(path.steps[2], PathStep::Index(0));
//! assert!(path.is_reference());
//!
//! let cheap = Path::parse("$.items[?(@.price < 10 && @.name =~ /^a.*/i)].id")?;
//! assert!(!cheap.is_definite());
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod filter;
mod reader;
mod tree;

pub(crate) use reader::without_trailing_blanks;
pub use tree::{Comparator, Filter, MAX_DEPTH, Operand, Path, PathStep, Root};

#[cfg(test)]
mod tests;
