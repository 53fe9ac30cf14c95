//! Reads the values of a JSON Lines file, one at a time.

use std::ops::Range;

use super::row::RowRead;
use super::window::Window;
use crate::value::Value;

/// The values of a JSON Lines file.
#[derive(Clone, Debug)]
pub(crate) struct JsonLines {
    pub(super) window: Window,
    line: usize,
}

impl JsonLines {
    pub(super) fn new(window: Window) -> Self {
        Self { window, line: 0 }
    }

    /// Returns the value of the next line that is not empty.
    pub(super) fn next(&mut self) -> RowRead<Result<Value, String>> {
        let (line, end) = match self.next_line() {
            RowRead::Row(range) => range,
            RowRead::More => return RowRead::More,
            RowRead::End => return RowRead::End,
        };
        let text = String::from_utf8_lossy(&self.window.rest()[line]);
        let value = Value::from_text(text.trim_start_matches('\u{feff}'));
        self.window.take(end);
        RowRead::Row(
            value.map_err(|error| {
                format!("Line {} of the file is not valid JSON: {error}", self.line)
            }),
        )
    }

    /// Skips the next value.
    pub(super) fn skip(&mut self) -> RowRead<()> {
        let next = self.next_line();
        next.map(|(_, end)| self.window.take(end))
    }

    /// Returns the range of the next line that is not empty, and the position after it.
    fn next_line(&mut self) -> RowRead<(Range<usize>, usize)> {
        loop {
            let rest = self.window.rest();
            let end = rest.iter().position(|byte| *byte == b'\n');
            if end.is_none() && !self.window.is_last() {
                return RowRead::More;
            }
            if rest.is_empty() {
                return RowRead::End;
            }
            let line = 0..end.unwrap_or(rest.len());
            let is_blank = rest[line.clone()].iter().all(u8::is_ascii_whitespace);
            let end = end.map_or(rest.len(), |end| end + 1);
            self.line += 1;
            if !is_blank {
                return RowRead::Row((line, end));
            }
            self.window.take(end);
        }
    }
}
