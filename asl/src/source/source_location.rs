//! A file, line and column in the source of the program that wrote a definition.

use std::fmt;
use std::panic::Location;

/// A source location, in rustc's format: `src/orders.rs:41:13`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceLocation {
    file: &'static str,
    line: u32,
    column: u32,
}

impl SourceLocation {
    /// A location that the front end knows.
    #[must_use]
    pub const fn new(file: &'static str, line: u32, column: u32) -> SourceLocation {
        SourceLocation { file, line, column }
    }

    /// Returns the location of the caller.
    #[must_use]
    #[track_caller]
    pub fn caller() -> SourceLocation {
        let location = Location::caller();
        SourceLocation::new(location.file(), location.line(), location.column())
    }

    /// The path of the file, as it was passed to the compiler.
    #[must_use]
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.column
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
