//! A cursor in a text that is parsed from start to end.

use crate::SyntaxError;

/// The remaining text, and its offset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    offset: usize,
}

impl<'t> Cursor<'t> {
    /// A cursor at the start of a text.
    pub(crate) fn new(text: &'t str) -> Cursor<'t> {
        Cursor { text, offset: 0 }
    }

    /// The number of bytes read.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// The remaining text.
    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    /// The text between an offset and the cursor.
    pub(crate) fn since(&self, start: usize) -> &'t str {
        &self.text[start..self.offset]
    }

    /// Returns the next character without reading it.
    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads the next character.
    pub(crate) fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.offset += char.len_utf8();
        Some(char)
    }

    /// Skips bytes.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.offset += bytes;
    }

    /// Reads a text if it comes next.
    pub(crate) fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.offset += text.len();
        }
        found
    }

    /// Reads characters as long as they pass the test.
    pub(crate) fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|char| !test(char)).unwrap_or(rest.len());
        self.offset += end;
        &rest[..end]
    }

    /// Skips whitespace.
    pub(crate) fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Reads a text, or returns an error if it does not come next.
    pub(crate) fn expect(&mut self, text: &str, message: &str) -> Result<(), SyntaxError> {
        if self.take(text) {
            Ok(())
        } else {
            Err(self.failure(message))
        }
    }

    /// Returns a syntax error at the cursor.
    pub(crate) fn failure(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.offset, message)
    }
}
