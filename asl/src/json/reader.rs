//! The JSON parser with positions: recursive descent with a limited depth.

use indexmap::map::Entry;

use super::number::Number;
use super::pointer::escape;
use super::read::{
    Failure, MAX_POINTERS, ParsedText, RawDuplicate, ValueMark, ValueSyntax, check_length,
};
use super::value::{Json, MAX_DEPTH, Object};
use crate::substitution::word_length;

/// Parses a whole text.
pub(crate) fn read(text: &str) -> Result<ParsedText, Failure> {
    read_text(text, false)
}

/// Parses a text that a template engine completes. A `${placeholder}` outside of a string is a
/// value, an item, a member, or several of them with their commas. It becomes a string with the
/// syntax [`ValueSyntax::Unknown`].
pub(crate) fn read_with_placeholders(text: &str) -> Result<ParsedText, Failure> {
    read_text(text, true)
}

fn read_text(text: &str, placeholders: bool) -> Result<ParsedText, Failure> {
    check_length(text)?;
    let mut reader = JsonParser {
        placeholders,
        text,
        bytes: text.as_bytes(),
        offset: if text.starts_with('\u{feff}') { 3 } else { 0 },
        depth: 0,
        path: Vec::new(),
        duplicates: Vec::new(),
        room: MAX_POINTERS,
    };
    reader.skip_blanks();
    if reader.peek().is_none() {
        return Err(reader.failure("the text is empty; expected a JSON value"));
    }
    let (json, mark) = reader.value()?;
    reader.skip_blanks();
    if reader.peek().is_some() {
        return Err(reader.failure("expected the end of the text after the JSON value"));
    }
    Ok(ParsedText {
        json,
        mark,
        duplicates: reader.duplicates,
    })
}

struct JsonParser<'t> {
    /// Whether placeholders may appear outside of strings.
    placeholders: bool,
    text: &'t str,
    bytes: &'t [u8],
    offset: usize,
    depth: usize,
    /// The path of the current node, for the pointers of duplicates.
    path: Vec<Segment>,
    duplicates: Vec<RawDuplicate>,
    /// Remaining bytes for pointers to duplicates. Without a limit, thousands of duplicates below a
    /// key of megabytes would fill the memory.
    room: usize,
}

enum Segment {
    Key(String),
    Index(usize),
}

