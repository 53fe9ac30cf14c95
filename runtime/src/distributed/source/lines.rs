use bytes::Bytes;

use crate::record::record;
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
        loop {
            let rest = self.body.get(self.at..).filter(|rest| !rest.is_empty())?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let line = &rest[..end.unwrap_or(rest.len())];
            self.line += 1;
            self.at += end.map_or(rest.len(), |end| end + 1);
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let text = String::from_utf8_lossy(line);
            let value = Value::from_text(text.trim_start_matches('\u{feff}'));
            return Some(value.map_err(|error| {
                format!("Line {} of the file is not valid JSON: {error}", self.line)
            }));
        }
    }
}

record!(struct JsonLines { body, at, line });
