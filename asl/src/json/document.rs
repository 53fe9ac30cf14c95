//! Parsed texts with the position of every node.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::dialect::Dialect;
use super::pointer::{self, segments};
use super::position::{Lines, Position, characters};
use super::read::{Failure, ParsedText, ValueMark, ValueSyntax};
use super::reader::{self, JsonSyntax};
use super::recovery;
use super::value::Json;
use crate::SyntaxError;

/// A parsed JSON or YAML text: its value, and the line, column and offset of every node. Clones
/// share the text and the value.
///
/// ```
/// use stepwright_asl::json::Document;
///
/// let document = Document::parse("{\n  \"StartAt\": \"A\"\n}")?;
/// let position = document.position("/StartAt").expect("the member is there");
/// assert_eq!((position.line, position.column), (2, 14));
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Document {
    text: Arc<Text>,
    value: Arc<MarkedValue>,
    /// Whether the value is only a part of the text.
    is_part: bool,
}

#[derive(Debug)]
struct Text {
    source: String,
    lines: Lines,
}

/// A value with the positions of its nodes.
#[derive(Debug)]
struct MarkedValue {
    json: Json,
    root: ValueMark,
    duplicates: Vec<DuplicateKey>,
    /// Whether a value is a placeholder without quotes.
    has_unknown: bool,
}

/// A duplicate key of an object. The value contains the last occurrence, as with most parsers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateKey {
    /// Pointer to the member.
    pub pointer: String,
    /// The key.
    pub key: String,
    /// The position of its first occurrence.
    pub first: Position,
    /// The position of the repeated occurrence.
    pub again: Position,
}

impl Document {
    /// Parses a JSON text.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, nests deeper than [`MAX_DEPTH`](super::MAX_DEPTH), or is longer
    /// than 4 GiB.
    pub fn parse(text: &str) -> Result<Document, SyntaxError> {
        Document::read(text, reader::read)
    }

    /// Parses the text of a definition that a template engine completes before AWS reads it. In
    /// addition to JSON, a `${placeholder}` may be a value of any type, an item or a member. It
    /// becomes a string that [`is_unknown`](Document::is_unknown).
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    ///
    /// let text = r#"{"Type": "Wait", "Seconds": ${Seconds}, "Comment": "${Comment}", ${Transition}}"#;
    /// assert!(Document::parse(text).is_err());
    /// let document = Document::parse_with_placeholders(text)?;
    /// assert_eq!(document.json().get("Seconds").and_then(|json| json.as_str()), Some("${Seconds}"));
    /// assert!(document.is_unknown("/Seconds") && !document.is_unknown("/Comment"));
    /// assert_eq!(document.unknown_values(), ["/Seconds", "/${Transition}"]);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`Document::parse`].
    pub fn parse_with_placeholders(text: &str) -> Result<Document, SyntaxError> {
        Document::read(text, reader::read_with_placeholders)
    }

    /// Parses the text of a definition in a dialect of JSON. Placeholders may appear outside of
    /// strings, as for [`Document::parse_with_placeholders`].
    ///
    /// # Errors
    ///
    /// Like [`Document::parse`].
    pub fn parse_dialect(text: &str, dialect: Dialect) -> Result<Document, SyntaxError> {
        let syntax = JsonSyntax {
            placeholders: true,
            dialect,
        };
        Document::read(text, |text| reader::read_text(text, syntax))
    }

    /// Parses a text that is being written. After an error, the parser continues at the nearest
    /// member. Syntax of another dialect is also an error, and is read.
    ///
    /// A missing value is null. A string that is not closed ends with its line.
    ///
    /// ```
    /// use stepwright_asl::json::{Dialect, Document};
    ///
    /// let text = "{\n  \"StartAt\": ,\n  \"States\": {\"A\": {\"Type\": \"Pass\"";
    /// let (document, errors) = Document::parse_recovering(text, Dialect::Json);
    /// let value = r#"{"StartAt":null,"States":{"A":{"Type":"Pass"}}}"#;
    /// assert_eq!(document.json().to_string(), value);
    /// let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
    /// assert_eq!(messages, [
    ///     "expected a JSON value at line 2, column 14",
    ///     "the text ends here; expected `}` at line 3, column 34",
    /// ]);
    /// ```
    pub fn parse_recovering(text: &str, dialect: Dialect) -> (Document, Vec<SyntaxError>) {
        let syntax = JsonSyntax {
            placeholders: true,
            dialect,
        };
        let (parsed, failures) = recovery::read_recovering(text, syntax);
        let lines = Lines::of(text);
        let errors = failures.into_iter();
        let errors = errors
            .map(|error| syntax_error(text, &lines, error))
            .collect();
        (Document::of_parsed(text, lines, parsed), errors)
    }

