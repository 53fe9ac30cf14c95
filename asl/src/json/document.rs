//! A text together with the place of every node in it.

use std::fmt;
use std::ops::Range;

use super::pointer::{self, segments};
use super::position::{Lines, Position, characters};
use super::read::{Failure, Mark, Read};
use super::reader;
use super::value::Json;
use crate::SyntaxError;

/// A JSON or YAML text that was read: its value, and line, column and offset of every node.
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
    source: String,
    json: Json,
    root: Mark,
    duplicates: Vec<Duplicate>,
    lines: Lines,
    /// Whether the value is a part of the text only.
    is_part: bool,
}

/// A key that one object has twice. The value keeps what was written last, as most readers do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duplicate {
    /// Pointer to the member.
    pub pointer: String,
    /// The key.
    pub key: String,
    /// Where the key stands first.
    pub first: Position,
    /// Where it stands again.
    pub again: Position,
}

impl Document {
    /// Reads a JSON text.
    ///
    /// # Errors
    ///
    /// When the text is no JSON, nests deeper than [`MAX_DEPTH`](super::MAX_DEPTH), or is longer than 4 GiB.
    pub fn parse(text: &str) -> Result<Document, SyntaxError> {
        Document::read(text, reader::read)
    }

    pub(crate) fn read(
        text: &str,
        read: impl FnOnce(&str) -> Result<Read, Failure>,
    ) -> Result<Document, SyntaxError> {
        let lines = Lines::of(text);
        let read = read(text).map_err(|error| {
            let position = lines.locate(text, error.offset);
            SyntaxError::in_document(position, error.message)
        })?;
        let duplicates = read
            .duplicates
            .into_iter()
            .map(|duplicate| Duplicate {
                first: lines.locate(text, duplicate.first),
                again: lines.locate(text, duplicate.again),
                pointer: duplicate.pointer,
                key: duplicate.key,
            })
            .collect();
        Ok(Document {
            source: text.to_owned(),
            json: read.json,
            root: read.mark,
            duplicates,
            lines,
            is_part: false,
        })
    }

    /// A text in which nothing stands: its value is null.
    pub(crate) fn empty(text: &str) -> Document {
        Document {
            source: text.to_owned(),
            json: Json::Null,
            root: Mark::default(),
            duplicates: Vec::new(),
            lines: Lines::of(text),
            is_part: false,
        }
    }

    /// A value that stands in this text at `pointer`, with the places of its nodes.
    #[cfg(feature = "yaml")]
    pub(crate) fn part(&self, pointer: &str, json: Json, root: Mark) -> Document {
        let inside = |duplicate: &Duplicate| {
            let own = duplicate.pointer.strip_prefix(pointer)?;
            own.starts_with('/').then(|| Duplicate {
                pointer: own.to_owned(),
                ..duplicate.clone()
            })
        };
        Document {
            source: self.source.clone(),
            json,
            root,
            duplicates: self.duplicates.iter().filter_map(inside).collect(),
            lines: self.lines.clone(),
            is_part: true,
        }
    }

    /// A value that no text was read for. Its nodes have no places.
    pub(crate) fn of_value(json: Json) -> Document {
        Document {
            json,
            ..Document::empty("")
        }
    }

    /// How many characters the definition has: in its text, or of a value in the compact text that it would be sent as.
    pub(crate) fn characters(&self) -> usize {
        if !self.source.is_empty() && !self.is_part {
            return self.source.chars().count();
        }
        let mut count = Count(0);
        // Counting never fails.
        let _ = fmt::write(&mut count, format_args!("{}", self.json));
        count.0
    }

    /// The value.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// The value, without its places.
    pub fn into_json(self) -> Json {
        self.json
    }

    /// Where the value and everything in it stands.
    pub(crate) fn root(&self) -> &Mark {
        &self.root
    }

    /// The text that was read.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Keys that stand twice in one object, in the order of the text.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// Where the value at `pointer` begins; `None` when there is no such node.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.mark(pointer)
            .map(|mark| self.position_at(mark.start as usize))
    }

    /// Where the key of the member at `pointer` begins; where the value begins when it is no member of an object.
    pub fn key_position(&self, pointer: &str) -> Option<Position> {
        self.mark(pointer)
            .map(|mark| self.position_at(mark.key as usize))
    }

    /// The bytes of the text that the value at `pointer` occupies.
    pub fn span(&self, pointer: &str) -> Option<Range<usize>> {
        self.mark(pointer)
            .map(|mark| mark.start as usize..mark.end as usize)
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn position_at(&self, offset: usize) -> Position {
        self.lines.locate(&self.source, offset)
    }

    /// The text of a line (counted from 1) without its line break.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.lines.starts.get(line.checked_sub(1)?)? as usize;
        let end = self
            .lines
            .starts
            .get(line)
            .map_or(self.source.len(), |&next| next as usize);
        Some(self.source.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    pub(crate) fn mark(&self, pointer: &str) -> Option<&Mark> {
        segments(pointer)?
            .try_fold((&self.json, &self.root), |(json, mark), segment| {
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

impl std::str::FromStr for Document {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Document, SyntaxError> {
        Document::parse(text)
    }
}

/// Counts the characters that are written to it.
struct Count(usize);

impl fmt::Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += characters(text.as_bytes());
        Ok(())
    }
}
