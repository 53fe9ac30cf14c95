//! The JSON parser with positions: recursive descent with a limited depth.

use indexmap::map::Entry;

use super::dialect::Dialect;
use super::number::Number;
use super::pointer::escape;
use super::read::{
    Failure, MAX_POINTERS, ParsedText, RawDuplicate, ValueMark, ValueSyntax, check_length,
};
use super::recovery_state::{LinePosition, Recovery, Step, StringRole};
use super::token::{self, Literal, TokenProblem};
use super::value::{Json, MAX_DEPTH, Object, too_deep};
use crate::substitution::word_length;

/// Parses a whole text.
pub(crate) fn read(text: &str) -> Result<ParsedText, Failure> {
    read_text(text, JsonSyntax::default())
}

/// Parses a text that a template engine completes. A `${placeholder}` outside of a string is a
/// value, an item, a member, or several of them with their commas. It becomes a string with the
/// syntax [`ValueSyntax::Unknown`].
pub(crate) fn read_with_placeholders(text: &str) -> Result<ParsedText, Failure> {
    let syntax = JsonSyntax {
        placeholders: true,
        ..JsonSyntax::default()
    };
    read_text(text, syntax)
}

/// The syntax that the parser accepts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct JsonSyntax {
    /// Whether placeholders may appear outside of strings.
    pub(super) placeholders: bool,
    pub(super) dialect: Dialect,
}

pub(super) fn read_text(text: &str, syntax: JsonSyntax) -> Result<ParsedText, Failure> {
    check_length(text)?;
    let mut reader = JsonParser::new(text, syntax, None);
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

pub(super) struct JsonParser<'t> {
    /// Whether placeholders may appear outside of strings.
    placeholders: bool,
    pub(super) dialect: Dialect,
    /// Whether the text may contain syntax that JSON does not have.
    pub(super) is_lenient: bool,
    /// The state of a parser that continues after an error.
    pub(super) recovery: Option<Recovery>,
    pub(super) text: &'t str,
    bytes: &'t [u8],
    pub(super) offset: usize,
    depth: usize,
    /// The path of the current node, for the pointers of duplicates.
    path: Vec<Segment>,
    pub(super) duplicates: Vec<RawDuplicate>,
    /// Remaining bytes for pointers to duplicates. Without a limit, thousands of duplicates below a
    /// key of megabytes would fill the memory.
    pointer_bytes: usize,
}

enum Segment {
    Key(String),
    Index(usize),
}

/// The start of a member.
struct MemberStart {
    key_start: usize,
    /// Whether a value follows the key.
    has_value: bool,
    value: LinePosition,
}