    pub(crate) fn read(
        text: &str,
        read: impl FnOnce(&str) -> Result<ParsedText, Failure>,
    ) -> Result<Document, SyntaxError> {
        let lines = Lines::of(text);
        match read(text) {
            Ok(parsed) => Ok(Document::of_parsed(text, lines, parsed)),
            Err(error) => Err(syntax_error(text, &lines, error)),
        }
    }

    /// Parses a text by a parser that continues after errors.
    #[cfg(feature = "yaml")]
    pub(crate) fn read_recovering(
        text: &str,
        read: impl FnOnce(&str) -> Result<(ParsedText, Vec<Failure>), Failure>,
    ) -> Result<(Document, Vec<SyntaxError>), SyntaxError> {
        let lines = Lines::of(text);
        let (parsed, failures) = read(text).map_err(|error| syntax_error(text, &lines, error))?;
        let errors = failures.into_iter();
        let errors = errors
            .map(|error| syntax_error(text, &lines, error))
            .collect();
        Ok((Document::of_parsed(text, lines, parsed), errors))
    }

    fn of_parsed(text: &str, lines: Lines, read: ParsedText) -> Document {
        let duplicates = read
            .duplicates
            .into_iter()
            .map(|duplicate| DuplicateKey {
                first: lines.locate(text, duplicate.first),
                again: lines.locate(text, duplicate.again),
                pointer: duplicate.pointer,
                key: duplicate.key,
            })
            .collect();
        let source = text.to_owned();
        Document {
            text: Arc::new(Text { source, lines }),
            value: Arc::new(MarkedValue::new(read.json, read.mark, duplicates)),
            is_part: false,
        }
    }

    /// A text that is not parsed, for the positions in it. Its value is null.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    ///
    /// let position = Document::unparsed("StartAt: A\nStates: ${States}").position_at(19);
    /// assert_eq!((position.line, position.column), (2, 9));
    /// ```
    pub fn unparsed(text: &str) -> Document {
        Document::of_parsed(text, Lines::of(text), ParsedText::without_marks(Json::Null))
    }

    /// A value that this text contains at `pointer`, with the positions of its nodes.
    #[cfg(feature = "yaml")]
    pub(crate) fn part(&self, pointer: &str, json: Json, root: ValueMark) -> Document {
        let inside = |duplicate: &DuplicateKey| {
            let own = duplicate.pointer.strip_prefix(pointer)?;
            own.starts_with('/').then(|| DuplicateKey {
                pointer: own.to_owned(),
                ..duplicate.clone()
            })
        };
        let duplicates = self.duplicates().iter().filter_map(inside).collect();
        Document {
            text: self.text.clone(),
            value: Arc::new(MarkedValue::new(json, root, duplicates)),
            is_part: true,
        }
    }

    /// A value without a text. Its nodes have no positions.
    pub(crate) fn of_value(json: Json) -> Document {
        Document::of_parsed("", Lines::of(""), ParsedText::without_marks(json))
    }

    /// The number of characters of the definition: of its text, or without a text of the compact
    /// JSON that would be sent.
    pub(crate) fn characters(&self) -> usize {
        if !self.source().is_empty() && !self.is_part {
            return self.source().chars().count();
        }
        let mut count = CharacterCounter(0);
        // Counting cannot fail.
        let _ = fmt::write(&mut count, format_args!("{}", self.json()));
        count.0
    }

    /// The value.
    pub fn json(&self) -> &Json {
        &self.value.json
    }

    /// The value, without positions. It is copied if another document shares it.
    pub fn into_json(self) -> Json {
        Arc::try_unwrap(self.value).map_or_else(|shared| shared.json.clone(), |own| own.json)
    }

    /// The position of the value and of everything in it.
    pub(crate) fn root(&self) -> &ValueMark {
        &self.value.root
    }

    /// The parsed text.
    pub fn source(&self) -> &str {
        &self.text.source
    }

    /// Duplicate keys, in document order.
    pub fn duplicates(&self) -> &[DuplicateKey] {
        &self.value.duplicates
    }

