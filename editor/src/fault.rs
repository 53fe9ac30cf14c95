//! Faults of the syntax of a text.

use std::ops::Range;

use stepwright_asl::SyntaxError;

/// A fault of the syntax of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The range in the text.
    pub range: Range<usize>,
    /// The message.
    pub message: String,
}

impl Fault {
    /// A fault of a whole text.
    pub(crate) fn of(error: &SyntaxError, text: &str) -> Fault {
        Fault::at(error.offset, &error.message, text)
    }

    /// A fault of the character at an offset; of the line break or the end of the text if there is
    /// none.
    pub(crate) fn at(offset: usize, message: &str, text: &str) -> Fault {
        let mut start = offset.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let length = text[start..].chars().next().map_or(0, char::len_utf8);
        Fault {
            range: start..start + length,
            message: message.to_owned(),
        }
    }
}
