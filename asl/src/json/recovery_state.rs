//! The state of a JSON parser that continues after an error.

use super::read::Failure;

/// The next action of the parser after an error.
pub(super) enum Step<T> {
    /// The token is there.
    Found(T),
    /// A token was skipped; look again.
    Again,
    /// The array or object ends here.
    End,
}

/// The state of a parser that continues after an error.
#[derive(Default)]
pub(super) struct Recovery {
    pub(super) errors: Vec<Failure>,
    /// The open arrays and objects, outermost first.
    pub(super) open: Vec<OpenBracket>,
    pub(super) open_objects: usize,
    pub(super) at: LinePosition,
    /// Whether indentation counts, too.
    pub(super) follows_layout: bool,
    /// Whether brackets are missing or superfluous.
    pub(super) is_unbalanced: bool,
    /// Whether the missing brackets at the end of the text are reported.
    pub(super) has_ended: bool,
    /// Whether no `}` follows, so that no further search is necessary.
    pub(super) no_brace_follows: bool,
}

/// An array or object that is open.
pub(super) struct OpenBracket {
    pub(super) is_object: bool,
    /// The start of its line, and the indentation of that line.
    pub(super) line: usize,
    pub(super) indent: usize,
    /// The indentation of its first member that begins a line.
    pub(super) member_indent: Option<usize>,
}

/// The position of the parser in its line.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LinePosition {
    /// The start of the line.
    pub(super) line: usize,
    /// The offset of the first token in the line.
    pub(super) first: usize,
    /// The end of the previous token.
    pub(super) content_end: usize,
    /// The offset after the blanks and comments that were skipped last.
    pub(super) skipped_to: usize,
}

impl LinePosition {
    pub(super) fn indent(&self) -> usize {
        self.first - self.line
    }
}

/// The role of a string in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StringRole {
    Key,
    Value,
}
