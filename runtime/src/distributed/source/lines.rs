use std::ops::Range;

use bytes::Bytes;

use crate::value::Value;

/// The values of a JSON Lines file.
#[derive(Clone, Debug)]
pub(crate) struct JsonLines {
    body: Bytes,
    at: usize,
    line: usize,
}

impl JsonLines {
    pub(super) fn new(body: Bytes) -> Self {
        Self {
            body,
            at: 0,
            line: 0,
        }
    }

    /// The value of the next line that has one.
    pub(super) fn next(&mut self) -> Option<Result<Value, String>> {
        let line = self.next_line()?;
        let text = String::from_utf8_lossy(&self.body[line]);
        let value = Value::from_text(text.trim_start_matches('\u{feff}'));
        Some(
            value.map_err(|error| {
                format!("Line {} of the file is not valid JSON: {error}", self.line)
            }),
        )
    }

    /// Leaves out the next values.
    pub(super) fn skip(&mut self, values: usize) {
        for _ in 0..values {
            if self.next_line().is_none() {
                return;
            }
        }
    }

    /// Where the next line is that has a value.
    fn next_line(&mut self) -> Option<Range<usize>> {
        loop {
            let rest = self.body.get(self.at..).filter(|rest| !rest.is_empty())?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let line = &rest[..end.unwrap_or(rest.len())];
            let place = self.at..self.at + line.len();
            let is_blank = line.iter().all(u8::is_ascii_whitespace);
            self.line += 1;
            self.at += end.map_or(rest.len(), |end| end + 1);
            if !is_blank {
                return Some(place);
            }
        }
    }
}
