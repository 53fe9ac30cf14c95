use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;

use super::format::Header;
use crate::value::{Object, Str, Value};

/// The most bytes of a header.
const HEADER: usize = 10 * 1024;

/// The rows of a text delimited file, each an object of strings.
///
/// The rules are AWS's ("How Step Functions parses input CSV files"), which go beyond RFC 4180 and beyond what CSV
/// libraries read: a backslash escapes a quote, a backslash and the delimiter everywhere, also outside quotes, and
/// is dropped before anything else; two quotes are one inside a field that began without a quote, too.
#[derive(Clone, Debug)]
pub(crate) struct CsvRows {
    records: Records,
    header: Arc<[Str]>,
    fields: Vec<Vec<u8>>,
}

impl CsvRows {
    pub(super) fn open(body: Bytes, delimiter: u8, header: &Header) -> Result<Self, String> {
        let mut records = Records::new(body, delimiter);
        let mut fields = Vec::new();
        let header: Arc<[Str]> = match header {
            Header::Given(names) => names.clone(),
            Header::FirstRow => {
                records.read(&mut fields);
                fields.iter().map(|field| text(field)).collect()
            }
        };
        if header.iter().map(|name| name.len()).sum::<usize>() > HEADER {
            return Err(format!("CSV headers cannot exceed {HEADER} bytes."));
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

    /// Missing fields of a row are empty strings; fields beyond the header are left out.
    pub(super) fn next(&mut self) -> Option<Value> {
        if !self.records.read(&mut self.fields) {
            return None;
        }
        let fields = self.fields.iter().map(|field| text(field));
        let fields = fields.chain(std::iter::repeat(Str::default()));
        let members = self.header.iter().cloned().zip(fields.map(Value::Str));
        let members = Object::from_distinct(members.collect());
        Some(Value::Object(Arc::new(members)))
    }
}

fn text(bytes: &[u8]) -> Str {
    Str::new(String::from_utf8_lossy(bytes))
}

/// Splits the content into records and fields.
#[derive(Clone, Debug)]
struct Records {
    body: Bytes,
    at: usize,
    delimiter: u8,
}

impl Records {
    fn new(body: Bytes, delimiter: u8) -> Self {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let at = if body.starts_with(MARK) {
            MARK.len()
        } else {
            0
        };
        Self {
            body,
            at,
            delimiter,
        }
    }

    /// Reads the next record; `false` after the last. Empty lines at the end are not records.
    fn read(&mut self, fields: &mut Vec<Vec<u8>>) -> bool {
        fields.clear();
        let rest = self.body.get(self.at..).unwrap_or_default();
        if rest.iter().all(|byte| matches!(byte, b'\n' | b'\r')) {
            return false;
        }
        let mut field = Vec::new();
        let mut is_quoted = false;
        while let Some(&byte) = self.body.get(self.at) {
            let next = self.body.get(self.at + 1).copied();
            self.at += 1;
            match byte {
                b'\\' => {
                    if let Some(escaped) = next
                        && (matches!(escaped, b'\\' | b'"') || escaped == self.delimiter)
                    {
                        field.push(escaped);
                        self.at += 1;
                    }
                }
                b'"' if (is_quoted || !field.is_empty()) && next == Some(b'"') => {
                    field.push(b'"');
                    self.at += 1;
                }
                b'"' if is_quoted => is_quoted = false,
                b'"' if field.is_empty() => is_quoted = true,
                b'\n' | b'\r' if !is_quoted => {
                    if byte == b'\r' && next == Some(b'\n') {
                        self.at += 1;
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
        true
    }
}
