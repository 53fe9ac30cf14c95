//! Reads the rows of a CSV file, one at a time, with AWS's rules.

use std::collections::HashSet;
use std::sync::Arc;

use super::format::Header;
use super::row::RowRead;
use super::window::Window;
use crate::value::{Object, Str, Value};

/// The most bytes of a header.
const HEADER: usize = 10 * 1024;

/// The byte order mark, with which some programs begin a file. It is not a part of the first field.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The rows of a text delimited file, each an object of strings.
///
/// The rules are AWS's ("How Step Functions parses input CSV files"), which go beyond RFC 4180 and
/// beyond what CSV libraries read. A backslash escapes a quote, a backslash and the delimiter
/// everywhere, also outside quotes, and is dropped before any other byte. Two quotes are one quote,
/// also inside a field that began without a quote.
#[derive(Clone, Debug)]
pub(crate) struct CsvRows {
    pub(super) records: Records,
    header: Arc<[Str]>,
    fields: Vec<Vec<u8>>,
}

impl CsvRows {
    pub(super) fn open(window: Window, delimiter: u8, header: &Header) -> Result<Self, String> {
        let mut records = Records::new(window, delimiter);
        let mut fields = Vec::new();
        let header: Arc<[Str]> = match header {
            Header::Given(names) => names.clone(),
            Header::FirstRow => {
                if matches!(records.read(&mut fields), RowRead::More) {
                    return Err(too_long());
                }
                fields.iter().map(|field| text(field)).collect()
            }
        };
        if header.iter().map(|name| name.len()).sum::<usize>() > HEADER {
            return Err(too_long());
        }
        let mut seen = HashSet::new();
        if !header.iter().all(|name| seen.insert(name)) {
            return Err("CSV headers cannot contain duplicates.".to_owned());
        }
        Ok(Self {
            records,
            header,
            fields,
        })
    }

    /// Takes the next row. Missing fields are empty strings; fields beyond the header are omitted.
    pub(super) fn next(&mut self) -> RowRead<Value> {
        let read = self.records.read(&mut self.fields);
        read.map(|()| {
            let fields = self.fields.iter().map(|field| text(field));
            let fields = fields.chain(std::iter::repeat(Str::default()));
            let members = self.header.iter().cloned().zip(fields.map(Value::Str));
            let members = Object::from_distinct(members.collect());
            Value::Object(Arc::new(members))
        })
    }
}

fn too_long() -> String {
    format!("CSV headers cannot exceed {HEADER} bytes.")
}

fn text(bytes: &[u8]) -> Str {
    Str::new(String::from_utf8_lossy(bytes))
}

/// Splits the content into records and fields.
#[derive(Clone, Debug)]
pub(super) struct Records {
    pub(super) window: Window,
    delimiter: u8,
    /// Whether the window is at the start of the file.
    is_start: bool,
}

impl Records {
    fn new(window: Window, delimiter: u8) -> Self {
        Self {
            window,
            delimiter,
            is_start: true,
        }
    }

    /// Reads the next record. Empty lines at the end are not records.
    fn read(&mut self, fields: &mut Vec<Vec<u8>>) -> RowRead<()> {
        fields.clear();
        if self.is_start {
            let rest = self.window.rest();
            if rest.len() < MARK.len() && !self.window.is_last() {
                return RowRead::More;
            }
            if rest.starts_with(MARK) {
                self.window.take(MARK.len());
            }
            self.is_start = false;
        }
        let rest = self.window.rest();
        let is_last = self.window.is_last();
        if rest.iter().all(|byte| matches!(byte, b'\n' | b'\r')) {
            return if is_last { RowRead::End } else { RowRead::More };
        }
        let mut field = Vec::new();
        let mut is_quoted = false;
        let mut at = 0;
        loop {
            let next = rest.get(at + 1).copied();
            // The meaning of a byte may depend on the next one.
            if next.is_none() && !is_last {
                return RowRead::More;
            }
            let Some(&byte) = rest.get(at) else {
                break;
            };
            at += 1;
            match byte {
                b'\\' => {
                    if let Some(escaped) = next
                        && (matches!(escaped, b'\\' | b'"') || escaped == self.delimiter)
                    {
                        field.push(escaped);
                        at += 1;
                    }
                }
                b'"' if (is_quoted || !field.is_empty()) && next == Some(b'"') => {
                    field.push(b'"');
                    at += 1;
                }
                b'"' if is_quoted => is_quoted = false,
                b'"' if field.is_empty() => is_quoted = true,
                b'\n' | b'\r' if !is_quoted => {
                    if byte == b'\r' && next == Some(b'\n') {
                        at += 1;
                    }
                    break;
                }
                _ if byte == self.delimiter && !is_quoted => {
                    fields.push(std::mem::take(&mut field));
                }
                _ => field.push(byte),
            }
        }
        fields.push(field);
        self.window.take(at);
        RowRead::Row(())
    }
}