impl JsonParser<'_> {
    fn value(&mut self) -> Result<(Json, ValueMark), Failure> {
        let start = self.offset;
        let mut children = Vec::new();
        if let Some(text) = self.placeholder()? {
            return Ok((Json::from(text), self.unknown_mark(start)));
        }
        let json = match self.peek() {
            Some(b'{') => self.nested(|reader| reader.object(&mut children))?,
            Some(b'[') => self.nested(|reader| reader.array(&mut children))?,
            Some(b'"') => Json::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Json::Number(self.number()?),
            Some(b't') => self.word("true", Json::Bool(true))?,
            Some(b'f') => self.word("false", Json::Bool(false))?,
            Some(b'n') => self.word("null", Json::Null)?,
            Some(b'$') if self.text[start..].starts_with("${") => {
                let message = "expected a JSON value; a template must replace this placeholder before the text is read";
                return Err(self.failure(message));
            }
            Some(_) => return Err(self.failure("expected a JSON value")),
            None => return Err(self.failure("the text ends where a JSON value was expected")),
        };
        let mark = ValueMark {
            key: start as u32,
            start: start as u32,
            end: self.offset as u32,
            shape: match json {
                Json::Object(_) | Json::Array(_) => ValueSyntax::Flow,
                _ => ValueSyntax::Scalar,
            },
            children,
        };
        Ok((json, mark))
    }

    /// Reads a value without quotes that contains a placeholder, such as `${Limit}` or `1${Zeros}`;
    /// `None` for all other values.
    fn placeholder(&mut self) -> Result<Option<String>, Failure> {
        if !self.placeholders {
            return Ok(None);
        }
        let start = self.offset;
        let rest = &self.text[start..];
        let Some(length) = word_length(rest) else {
            // Only the text of a placeholder is searched for its end, because this is called for
            // each value.
            return match rest.starts_with("${") && !rest.contains('}') {
                true => Err(self.failure("the placeholder is not closed; add `}`")),
                false => Ok(None),
            };
        };
        self.offset += length;
        Ok(Some(rest[..length].to_owned()))
    }

    /// The position of a placeholder that was just read.
    fn unknown_mark(&self, start: usize) -> ValueMark {
        ValueMark {
            key: start as u32,
            start: start as u32,
            end: self.offset as u32,
            shape: ValueSyntax::Unknown,
            children: Vec::new(),
        }
    }

    /// Whether the next member or item follows without a comma, which is part of a placeholder's
    /// value.
    fn continues(&self, last: Option<&ValueMark>) -> bool {
        let is_unknown = |mark: &ValueMark| mark.shape == ValueSyntax::Unknown;
        self.placeholders
            && (last.is_some_and(is_unknown) || self.text[self.offset..].starts_with("${"))
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Json, Failure>,
    ) -> Result<Json, Failure> {
        if self.depth == MAX_DEPTH {
            return Err(self.failure(format!(
                "arrays and objects nest deeper than {MAX_DEPTH} levels"
            )));
        }
        self.depth += 1;
        let json = read(self);
        self.depth -= 1;
        json
    }

    fn object(&mut self, marks: &mut Vec<ValueMark>) -> Result<Json, Failure> {
        self.offset += 1;
        let mut members = Object::new();
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_blanks();
            let key_start = self.offset;
            let placeholder = self.placeholder()?;
            let unknown = placeholder.is_some().then(|| self.unknown_mark(key_start));
            if placeholder.is_none() && self.peek() != Some(b'"') {
                return Err(self.failure("expected a key in double quotes"));
            }
            let key = match placeholder {
                Some(text) => text,
                None => self.string()?,
            };
            self.skip_blanks();
            if let Some(mark) = unknown.filter(|_| self.peek() != Some(b':')) {
                // The placeholder stands for whole members. If it appears again, it stands for
                // others.
                if let Entry::Vacant(entry) = members.entry(key) {
                    let text = entry.key().clone();
                    entry.insert(Json::String(text));
                    marks.push(mark);
                }
                // A comma before the closing brace belongs to the value, too.
                self.take(b',');
                self.skip_blanks();
                if self.take(b'}') {
                    return Ok(Json::Object(members));
                }
                continue;
            }
            if !self.take(b':') {
                return Err(self.failure("expected `:` after the key"));
            }
            self.skip_blanks();
            self.path.push(Segment::Key(key));
            let (value, mut mark) = self.value()?;
            mark.key = key_start as u32;
            let Some(Segment::Key(key)) = self.path.pop() else {
                return Err(self.failure("internal error: the parser lost its position"));
            };
            match members.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                    marks.push(mark);
                }
                Entry::Occupied(mut entry) => {
                    let first = &mut marks[entry.index()];
                    if self.room > 0 {
                        let pointer = format!("{}/{}", pointer(&self.path), escape(entry.key()));
                        self.room = self.room.saturating_sub(pointer.len());
                        self.duplicates.push(RawDuplicate {
                            pointer,
                            key: entry.key().clone(),
                            first: first.key as usize,
                            again: key_start,
                        });
                    }
                    entry.insert(value);
                    *first = mark;
                }
            }
            self.skip_blanks();
            if self.take(b',') {
                continue;
            }
            if self.take(b'}') {
                return Ok(Json::Object(members));
            }
            if self.continues(marks.last()) {
                continue;
            }
            return Err(self.failure("expected `,` or `}` after the member"));
        }
    }

    fn array(&mut self, marks: &mut Vec<ValueMark>) -> Result<Json, Failure> {
        self.offset += 1;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            self.skip_blanks();
            self.path.push(Segment::Index(items.len()));
            let (value, mark) = self.value()?;
            self.path.pop();
            items.push(value);
            marks.push(mark);
            self.skip_blanks();
            if self.take(b',') {
                continue;
            }
            if self.take(b']') {
                return Ok(Json::Array(items));
            }
            if self.continues(marks.last()) {
                continue;
            }
            return Err(self.failure("expected `,` or `]` after the item"));
        }
    }

    fn string(&mut self) -> Result<String, Failure> {
        let opening = self.offset;
        self.offset += 1;
        let mut text = String::new();
        loop {
            let run = self.offset;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.offset += 1;
            }
            text.push_str(&self.text[run..self.offset]);
            match self.peek() {
                Some(b'"') => {
                    self.offset += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape_sequence()?),
                Some(_) => {
                    return Err(self.failure(
                        "control character in a string; write it as an escape such as `\\n`",
                    ));
                }
                None => {
                    self.offset = opening;
                    return Err(self.failure("the string is not closed"));
                }
            }
        }
    }

    fn escape_sequence(&mut self) -> Result<char, Failure> {
        let start = self.offset;
        self.offset += 1;
        let escape = self.peek();
        self.offset += 1;
        Ok(match escape {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.code_unit(start)?;
                let mut units = vec![high];
                if (0xd800..0xdc00).contains(&high) && self.bytes[self.offset..].starts_with(b"\\u")
                {
                    self.offset += 2;
                    units.push(self.code_unit(start)?);
                }
                match char::decode_utf16(units.iter().copied()).next() {
                    Some(Ok(char)) => char,
                    _ => {
                        self.offset = start;
                        return Err(self.failure("unpaired surrogate in an escape"));
                    }
                }
            }
            _ => {
                self.offset = start;
                return Err(self.failure("JSON does not have this escape"));
            }
        })
    }

    fn code_unit(&mut self, start: usize) -> Result<u16, Failure> {
        let digits = self.text.get(self.offset..self.offset + 4);
        let unit = digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let Some(unit) = unit else {
            self.offset = start;
            return Err(self.failure("`\\u` needs four hexadecimal digits"));
        };
        self.offset += 4;
        Ok(unit)
    }

    fn number(&mut self) -> Result<Number, Failure> {
        let start = self.offset;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.failure("expected a digit"));
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            self.offset = start;
            return Err(self.failure("a number must not have a leading zero"));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.failure("expected a digit after the decimal point"));
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            if self.digits() == 0 {
                return Err(self.failure("expected a digit in the exponent"));
            }
        }
        Ok(Number::from_checked_text(&self.text[start..self.offset]))
    }

    fn digits(&mut self) -> usize {
        let start = self.offset;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.offset += 1;
        }
        self.offset - start
    }

    fn word(&mut self, word: &str, json: Json) -> Result<Json, Failure> {
        if self.text[self.offset..].starts_with(word) {
            self.offset += word.len();
            Ok(json)
        } else {
            Err(self.failure("expected a JSON value"))
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.offset += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    fn failure(&self, message: impl Into<String>) -> Failure {
        Failure {
            offset: self.offset,
            message: message.into(),
        }
    }
}

fn pointer(path: &[Segment]) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Key(key) => pointer.push_str(&escape(key)),
            Segment::Index(index) => pointer.push_str(&index.to_string()),
        }
    }
    pointer
}
