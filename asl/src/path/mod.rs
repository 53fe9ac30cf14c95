//! JSONPath as AWS uses it: the dialect of the Java library Jayway, with the roots `$`, `$$` and `$variable`.
//!
//! A [`Path`] is a syntax tree that validator, macro and interpreter share; nothing is evaluated here.
//!
//! ```
//! use stepwright_asl::path::{Path, Root, Step};
//!
//! let path = Path::parse("$.order.items[0]['unit price']")?;
//! assert_eq!(path.root, Root::Input);
//! assert_eq!(path.steps[2], Step::Index(0));
//! assert!(path.is_reference());
//!
//! let cheap = Path::parse("$.items[?(@.price < 10 && @.name =~ /^a.*/i)].id")?;
//! assert!(!cheap.is_definite());
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod filter;
mod reader;

use std::fmt;

use crate::SyntaxError;

pub use filter::{Comparator, Filter, Operand};

/// How deep groups, literals and paths in filters may nest.
pub const MAX_DEPTH: usize = 100;

/// A path: a root and the steps from it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// The steps, from the root on.
    pub steps: Vec<Step>,
    text: String,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Root {
    /// `$`: the data that the field works on.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a workflow variable, by its name without `$`.
    Variable(String),
    /// `@`: the item that a filter looks at. Stands inside filters only.
    Current,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name` or `['name']`
    Key(String),
    /// `['a','b']`: an object of those members that are there.
    Keys(Vec<String>),
    /// `[0]`; negative counts from the end.
    Index(i64),
    /// `[0,2]`
    Indices(Vec<i64>),
    /// `[start:end]`; each may be absent, but not both. Jayway reads a third number and ignores it.
    Slice {
        /// The first index; negative counts from the end.
        start: Option<i64>,
        /// The index after the last; negative counts from the end.
        end: Option<i64>,
    },
    /// `.*` or `[*]`
    Wildcard,
    /// `..` and the step that is taken from every descendant.
    Descendant(Box<Step>),
    /// `[?(...)]`; several filters, `[?(..),?(..)]`, are joined by "or".
    Filter(Filter),
    /// `.length()`. Jayway evaluates such functions; AWS does not, and fails as if it were an absent key of that text.
    Function {
        /// The name, without parentheses.
        name: String,
        /// What stands between the parentheses.
        arguments: String,
    },
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    ///
    /// When the text is no path; the error has the offset in it.
    pub fn parse(text: &str) -> Result<Path, SyntaxError> {
        reader::read(text)
    }

    /// The text that was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it selects one value at most: keys and indices only.
    ///
    /// An indefinite path always gives an array.
    pub fn is_definite(&self) -> bool {
        self.steps
            .iter()
            .all(|step| matches!(step, Step::Key(_) | Step::Index(_) | Step::Function { .. }))
    }

    /// Whether it is a reference path: one that names a single place, as `ResultPath` and `Variable` need.
    pub fn is_reference(&self) -> bool {
        self.steps.iter().all(|step| match step {
            Step::Key(_) => true,
            Step::Index(index) => *index >= 0,
            _ => false,
        })
    }

    /// The workflow variable it begins at, without `$`.
    pub fn variable(&self) -> Option<&str> {
        match &self.root {
            Root::Variable(name) => Some(name),
            _ => None,
        }
    }
}

impl std::str::FromStr for Path {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Path, SyntaxError> {
        Path::parse(text)
    }
}

/// The text that was read.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