    /// The start of the value at `pointer`; `None` if there is no such node.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.mark(pointer)
            .map(|mark| self.position_at(mark.start as usize))
    }

    /// The start of the member's key at `pointer`; the start of the value if it is not a member of
    /// an object.
    pub fn key_position(&self, pointer: &str) -> Option<Position> {
        self.mark(pointer)
            .map(|mark| self.position_at(mark.key as usize))
    }

    /// The byte range of the value at `pointer`.
    pub fn span(&self, pointer: &str) -> Option<Range<usize>> {
        self.mark(pointer)
            .map(|mark| mark.start as usize..mark.end as usize)
    }

    /// Line and column of a byte offset. An offset past the end is the end of the text.
    pub fn position_at(&self, offset: usize) -> Position {
        self.text.lines.locate(self.source(), offset)
    }

    /// The text of a line without its line break. Lines count from 1.
    pub fn line(&self, line: usize) -> Option<&str> {
        let Text { source, lines } = &*self.text;
        let start = *lines.starts.get(line.checked_sub(1)?)? as usize;
        let end = lines.starts.get(line);
        let end = end.map_or(source.len(), |&next| next as usize);
        Some(source.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    /// Whether the value at `pointer` is a placeholder without quotes, so that it has an unknown
    /// type.
    pub fn is_unknown(&self, pointer: &str) -> bool {
        self.value.has_unknown
            && self
                .mark(pointer)
                .is_some_and(|mark| mark.shape == ValueSyntax::Unknown)
    }

    /// Pointers to all values with an unknown type, in document order.
    pub fn unknown_values(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.value.has_unknown {
            unknown_values(
                self.json(),
                self.root(),
                &mut String::new(),
                &mut |pointer, _| {
                    found.push(pointer.to_owned());
                },
            );
        }
        found
    }

    /// The addresses of all values with an unknown type, as their identities.
    pub(crate) fn unknown_addresses(&self) -> HashSet<usize> {
        let mut found = HashSet::new();
        if self.value.has_unknown {
            unknown_values(
                self.json(),
                self.root(),
                &mut String::new(),
                &mut |_, json| {
                    found.insert(std::ptr::from_ref(json) as usize);
                },
            );
        }
        found
    }

    pub(crate) fn mark(&self, pointer: &str) -> Option<&ValueMark> {
        segments(pointer)?
            .try_fold((self.json(), self.root()), |(json, mark), segment| {
                let index = match json {
                    Json::Object(members) => members.get_index_of(segment.as_ref())?,
                    Json::Array(_) => pointer::index(&segment)?,
                    _ => return None,
                };
                let child = match json {
                    Json::Object(members) => members.get_index(index)?.1,
                    Json::Array(items) => items.get(index)?,
                    _ => return None,
                };
                Some((child, mark.children.get(index)?))
            })
            .map(|(_, mark)| mark)
    }
}

impl MarkedValue {
    fn new(json: Json, root: ValueMark, duplicates: Vec<DuplicateKey>) -> MarkedValue {
        MarkedValue {
            has_unknown: has_unknown(&root),
            json,
            root,
            duplicates,
        }
    }
}

impl std::str::FromStr for Document {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Document, SyntaxError> {
        Document::parse(text)
    }
}

fn syntax_error(text: &str, lines: &Lines, error: Failure) -> SyntaxError {
    SyntaxError::in_document(lines.locate(text, error.offset), error.message)
}

/// Whether a value or a part of it is a placeholder without quotes.
fn has_unknown(mark: &ValueMark) -> bool {
    mark.shape == ValueSyntax::Unknown || mark.children.iter().any(has_unknown)
}

/// Visits every value with an unknown type.
fn unknown_values(
    json: &Json,
    mark: &ValueMark,
    pointer: &mut String,
    visit: &mut impl FnMut(&str, &Json),
) {
    if mark.shape == ValueSyntax::Unknown {
        visit(pointer, json);
    }
    let length = pointer.len();
    match json {
        Json::Object(members) => {
            for ((key, value), mark) in members.iter().zip(&mark.children) {
                pointer.push('/');
                pointer.push_str(&pointer::escape(key));
                unknown_values(value, mark, pointer, visit);
                pointer.truncate(length);
            }
        }
        Json::Array(items) => {
            for (index, (item, mark)) in items.iter().zip(&mark.children).enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                unknown_values(item, mark, pointer, visit);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// A writer that counts characters.
struct CharacterCounter(usize);

impl fmt::Write for CharacterCounter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += characters(text.as_bytes());
        Ok(())
    }
}
