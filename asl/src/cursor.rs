//! A place in a text that is read from its beginning to its end.

use crate::SyntaxError;

/// What is left of a text, and where it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    offset: usize,
}

impl<'t> Cursor<'t> {
    /// The beginning of a text.
    pub(crate) fn new(text: &'t str) -> Cursor<'t> {
        Cursor { text, offset: 0 }
    }

    /// How many bytes were read.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    /// What was read since an offset.
    pub(crate) fn since(&self, start: usize) -> &'t str {
        &self.text[start..self.offset]
    }

    /// The next character, which stays.
    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads the next character.
    pub(crate) fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.offset += char.len_utf8();
        Some(char)
    }

    /// Goes on by bytes that were looked at.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.offset += bytes;
    }

    /// Reads a text, when it comes next.
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

    /// Reads white space.
    pub(crate) fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Reads a text, or says that something else comes next.
    pub(crate) fn expect(&mut self, text: &str, message: &str) -> Result<(), SyntaxError> {
        if self.take(text) {
            Ok(())
        } else {
            Err(self.failure(message))
        }
    }

    /// The error that the text is wrong here.
    pub(crate) fn failure(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.offset, message)
    }
}