impl<'t> JsonParser<'t> {
    pub(super) fn new(
        text: &'t str,
        syntax: JsonSyntax,
        recovery: Option<Recovery>,
    ) -> JsonParser<'t> {
        JsonParser {
            placeholders: syntax.placeholders,
            dialect: syntax.dialect,
            is_lenient: recovery.is_some() || syntax.dialect != Dialect::Json,
            recovery,
            text,
            bytes: text.as_bytes(),
            offset: if text.starts_with('\u{feff}') { 3 } else { 0 },
            depth: 0,
            path: Vec::new(),
            duplicates: Vec::new(),
            pointer_bytes: MAX_POINTERS,
        }
    }

    pub(super) fn value(&mut self) -> Result<(Json, ValueMark), Failure> {
        if self.is_lenient && self.misses_value()? {
            return Ok(self.missing_value());
        }
        let start = self.offset;
        let mut children = Vec::new();
        if let Some(text) = self.placeholder()? {
            return Ok((Json::from(text), self.unknown_mark(start)));
        }
        let json = match self.peek() {
            Some(b'{' | b'[') => self.nested(&mut children)?,
            _ => self.scalar()?,
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

    fn scalar(&mut self) -> Result<Json, Failure> {
        Ok(match self.peek() {
            Some(b'"') => Json::String(self.string(b'"', StringRole::Value)?),
            Some(_) if self.is_lenient => self.lenient_scalar()?,
            Some(b'-' | b'0'..=b'9') => Json::Number(self.number()?),
            Some(b'$') if self.text[self.offset..].starts_with("${") => {
                let message = "expected a JSON value; a template must replace this placeholder before the text is read";
                return Err(self.failure(message));
            }
            Some(_) => match token::literal(self.rest().as_bytes()) {
                Some((literal, length)) => {
                    self.offset += length;
                    json_of(literal)
                }
                None => return Err(self.failure("expected a JSON value")),
            },
            None => return Err(self.failure("the text ends where a JSON value was expected")),
        })
    }

    /// Reads a value without quotes that contains a placeholder, such as `${Limit}` or `1${Zeros}`;
    /// `None` for all other values.
    fn placeholder(&mut self) -> Result<Option<String>, Failure> {
        if !self.placeholders {
            return Ok(None);
        }
        let start = self.offset;
        let rest = match self.recovery {
            Some(_) => self.placeholder_window(),
            None => &self.text[start..],
        };
        let Some(length) = word_length(rest) else {
            // Only the text of a placeholder is searched for its end, because this is called for
            // each value.
            return if rest.starts_with("${") && !rest.contains('}') {
                self.unclosed_placeholder().map(Some)
            } else {
                Ok(None)
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

    /// Reads an array or object.
    fn nested(&mut self, marks: &mut Vec<ValueMark>) -> Result<Json, Failure> {
        if self.depth == MAX_DEPTH {
            self.report(too_deep())?;
            self.skip_rest();
            return Ok(Json::Null);
        }
        self.depth += 1;
        self.enter_brackets();
        let is_object = self.take(b'{') || !self.take(b'[');
        let json = if is_object {
            self.members(marks)
        } else {
            self.items(marks)
        };
        self.leave_brackets();
        self.depth -= 1;
        json
    }

    /// Reads the members of an object and the brace after them.
    ///
    /// Only this function, [`items`](Self::items) and [`value`](Self::value) recurse. Other
    /// functions do the rest, so that few values are on the stack for each level.
    pub(super) fn members(&mut self, marks: &mut Vec<ValueMark>) -> Result<Json, Failure> {
        let mut members = Object::new();
        self.skip_blanks();
        if self.closes(b'}')? {
            return Ok(Json::Object(members));
        }
        while let Some(start) = self.begin_member(&mut members, marks)? {
            let (value, mark) = if start.has_value {
                self.value()?
            } else {
                self.missing_value()
            };
            if !self.end_member(&mut members, marks, start, value, mark)? {
                break;
            }
        }
        Ok(Json::Object(members))
    }

    /// Reads the next key until its value, and adds it to the path; `None` after the last member.
    fn begin_member(
        &mut self,
        members: &mut Object,
        marks: &mut Vec<ValueMark>,
    ) -> Result<Option<MemberStart>, Failure> {
        loop {
            self.skip_blanks();
            if self.is_lenient && self.ends_by_layout()? {
                return Ok(None);
            }
            let key_start = self.offset;
            let (key, unknown) = match self.key()? {
                Step::Found(found) => found,
                Step::Again => continue,
                Step::End => return Ok(None),
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
                if self.closes(b'}')? {
                    return Ok(None);
                }
                continue;
            }
            let has_value = self.take(b':') || self.value_follows(key_start)?;
            self.path.push(Segment::Key(key));
            self.skip_blanks();
            return Ok(Some(MemberStart {
                key_start,
                has_value,
                value: self.line_position(),
            }));
        }
    }

    /// Adds a member, and reads the comma after it. Returns whether another member follows.
    fn end_member(
        &mut self,
        members: &mut Object,
        marks: &mut Vec<ValueMark>,
        start: MemberStart,
        mut value: Json,
        mut mark: ValueMark,
    ) -> Result<bool, Failure> {
        if self.is_lenient && self.is_next_key(&value, &mark, start.value)? {
            (value, mark) = self.missing_value();
        }
        mark.key = start.key_start as u32;
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
                if self.pointer_bytes > 0 {
                    let pointer = format!("{}/{}", pointer(&self.path), escape(entry.key()));
                    self.pointer_bytes = self.pointer_bytes.saturating_sub(pointer.len());
                    self.duplicates.push(RawDuplicate {
                        pointer,
                        key: entry.key().clone(),
                        first: first.key as usize,
                        again: start.key_start,
                    });
                }
                entry.insert(value);
                *first = mark;
            }
        }
        self.another_follows(b'}', marks.last())
    }

    /// Reads a key, and its position if it is a placeholder without quotes.
    fn key(&mut self) -> Result<Step<(String, Option<ValueMark>)>, Failure> {
        let start = self.offset;
        if let Some(text) = self.placeholder()? {
            return Ok(Step::Found((text, Some(self.unknown_mark(start)))));
        }
        if self.peek() == Some(b'"') {
            let key = self.string(b'"', StringRole::Key)?;
            return Ok(Step::Found((key, None)));
        }
        Ok(match self.lenient_key()? {
            Step::Found(key) => Step::Found((key, None)),
            Step::Again => Step::Again,
            Step::End => Step::End,
        })
    }

    /// Reads the comma or the bracket after a member or an item. Returns whether another one
    /// follows.
    fn another_follows(&mut self, close: u8, last: Option<&ValueMark>) -> Result<bool, Failure> {
        loop {
            self.skip_blanks();
            if self.take(b',') {
                return Ok(true);
            }
            if self.closes(close)? {
                return Ok(false);
            }
            if self.continues(last) {
                return Ok(true);
            }
            match self.skip_to_separator(close)? {
                Step::Found(()) => return Ok(true),
                Step::End => return Ok(false),
                Step::Again => {}
            }
        }
    }

    /// Reads the items of an array and the bracket after them.
    fn items(&mut self, marks: &mut Vec<ValueMark>) -> Result<Json, Failure> {
        let mut items = Vec::new();
        self.skip_blanks();
        if self.closes(b']')? {
            return Ok(Json::Array(items));
        }
        while self.begin_item(items.len())? {
            let start = self.line_position();
            let (value, mark) = self.value()?;
            self.path.pop();
            if self.is_lenient && self.is_outer_key(&value, &mark, start)? {
                break;
            }
            items.push(value);
            marks.push(mark);
            if !self.another_follows(b']', marks.last())? {
                break;
            }
        }
        Ok(Json::Array(items))
    }

    /// Adds the index of the next item to the path. Returns whether there is one.
    fn begin_item(&mut self, index: usize) -> Result<bool, Failure> {
        self.skip_blanks();
        if self.is_lenient && !self.item_follows()? {
            return Ok(false);
        }
        self.path.push(Segment::Index(index));
        Ok(true)
    }

    pub(super) fn string(&mut self, quote: u8, role: StringRole) -> Result<String, Failure> {
        let opening = self.offset;
        self.offset += 1;
        let mut text = String::new();
        loop {
            let run = self.offset;
            self.offset += token::plain(&self.bytes[run..], quote);
            text.push_str(&self.text[run..self.offset]);
            match self.peek() {
                Some(byte) if byte == quote => {
                    self.offset += 1;
                    if self.recovery.is_some()
                        && let Some(shorter) = self.ends_earlier(opening, role)?
                    {
                        return Ok(shorter);
                    }
                    return Ok(text);
                }
                Some(b'\\') if self.is_lenient => self.lenient_escape(&mut text)?,
                Some(b'\\') => text.push(self.escape_sequence()?),
                Some(b'\n' | b'\r') | None if self.recovery.is_some() => {
                    return self.unclosed_string(opening, role);
                }
                Some(byte) => {
                    self.report(TokenProblem::ControlCharacter.message())?;
                    text.push(char::from(byte));
                    self.offset += 1;
                }
                None => {
                    self.offset = opening;
                    return Err(self.failure(TokenProblem::OpenString.message()));
                }
            }
        }
    }

    /// Reads an escape. After an error, the offset is that of its backslash.
    pub(super) fn escape_sequence(&mut self) -> Result<char, Failure> {
        let escape = token::escape(&self.bytes[self.offset..]);
        let (char, length) = escape.map_err(|problem| self.failure(problem.message()))?;
        self.offset += length;
        Ok(char)
    }

    pub(super) fn number(&mut self) -> Result<Number, Failure> {
        let start = self.offset;
        match token::number(&self.bytes[start..]) {
            Ok(number) => {
                self.offset += number.length;
                Ok(Number::from_checked_text(&self.text[start..self.offset]))
            }
            Err(error) => {
                self.offset += error.offset;
                Err(self.failure(error.problem.message()))
            }
        }
    }

    pub(super) fn skip_blanks(&mut self) {
        if self.is_lenient {
            return self.skip_trivia();
        }
        self.offset += token::blanks(&self.bytes[self.offset..]);
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    pub(super) fn failure(&self, message: impl Into<String>) -> Failure {
        Failure {
            offset: self.offset,
            message: message.into(),
        }
    }
}

pub(super) fn json_of(literal: Literal) -> Json {
    match literal {
        Literal::Null => Json::Null,
        Literal::True => Json::Bool(true),
        Literal::False => Json::Bool(false),
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
